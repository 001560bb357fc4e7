"""Two versions side by side, as an officer reads them: what was added, ended, replaced."""

from dataclasses import dataclass

from filing.enums import LineStatus
from filing.models import ReturnedContent
from filing.presentation import images
from filing.sections import IMAGES, ROW_SETS
from filing.statements import changes, changes_between, statement_of


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
    return _worded(changes(old, new), _addresses(old), _addresses(new))


def mended(filing) -> list[Difference] | None:
    """What a version says differently since it was last returned; None when it never was."""
    returned = ReturnedContent.objects.filter(filing=filing).first()
    if returned is None:
        return None
    found = changes_between(returned.statement, statement_of(filing))
    return _worded(found, {}, _addresses(filing))


def _worded(found, before, after):
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
        for change in found
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
    return "更换" if change.new == "已更换" else "修改"
