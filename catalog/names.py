"""The key that tells one name from another however it was typed."""

import re
import unicodedata

_NOISE = re.compile(r"[\s\-·•_()（）\[\]【】]+")


def name_key(name):
    """NFKC, lower case, without blanks, hyphens, dots and brackets; digits and «+» stay (H6 is not H6+)."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", name).lower())
