"""When, besides the role, something may be done to a filing; menus, buttons and services ask here."""

from accounts.enums import AUTHORITY_ROLES, ENTERPRISE_ROLES, Permission
from accounts.models import Jurisdiction
from accounts.permissions import condition
from autoflow.common.asking import once_a_page
from autoflow.common.checks import rules
from autoflow.common.single import only_row
from catalog.enums import CatalogKind
from filing.confirmers import bodies_of
from filing.enums import AWAITING, EDITABLE, STOPPED, ConfirmLevel, FilingStatus, Use
from filing.models import CancellationRequest, Enterprise, Filing, ProvinceSetting
from filing.querysets import held_at, seats_of
from filing.sections import NEWCAR_TYPES
from filing.versions import open_version, standing_version, version_in_force

OPEN_IN = {
    Use.EDIT: {FilingStatus.DRAFT, FilingStatus.CONFIRMED, FilingStatus.RETURNED},
    Use.PRINT: {FilingStatus.CONFIRMED, FilingStatus.RETURNED, FilingStatus.CHANGED},
    Use.REPORT: {FilingStatus.CONFIRMED, FilingStatus.RETURNED, FilingStatus.CHANGED},
    Use.READ: {*FilingStatus} - {FilingStatus.DRAFT},
}


def is_open(enterprise, use) -> bool:
    """What the state of a filing leaves open (the second table of 01-filing §6).

    Returned or changed, an enterprise prints its version in force, and reports on it where the province says
    so.
    """
    if enterprise.status not in OPEN_IN[use]:
        return False
    if use in (Use.EDIT, Use.READ) or (use == Use.REPORT and enterprise.is_confirmed):
        return True
    if version_in_force(enterprise) is None:
        return False
    return use == Use.PRINT or ProvinceSetting.objects.of(enterprise.jurisdiction_code).reports_while_changed


def reason_not_to_report(enterprise) -> str:
    """Why an enterprise may not report now; every report form asks here."""
    if enterprise is None:
        return "备案确认通过后才能填报，请先增加应用并填写备案。"
    if is_open(enterprise, Use.REPORT):
        return ""
    return f"备案确认通过后才能填报，目前状态：{enterprise.get_status_display()}。"


@once_a_page
def enterprises_of(user):
    """The enterprises this account acts for, the newest first; the others were struck off."""
    return list(Enterprise.objects.visible_to(user).order_by("-pk"))


def enterprise_of(user):
    """The enterprise this account acts for, None before the service is opened; one that was struck off gives
    way to the one filed anew.
    """
    return next(iter(enterprises_of(user)), None)


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
    enterprise = enterprise_of(user)
    is_in_use = enterprise is not None and enterprise.status != FilingStatus.CANCELLED
    return "本应用已增加，无需重复增加。" if is_in_use else ""


@condition(Permission.FILING_EDIT)
def edit_reason(user, filing):
    """A version handed in stays as it is until it is confirmed or returned."""
    if filing is None:
        return ""
    if filing.enterprise.status in STOPPED:
        return f"备案已{filing.enterprise.get_status_display()}，不能填写；如有疑问请联系当地商务主管部门。"
    if filing.status in AWAITING:
        return f"{filing.confirm_body}确认或退回前不能修改。"
    return "" if is_open(filing.enterprise, Use.EDIT) else "当前不能修改备案。"


@condition(Permission.FILING_SUBMIT)
def submit_reason(user, filing):
    """Besides what editing needs: nobody hands in what he asks to have struck off."""
    request = pending_request(filing.enterprise) if filing is not None else None
    if request is not None:
        return f"已申请注销，等待{request.confirm_body}办理；如要继续备案，请先撤回注销申请。"
    return edit_reason(user, filing)


@condition(Permission.FILING_PRINT)
def print_reason(user, obj):
    """Printable is the version in force, also while a later one waits."""
    enterprise = obj or enterprise_of(user)
    if enterprise is None:
        return "确认通过后可打印。"
    if is_open(enterprise, Use.PRINT):
        return ""
    return f"确认通过后可打印，目前状态：{enterprise.get_status_display()}。"


