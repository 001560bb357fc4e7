"""How complete a form is in a period: what is owed and what came in, whole and by place."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Completeness:
    """Owed = on time + late + returned + missing."""

    owed: int
    on_time: int
    late: int
    returned: int
    missing: int
    code: str = ""
    name: str = ""

    @property
    def submitted(self):
        return self.on_time + self.late

    @property
    def rate_text(self):
        """上报率: submitted of owed, rounded down so that 100% means all."""
        if not self.owed:
            return "–"
        return f"{self.submitted * 1000 // self.owed / 10:.1f}%"


def completeness(owed) -> Completeness:
    """Of the obligations given, or of their counts."""
    return Completeness(**owed.counts())


def by_place(owed, area) -> list[Completeness]:
    """One level below the area, in the order of their codes."""
    return [Completeness(**part) for part in area.parts(owed, owed.sums)]
