"""Two versions side by side, as an officer reads them: what was added, ended, replaced."""

from dataclasses import dataclass

from filing.enums import LineStatus
from filing.presentation import changes, images
from filing.sections import IMAGES, ROW_SETS


@dataclass(frozen=True)
class Difference:
    """One difference with a word for what happened; images carry their addresses."""

    identifier: str
    label: str
    word: str
    old: str
    new: str
    old_image: str = ""
    new_image: str = ""

    @property
    def is_image(self):
        return self.identifier in IMAGES


def differences(old, new) -> list[Difference]:
    """What two versions say differently, in the order of the form."""
    before, after = _addresses(old), _addresses(new)
    return [
        Difference(
            change.identifier,
            change.label,
            _word(change),
            change.old,
            change.new,
            before.get(change.identifier, ""),
            after.get(change.identifier, ""),
        )
        for change in changes(old, new)
    ]


def _addresses(filing):
    return {image["slot"]: image["url"] for image in images(filing)}


def _word(change):
    if not change.old:
        return "新增"
    if not change.new:
        return "删除"
    ended = LineStatus.ENDED.label
    if change.identifier in ROW_SETS and change.new.endswith(ended) and not change.old.endswith(ended):
        return "终止"
    return "更换" if change.identifier in IMAGES else "修改"
