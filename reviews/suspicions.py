"""What looks wrong beside the rules: the same name, code, phone, mail or picture in another enterprise's
filing, and dates that do not fit. Pure functions over facts that one query reads for any number of filings.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from filing.checks import is_late
from filing.models import Filing
from filing.presentation import day_text
from filing.sections import IMAGES, LABELS

NAMED = 3
MOST_MATCHES = 1_000
IMAGE_IDS = tuple(f"{name}_id" for name in IMAGES)
COMPARED = (
    "id",
    "enterprise_id",
    "version",
    "enterprise_name",
    "uscc",
    "contact_mobile_index",
    "contact_email",
    *IMAGE_IDS,
)


@dataclass(frozen=True)
class Twin:
    """A filing of another enterprise, as far as it is compared; out of scope its name is not told."""

    filing_id: int
    enterprise_id: int
    version: int
    name: str
    uscc: str
    mobile: bytes
    email: str
    images: frozenset
    is_visible: bool = False


@dataclass(frozen=True)
class Suspicion:
    """One thing to look at: the items it concerns, what is odd, and the filings that say so."""

    items: tuple[str, ...]
    text: str
    twins: tuple[Twin, ...] = ()

    @property
    def label(self):
        return "、".join(LABELS[item] for item in self.items)

    @property
    def shown(self):
        return [twin for twin in self.twins if twin.is_visible][:NAMED]

    @property
    def hidden_count(self):
        """Enterprises of other areas: that they are there is told, not who they are."""
        return sum(not twin.is_visible for twin in self.twins)

    @property
    def more_count(self):
        return len(self.twins) - self.hidden_count - len(self.shown)


def suspicions_of(filings, user) -> dict[int, list[Suspicion]]:
    """What looks odd about each of these filings, by its id."""
    twins = _twins_of(filings, user)
    today = timezone.localdate()
    found = {}
    for filing in filings:
        others = [twin for twin in twins if twin.enterprise_id != filing.enterprise_id]
        found[filing.pk] = [
            *same_identity(filing, others),
            *same_contact(filing, others),
            *same_images(filing, others),
            *odd_dates(filing, today),
        ]
    return found


def _twins_of(filings, user):
    """Whatever shares something with one of them, in one statement and without regard to areas, with whether
    it may be named.
    """
    alike = Filing.objects.handed_in().filter(_shares_something(filings)).order_by("-id")
    is_visible = Exists(Filing.objects.visible_to(user).filter(pk=OuterRef("pk")))
    return [
        Twin(*row[:5], bytes(row[5]), row[6].upper(), frozenset(row[7:-1]) - {None}, row[-1])
        for row in alike.values_list(*COMPARED, is_visible)[:MOST_MATCHES]
    ]


def _shares_something(filings):
    images = {getattr(filing, name) for filing in filings for name in IMAGE_IDS} - {None}
    mobiles = {bytes(filing.contact_mobile_index) for filing in filings} - {b""}
    emails = {filing.contact_email for filing in filings} - {""}
    condition = Q(uscc__in={filing.uscc for filing in filings})
    condition |= Q(enterprise_name__in={filing.enterprise_name for filing in filings})
    for name in IMAGE_IDS:
        condition |= Q(**{f"{name}__in": images})
    if mobiles:
        condition |= Q(contact_mobile_index__in=mobiles) & ~Q(contact_mobile_index=b"")
    for email in emails:
        condition |= Q(contact_email__iexact=email)
    return condition


def same_identity(filing, others):
    """One code with two names, or one name with two codes."""
    name, code = filing.enterprise_name, filing.uscc
    renamed = [twin for twin in others if twin.uscc == code and twin.name != name]
    recoded = [twin for twin in others if twin.name == name and twin.uscc != code]
    yield from _said(["uscc"], "其他备案用同一信用代码登记了另一个名称", renamed)
    yield from _said(["enterprise_name"], "其他备案用同一名称登记了另一个信用代码", recoded)


def same_contact(filing, others):
    """One phone or mailbox for several enterprises: an agent, or one person behind many."""
    mobile, email = bytes(filing.contact_mobile_index), filing.contact_email.upper()
    if mobile:
        same = [twin for twin in others if twin.mobile == mobile]
        yield from _said(["contact_mobile"], "与其他企业填写的手机相同", same)
    if email:
        same = [twin for twin in others if twin.email == email]
        yield from _said(["contact_email"], "与其他企业填写的邮箱相同", same)


def same_images(filing, others):
    """A picture is known by its hash, whichever item it was uploaded for; items with the same twins are one
    thing to look at.
    """
    items = defaultdict(list)
    for name in IMAGES:
        image = getattr(filing, f"{name}_id")
        items[tuple(twin for twin in others if image in twin.images)].append(name)
    for same, names in items.items():
        yield from _said(names, "与其他企业上传的是同一张图片", same)


def odd_dates(filing, today):
    """Dates that do not fit each other, the day, or the term to file."""
    established, until = filing.established_on, filing.licence_valid_until
    if until and until < today:
        yield Suspicion(("licence_valid_until",), f"营业执照已于{day_text(until)}到期")
    if established and not filing.is_change:
        handed_in = timezone.localdate(filing.submitted_at)
        if is_late(established, filing.enterprise_types, handed_in):
            text = (
                f"成立后 {(handed_in - established).days} 天才提交，逾期备案（规定新车 90 日、二手车 2 个月）"
            )
            yield Suspicion(("established_on",), text)
    for name in ("opened_on", "market_opened_on"):
        opened = getattr(filing, name)
        if established and opened and opened < established:
            yield Suspicion((name,), f"早于成立日期（{day_text(established)}）")


def _said(items, text, twins):
    """One line for all enterprises it concerns, each by its newest version that fits."""
    newest = {twin.enterprise_id: twin for twin in sorted(twins, key=lambda twin: twin.version)}
    if newest:
        yield Suspicion(tuple(items), text, tuple(newest.values()))
