"""What months hold of the catalogue: those that name a refused model or displacement go back."""

from decimal import Decimal

from catalog.enums import CatalogKind
from catalog.hooks import on_rejected
from filing.models import Enterprise
from newcar.monthly import NewcarMonthly
from reporting.models import Report, ReportVersion
from reporting.services import return_untrue

LONGEST_REASON = 300


def register():
    """Called once when the app is ready."""
    on_rejected(return_months)


def return_months(entry, by):
    """Months reported while the entry waited go back with the reason, locked ones too: figures of a refused
    model count under no model, and only the enterprise knows the right one. Like a return by its authority it
    opens a locked month for a week. Only who asked for the entry can have named it; their rows are locked
    first, so that a month handed in meanwhile is either seen here or refused there.
    """
    if entry.KIND not in (CatalogKind.MODEL, CatalogKind.DISPLACEMENT):
        return
    asked = entry.requests.values("uscc")
    enterprises = Enterprise.objects.filter(uscc__in=asked).select_for_update(no_key=True).order_by("pk")
    model_id = entry.pk if entry.KIND == CatalogKind.MODEL else entry.model_id
    naming = ReportVersion.objects.filter(
        report__enterprise__in=list(enterprises), content__contains={"lines": [{"model_id": model_id}]}
    )
    reports = Report.objects.counting().of(NewcarMonthly).filter(pk__in=naming.values("report"))
    reason = f"{entry.KIND.label}“{entry}”审核不通过，原因：{entry.reason[:LONGEST_REASON].rstrip('。')}。"
    advice = "请移除这些行或改选其他车型、排量后重新上报。"
    return_untrue(
        reports=reports, is_untrue=lambda content: _names(content, entry), reason=reason + advice, by=by
    )


def _names(content, entry):
    """Whether a line of what was handed in is of this model, or of this displacement of its model."""
    lines = content.get("lines") or []
    if entry.KIND == CatalogKind.MODEL:
        return any(line["model_id"] == entry.pk for line in lines)
    return any(
        line["model_id"] == entry.model_id and Decimal(line["displacement"]) == entry.value for line in lines
    )
