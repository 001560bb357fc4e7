"""When, besides the role, something may be done to a filing; menus, buttons and services ask here."""

from accounts.enums import ENTERPRISE_ROLES, Permission
from accounts.permissions import condition
from autoflow.common.checks import rules
from catalog.enums import CatalogKind
from filing.enums import AWAITING, FilingStatus
from filing.models import Enterprise, Filing
from filing.sections import NEWCAR_TYPES

STOPPED = (FilingStatus.SUSPENDED, FilingStatus.CANCELLED)
PRINTABLE = (FilingStatus.CONFIRMED, FilingStatus.CHANGED, FilingStatus.RETURNED)


def enterprise_of(user):
    """The enterprise this account acts for, None before the service is opened."""
    return Enterprise.objects.visible_to(user).first()


def reason_until_confirmed(user, opens="备案确认通过后开放"):
    """Why an enterprise cannot do yet what only 确认通过 opens; authorities always can."""
    if user.role not in ENTERPRISE_ROLES:
        return ""
    enterprise = enterprise_of(user)
    if enterprise is None:
        return f"{opens}，请先增加应用并填写备案。"
    return "" if enterprise.is_confirmed else f"{opens}，目前状态：{enterprise.get_status_display()}。"


@condition(Permission.CATALOG_VIEW)
def catalog_reason(user, obj):
    """A filing is written from the catalogue, so it opens with the service."""
    is_early = user.role in ENTERPRISE_ROLES and enterprise_of(user) is None
    return "增加应用后开放，请先增加应用。" if is_early else ""


@condition(Permission.CATALOG_REQUEST)
def catalog_request_reason(user, kind):
    """Sellers of new cars ask; brands and producers before they are confirmed, models of confirmed brands."""
    enterprise = enterprise_of(user)
    if enterprise is None:
        return "增加应用后开放，请先增加应用。"
    if enterprise.status in STOPPED:
        return f"备案已{enterprise.get_status_display()}，不能申请；如有疑问请联系当地商务主管部门。"
    types = enterprise.types or [
        code for row in enterprise.filings.values_list("enterprise_types", flat=True) for code in row
    ]
    if types and NEWCAR_TYPES.isdisjoint(types):
        return "由销售新车的企业（供应商、经销商）申请，二手车企业无需申请。"
    return reason_until_confirmed(user) if kind in (CatalogKind.MODEL, CatalogKind.DISPLACEMENT) else ""


@condition(Permission.SERVICE_OPEN)
def open_reason(user, obj):
    return "本应用已增加，无需重复增加。" if enterprise_of(user) else ""


@condition(Permission.FILING_EDIT)
def edit_reason(user, filing):
    """A version handed in stays as it is until it is confirmed or returned."""
    if filing is None:
        return ""
    if filing.enterprise.status in STOPPED:
        return f"备案已{filing.enterprise.get_status_display()}，不能填写；如有疑问请联系当地商务主管部门。"
    if filing.status in AWAITING:
        return f"{filing.confirm_body}确认或退回前不能修改。"
    return ""


@condition(Permission.FILING_SUBMIT)
def submit_reason(user, filing):
    return edit_reason(user, filing)


@condition(Permission.FILING_PRINT)
def print_reason(user, obj):
    """Printable is the version in force, also while a later one waits."""
    enterprise = obj or enterprise_of(user)
    if enterprise is None:
        return "确认通过后可打印。"
    in_force = Filing.objects.filter(enterprise=enterprise, is_in_force=True)
    if enterprise.status in PRINTABLE and in_force.exists():
        return ""
    return f"确认通过后可打印，目前状态：{enterprise.get_status_display()}。"


@condition(Permission.FILING_CONFIRM)
def confirm_reason(user, filing):
    """Only the body fixed at submission decides, and only while the filing waits."""
    if filing is None:
        return ""
    if filing.status not in AWAITING:
        return f"当前状态为“{filing.get_status_display()}”，无需办理。"
    if not Filing.objects.filter(pk=filing.pk).held_by(user).exists():
        return f"{rules()['F-025'].message}由{filing.confirm_body}办理。"
    return ""