@condition(Permission.FILING_CONFIRM)
def confirm_reason(user, filing):
    """Only the body fixed at submission decides, only while the filing waits, and nobody on his own."""
    if filing is None:
        return ""
    if filing.status not in AWAITING:
        return f"当前状态为“{filing.get_status_display()}”，无需办理。"
    return hold_reason(user, filing) or own_filing_reason(user, filing)


def hold_reason(user, filing):
    """Why another body decides."""
    if Filing.objects.filter(pk=filing.pk).held_by(user).exists():
        return ""
    return f"{rules()['F-025'].message}由{filing.confirm_body}办理。"


def own_filing_reason(user, filing):
    """Nobody confirms what he filed: his account handed it in, or shares phone, mail or credit code."""
    shared = shared_with(user, filing)
    if not shared:
        return ""
    return f"您的账号与本备案的{'、'.join(shared)}相同，不能确认自己的备案，须由本机构其他人员办理。"


def shared_with(user, filing) -> list[str]:
    """What an account and a filing have in common that only one person has, in words."""
    submitter = filing.submitted_by
    phones, mails = {filing.contact_mobile}, {(filing.contact_email or "").lower()}
    if submitter is not None:
        phones, mails = phones | {submitter.phone}, mails | {submitter.email.lower()}
    same = {
        "提交账号": user.pk == filing.submitted_by_id,
        "手机号": bool(user.phone) and user.phone in phones,
        "电子邮箱": bool(user.email) and user.email.lower() in mails,
        "统一社会信用代码": bool(user.uscc) and user.uscc == filing.uscc,
    }
    return [what for what, is_same in same.items() if is_same]


def absent_of(user, filing):
    """The officer in whose place this one decides here; None where the matter is his own body's."""
    for seat in seats_of(user):
        if Filing.objects.filter(held_at(seat), pk=filing.pk).exists():
            return None if seat.pk == user.pk else seat
    return None


@condition(Permission.PASSWORD_RESET)
def reset_reason(user, enterprise):
    """A stand-in decides filings; accounts stay with the enterprise's own authorities."""
    if enterprise is None or Enterprise.objects.in_area_of(user).filter(pk=enterprise.pk).exists():
        return ""
    return "代办期间不能重置其他辖区企业的密码，请联系企业所在地的商务主管部门。"


@condition(Permission.FILING_URGE)
def urge_reason(user, filing):
    """Pressed is a lower body, while the filing waits there."""
    if filing is None:
        return ""
    if filing.status not in AWAITING:
        return f"当前状态为“{filing.get_status_display()}”，无需督办。"
    if not Filing.objects.filter(pk=filing.pk).held_below(user).exists():
        return f"由{filing.confirm_body}办理，不在您的督办范围。"
    return ""


def pending_request(enterprise):
    """The wish to be struck off that nobody has answered yet."""
    return only_row(CancellationRequest.objects.pending().filter(enterprise=enterprise))


def away_reason(user, enterprise):
    """A former authority keeps sight of what was its own, and acts no more."""
    if user.role not in AUTHORITY_ROLES:
        return ""
    standing = standing_version(enterprise)
    if standing is None or standing.submitted_at is None:
        place, is_near = enterprise, Enterprise.objects.visible_to(user).filter(pk=enterprise.pk).exists()
    else:
        place, is_near = standing, Filing.objects.visible_to(user).filter(pk=standing.pk).exists()
    if is_near:
        return ""
    body = Jurisdiction.objects.get(pk=place.jurisdiction_code).name
    return f"本企业的备案现由{body}受理，本机构只能查看原有备案。"


def _state(enterprise):
    return f"目前状态：{enterprise.get_status_display()}。"


@condition(Permission.FILING_WITHDRAW)
def withdraw_reason(user, enterprise):
    """Until the body that confirms has opened it, what was handed in can be taken back."""
    if enterprise is None:
        return ""
    filing = open_version(enterprise)
    if filing is None or filing.status not in AWAITING:
        return f"没有等待确认的备案或变更可撤回，{_state(enterprise)}"
    if filing.verify_reason:
        return "这是主管部门要求的重新核实，不能撤回。"
    if filing.opened_at:
        return f"{filing.confirm_body}已开始办理，不能撤回；需要修改的，请联系{filing.confirm_body}退回。"
    return ""


