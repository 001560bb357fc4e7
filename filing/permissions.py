"""When, besides the role, something may be done to a filing; menus, buttons and services ask here."""

from accounts.enums import ENTERPRISE_ROLES, Permission
from accounts.permissions import condition
from autoflow.common.checks import rules
from filing.enums import AWAITING, FilingStatus
from filing.models import Enterprise, Filing
from filing.querysets import held_at, seats_of

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
    return reason_until_confirmed(user)


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
            return None if seat is user else seat
    return None


@condition(Permission.PASSWORD_RESET)
def reset_reason(user, enterprise):
    """A stand-in decides filings; accounts stay with the enterprise's own authorities."""
    if enterprise is None or Enterprise.objects.in_area_of(user).filter(pk=enterprise.pk).exists():
        return ""
    return "代办期间不能重置其他辖区企业的密码，请联系企业所在地的商务主管部门。"


def reason_not_to_report(enterprise) -> str:
    """Why an enterprise may not report: only 确认通过 may."""
    if enterprise is None:
        return "备案确认通过后才能填报，请先增加应用并填写备案。"
    if enterprise.is_confirmed:
        return ""
    return f"备案确认通过后才能填报，目前状态：{enterprise.get_status_display()}。"


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
