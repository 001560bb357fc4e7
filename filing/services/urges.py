"""A superior authority presses the body that confirms (督办)."""

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.audit import record
from accounts.enums import Permission, Role
from accounts.models import User
from accounts.notices import notify
from accounts.permissions import require
from autoflow.common.errors import BusinessError
from filing.enums import ConfirmLevel
from filing.models import Filing, Urge
from filing.steps import audited, lock_filing

NOTE_LENGTHS = range(2, 201)


def urge_filing(*, filing_id: int, note: str, by: User) -> Urge:
    """Mark a filing that waits at a lower body as urged; once a day is enough for one authority."""
    with audited("filing.urge", by=by, filing_id=filing_id):
        filing = lock_filing(filing_id, by)
        require(by, Permission.FILING_URGE, filing)
        note = note.strip()
        if len(note) not in NOTE_LENGTHS:
            raise BusinessError("请填写督办意见（2–200 字）。")
        today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        if filing.urges.filter(by__organisation=by.organisation, at__gte=today).exists():
            raise BusinessError("贵单位今天已督办过这一件，请等待办理。")
        urge = Urge.objects.create(filing=filing, by=by, note=note)
        record("filing.urge", filing, by=by, version=filing.version)
        notify(
            officers_of(filing),
            title=f"{by.organisation}督办：{filing.enterprise_name}的备案",
            text=note,
            url=reverse("reviews:filing-detail", args=[filing.pk]),
        )
        return urge


def officers_of(filing: Filing):
    """The accounts of the body that confirms this filing."""
    place = {
        ConfirmLevel.PROVINCE: Q(role=Role.PROVINCE),
        ConfirmLevel.CITY: Q(role=Role.CITY, division__code__startswith=filing.division_code[:4]),
        ConfirmLevel.COUNTY: Q(role=Role.COUNTY, division_id=filing.division_code),
    }[ConfirmLevel(filing.confirm_level)]
    return User.objects.filter(place, jurisdiction_id=filing.jurisdiction_code, is_active=True)
