"""The one way text is made comparable before it is saved or compared."""

import re
import unicodedata

BLANKS = re.compile(r"\s+")
NUMBER_NOISE = re.compile(r"[\s·・‧•]+")
LINE_BREAKS = str.maketrans("", "", "\t\n\r")


class TextRefused(ValueError):
    """Text holds a character nobody can see; the message is for the user."""


def normalise(text: str) -> str:
    """NFKC, trimmed, runs of blanks made one."""
    if text.isalnum() and unicodedata.is_normalized("NFKC", text):
        return text
    return BLANKS.sub(" ", unicodedata.normalize("NFKC", text)).strip()


def prose(text: str) -> str:
    """What a person wrote to another: its punctuation kept, letters and digits and blanks as normalise has
    them, so that a number written full-width is found and masked as any other.
    """
    plain = (unicodedata.normalize("NFKC", one) if one.isalnum() else one for one in text)
    return BLANKS.sub(" ", "".join(plain)).strip()


def normalise_number(text: str) -> str:
    """A number of a document, plate or vehicle: also without blanks and middle dots, in capitals."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return NUMBER_NOISE.sub("", unicodedata.normalize("NFKC", text)).upper()


def hidden_character(text: str) -> str | None:
    """The first control, zero-width, bidirectional or private character; line breaks and tabs are blanks."""
    if text.isprintable():
        return None
    for character in text.translate(LINE_BREAKS):
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"}:
            return character
    return None


def reject_controls(text: str) -> str:
    """The text itself; characters nobody can see are refused, names such as 𠮷 and 买买提·艾力 pass."""
    character = hidden_character(text)
    if character is not None:
        raise TextRefused(f"含有不可见字符（U+{ord(character):04X}），请删除后重新输入。")
    return text
