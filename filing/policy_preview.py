"""What a new row of the confirm policy would change, reckoned by the same rules as a submission."""

from collections import Counter
from dataclasses import dataclass, field

from django.utils import timezone

from accounts.models import Division, Jurisdiction
from filing.confirmers import resolve
from filing.enums import ConfirmLevel, FilingStatus
from filing.models import ConfirmPolicy, Enterprise, Filing

EXAMPLES = 5


@dataclass(frozen=True)
class BodyCount:
    """How many enterprises one body confirms now and then."""

    body: str
    before: int
    after: int

    @property
    def difference(self):
        return f"{self.after - self.before:+,}"


@dataclass
class Preview:
    """Who gets what from the moment on: bodies whose number changes, examples, and what stays."""

    counts: list = field(default_factory=list)
    examples: list = field(default_factory=list)
    moved: int = 0
    total: int = 0
    running: int = 0


def preview(policy: ConfirmPolicy) -> Preview:
    """The enterprises of the area by confirming body, today and once the row is in force."""
    judge = _Judge(policy)
    before, after, moved = Counter(), Counter(), []
    enterprises = _enterprises_of(policy)
    for enterprise in enterprises.values_list("pk", "jurisdiction_code", "division_code", "types"):
        now, then = judge.verdicts(*enterprise[1:])
        before[judge.label(now)] += 1
        after[judge.label(then)] += 1
        if now != then:
            moved.append((enterprise[0], now, then))
    changed = [body for body in before.keys() | after.keys() if before[body] != after[body]]
    counts = [BodyCount(body, before[body], after[body]) for body in changed]
    return Preview(
        counts=sorted(counts, key=lambda count: (-abs(count.after - count.before), count.body)),
        examples=_examples(moved[:EXAMPLES]),
        moved=len(moved),
        total=before.total(),
        running=_running(policy),
    )


def _enterprises_of(policy):
    enterprises = Enterprise.objects.exclude(status=FilingStatus.CANCELLED).order_by("pk")
    if policy.jurisdiction_id is None:
        return enterprises
    area = {"jurisdiction_code": policy.jurisdiction_id, "division_code__startswith": policy.division_prefix}
    return enterprises.filter(**area)


def _running(policy):
    awaiting = Filing.objects.awaiting()
    if policy.jurisdiction_id is None:
        return awaiting.count()
    prefix = policy.division_prefix
    return awaiting.filter(jurisdiction_code=policy.jurisdiction_id, division_code__startswith=prefix).count()


def _examples(moved):
    names = Enterprise.objects.in_bulk([pk for pk, _, _ in moved])
    return [{"enterprise": names[pk], "before": now.body, "after": then.body} for pk, now, then in moved]


class _Judge:
    """Resolves each combination of place and types once, with and without the new row."""

    def __init__(self, policy):
        self.policy, self.now = policy, timezone.now()
        self.rows = list(ConfirmPolicy.objects.all())
        self.jurisdictions = Jurisdiction.objects.in_bulk()
        divisions = Division.objects.select_related("parent")
        if policy.jurisdiction_id is not None:
            divisions = divisions.filter(code__startswith=policy.division_prefix)
        self.divisions = {division.code: division for division in divisions}
        self.known = {}

    def verdicts(self, jurisdiction_code, division_code, types):
        key = (jurisdiction_code, division_code, *types)
        if key not in self.known:
            own = [row for row in self.rows if row.jurisdiction_id in (None, jurisdiction_code)]
            facts = {
                "division": self.divisions[division_code],
                "jurisdiction": self.jurisdictions[jurisdiction_code],
                "types": types,
            }
            now = resolve(own, **facts, at=self.now)
            then = resolve([*own, self.policy], **facts, at=self.policy.effective_from)
            self.known[key] = now, then
        return self.known[key]

    def label(self, confirmer):
        """A body as the list names it: in one province by its place, in the nation by its level alone."""
        if self.policy.jurisdiction_id is None:
            return f"{ConfirmLevel(confirmer.level).label}机构"
        division = self.divisions.get(confirmer.place)
        if confirmer.level != ConfirmLevel.COUNTY or division is None:
            return confirmer.body
        return f"{division.full_name}商务局"
