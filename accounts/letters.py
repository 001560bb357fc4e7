"""The words of codes and links, by mail and by text message; nothing here is ever a task argument."""

from django.conf import settings
from django.urls import reverse

from accounts.enums import CodePurpose, Role

CALL_US = "如非本人操作，请立即联系当地商务主管部门。"
NOT_YOU = "如非本人操作，请不要理会，也不要把验证码或链接告诉任何人。"


def link_of(token):
    """The full address behind a token; the site's name comes from the settings, never from a request."""
    return settings.SITE_URL + reverse("accounts:recovery-link", args=[token])


def invitation(user):
    """Who opened the account: the enterprise for its clerk, a higher body for an officer of an authority."""
    if user.role == Role.OPERATOR:
        return f"{user.organisation}邀请您在“{settings.PRODUCT_NAME}”填报。"
    return f"已在“{settings.PRODUCT_NAME}”为您开设账号，单位：{user.organisation}。"


def letter_for(code, digits, token):
    """Subject and text of the mail that carries a code or a link."""
    name, link = code.user.username, link_of(token)
    match code.purpose:
        case CodePurpose.RESET:
            subject = "找回密码"
            text = (
                f"有人为账号 {name} 申请找回密码。\n\n验证码：{digits}\n"
                "10 分钟内有效，请在申请找回密码的页面输入。\n\n"
                f"也可以打开下面的链接设置新密码（20 分钟内有效，只能使用一次）：\n{link}\n\n"
                f"{NOT_YOU}您的密码没有改变。"
            )
        case CodePurpose.ISSUED:
            subject = "密码已重置"
            text = (
                f"账号 {name} 的密码已由主管部门或管理员重置，原密码不能再用。\n\n"
                f"请打开下面的链接设置新密码（20 分钟内有效，只能使用一次）：\n{link}\n\n"
                "链接过期后，可在登录页点“忘记密码”重新获取。如有疑问请联系当地商务主管部门。"
            )
        case CodePurpose.INVITE:
            subject = "设置您的账号"
            text = (
                f"{invitation(code.user)}\n\n您的账号：{name}\n"
                f"请打开下面的链接设置密码（7 天内有效，只能使用一次）：\n{link}\n\n"
                "如果您不认识该单位，请不要理会。"
            )
        case CodePurpose.CONTACT:
            subject = "确认电子邮箱"
            text = (
                f"账号 {name} 申请把这个邮箱登记为联系邮箱。\n\n"
                f"验证码：{digits}\n10 分钟内有效。\n\n{NOT_YOU}"
            )
        case CodePurpose.CHANGED:
            subject = "登记的邮箱已更换"
            text = f"账号 {name} 登记的电子邮箱已换成另一个，这个邮箱不再用于找回密码。\n\n{CALL_US}"
    person = code.user.display_name or code.user.organisation
    return f"【{settings.PRODUCT_NAME}】{subject}", f"{person}：\n\n{text}\n"


def sms_for(code, digits, token):
    """Text of the message that carries a code or a link."""
    match code.purpose:
        case CodePurpose.RESET:
            return f"找回密码的验证码 {digits}，10 分钟内有效。如非本人操作请不要理会。"
        case CodePurpose.CONTACT:
            return f"登记手机号的验证码 {digits}，10 分钟内有效。如非本人操作请不要理会。"
        case CodePurpose.ISSUED:
            return f"您的密码已重置，请在 20 分钟内设置新密码：{link_of(token)}"
        case CodePurpose.INVITE:
            return f"{invitation(code.user)}请在 7 天内设置密码：{link_of(token)}"
        case CodePurpose.CHANGED:
            return f"账号登记的手机号已更换，这个号码不再用于找回密码。{CALL_US}"
    raise ValueError(code.purpose)
