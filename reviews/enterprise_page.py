"""Everything an authority knows of one enterprise, gathered for its page."""

from django.db.models import Count, Q
from django.utils import timezone

from accounts.enums import ENTERPRISE_ROLES
from accounts.models import AuditRecord, Jurisdiction
from autoflow.common.codes import enterprise_types
from autoflow.common.identifiers import mask_phone
from filing import presentation
from filing.models import Filing
from reviews.audit_words import with_words
from reviews.places import place_names
from usedcar.enums import ImportStatus

LATEST_RECORDS = 10


def with_list_words(enterprises):
    """Adds place and types as a reader sees them, all in one query."""
    places = place_names(row.division_code for row in enterprises)
    for row in enterprises:
        row.place = places.get(row.division_code, row.division_code)
        row.type_names = type_names(row)
    return enterprises


def type_names(enterprise):
    known = enterprise_types()
    return [known[code].name for code in enterprise.types if code in known]


def page(enterprise, user):
    """The page of one enterprise: standing, versions, contents, people, reports, and what I did."""
    filings = Filing.objects.visible_to(user).filter(enterprise=enterprise)
    versions = list(filings.select_related(*presentation.RELATED, "submitted_by").order_by("-version"))
    in_force = next((filing for filing in versions if filing.is_in_force), None)
    shown = in_force or next(iter(versions), None)
    return {
        "type_names": type_names(enterprise),
        "jurisdiction": Jurisdiction.objects.get(pk=enterprise.jurisdiction_code),
        "versions": versions,
        "in_force": in_force,
        "shown": shown,
        "staff": staff_of(enterprise),
        "reports": reports_of(enterprise),
        "events": presentation.history(versions),
        "actions": own_actions(enterprise, versions, user),
        **(presentation.page(shown) if shown else {"sections": [], "images": []}),
    }


def staff_of(enterprise):
    """The accounts of the enterprise, with what tells whether a code can reach them, masked."""
    staff = list(enterprise.staff.filter(role__in=ENTERPRISE_ROLES).order_by("role", "pk"))
    for account in staff:
        account.masked_phone = mask_phone(account.phone)
        account.masked_email = mask_email(account.email)
        account.code_goes_to = "、".join(filter(None, (account.masked_phone, account.masked_email)))
    return staff


def mask_email(address):
    """The first character and the host."""
    name, _, host = address.partition("@")
    return f"{name[:1]}***@{host}" if host else ""


def reports_of(enterprise):
    """What the enterprise reported, in numbers."""
    month = timezone.localdate().replace(day=1)
    trades = enterprise.trades.aggregate(
        total=Count("pk"), this_month=Count("pk", filter=Q(traded_on__gte=month))
    )
    imports = enterprise.imports.aggregate(
        total=Count("pk"),
        done=Count("pk", filter=Q(status=ImportStatus.DONE)),
        failed=Count("pk", filter=Q(status=ImportStatus.FAILED)),
    )
    return {"trades": trades, "imports": imports}


def own_actions(enterprise, versions, user):
    """The latest lines of the trail that this person left on this enterprise, and nobody else's."""
    ids = [str(filing.pk) for filing in versions]
    people = [str(pk) for pk in enterprise.staff.values_list("pk", flat=True)]
    touched = (
        Q(object_type="filing.enterprise", object_id=str(enterprise.pk))
        | Q(object_type="filing.filing", object_id__in=ids)
        | Q(object_type="accounts.user", object_id__in=people)
    )
    records = AuditRecord.objects.made_by(user).filter(touched).order_by("-id")
    return with_words(list(records[:LATEST_RECORDS]))