@condition(Permission.FILING_GIVE_UP)
def give_up_reason(user, enterprise):
    """A change, returned or never handed in, can be dropped: the version in force stands again."""
    if enterprise is None:
        return ""
    filing = open_version(enterprise)
    if filing is None or not filing.is_change:
        return f"没有可放弃的变更，{_state(enterprise)}"
    if enterprise.status in STOPPED:
        return f"备案已{enterprise.get_status_display()}，不能办理。"
    if filing.status not in EDITABLE:
        return f"变更已提交，等待{filing.confirm_body}确认；尚未开始办理的，可以先撤回再放弃。"
    if filing.verify_reason:
        return "主管部门要求重新核实，不能放弃；请按退回原因修改后重新提交。"
    return ""


@condition(Permission.CANCELLATION_ASK)
def ask_cancel_reason(user, enterprise):
    if enterprise is None:
        return ""
    if enterprise.status == FilingStatus.CANCELLED:
        return "备案已注销。"
    request = pending_request(enterprise)
    return f"已申请注销，等待{request.confirm_body}办理。" if request else ""


@condition(Permission.CANCELLATION_DROP)
def drop_cancel_reason(user, enterprise):
    if enterprise is None or pending_request(enterprise):
        return ""
    return "没有正在办理的注销申请。"


@condition(Permission.CANCELLATION_DECIDE)
def decide_cancel_reason(user, request):
    """The body fixed when the enterprise asked agrees or refuses."""
    if request is None:
        return ""
    if not request.is_pending:
        return f"该注销申请已办理，结果：{request.get_outcome_display()}。"
    if not CancellationRequest.objects.filter(pk=request.pk).held_by(user).exists():
        return f"{rules()['F-025'].message}由{request.confirm_body}办理。"
    return ""


@condition(Permission.FILING_CANCEL)
def cancel_reason(user, enterprise):
    if enterprise is None:
        return ""
    if enterprise.status == FilingStatus.CANCELLED:
        return "备案已注销。"
    return away_reason(user, enterprise)


@condition(Permission.FILING_SUSPEND)
def suspend_reason(user, enterprise):
    if enterprise is None:
        return ""
    if enterprise.status not in (FilingStatus.CONFIRMED, FilingStatus.CHANGED):
        return f"只有“确认通过”“已变更”的备案可以暂停，{_state(enterprise)}"
    return away_reason(user, enterprise)


@condition(Permission.FILING_RESUME)
def resume_reason(user, enterprise):
    if enterprise is None:
        return ""
    if enterprise.status != FilingStatus.SUSPENDED:
        return f"备案没有暂停，{_state(enterprise)}"
    return away_reason(user, enterprise)


@condition(Permission.FILING_REVERIFY)
def reverify_reason(user, enterprise):
    """The province asks again what a lower body confirmed."""
    if enterprise is None:
        return ""
    if enterprise.status != FilingStatus.CONFIRMED:
        return f"只有“确认通过”的备案可以要求重新核实，{_state(enterprise)}"
    in_force = version_in_force(enterprise)
    if in_force is None or in_force.confirm_level == ConfirmLevel.PROVINCE:
        return "本备案由省级机构确认，没有下级机构可要求核实；有疑问的可暂停备案。"
    return away_reason(user, enterprise)


@condition(Permission.FILING_REASSIGN)
def reassign_reason(user, enterprise):
    """A case under way goes to another level that exists at its place."""
    if enterprise is None:
        return ""
    filing = open_version(enterprise)
    if filing is None or filing.status not in AWAITING:
        return f"没有等待确认的备案可改派，{_state(enterprise)}"
    if len(bodies_of(filing)) == 1:
        return f"当地只有{filing.confirm_body}一级机构，无需改派。"
    return away_reason(user, enterprise)
