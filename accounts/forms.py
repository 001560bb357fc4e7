"""Forms of the accounts: shape of the input only."""

from crispy_forms.helper import FormHelper
from django import forms
from django.contrib.auth import password_validation

from accounts.divisions import find_division, is_leaf
from accounts.enums import Channel
from accounts.models import Contact, Jurisdiction, User
from accounts.recovery import offered_channels
from autoflow.common import identifiers
from autoflow.common.checks import finding
from autoflow.common.codes import field_spec
from autoflow.common.text import TextRefused, normalise, normalise_number, reject_controls


class FieldsetForm(forms.Form):
    """A form whose <form>, target and buttons belong to the template."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False


class NameField(forms.CharField):
    """A name on one line, without characters nobody can see."""

    def clean(self, value):
        try:
            return reject_controls(normalise(super().clean(value)))
        except TextRefused as error:
            raise forms.ValidationError(str(error)) from error


class MobileField(forms.CharField):
    """A mobile number (rule F-009)."""

    def __init__(self, **kwargs):
        super().__init__(max_length=20, **kwargs)
        self.widget.attrs |= {"autocomplete": "tel", "inputmode": "tel"}

    def clean(self, value):
        phone = identifiers.normalise_phone(super().clean(value))
        if phone and not identifiers.is_mobile(phone):
            raise forms.ValidationError(finding("F-009", "phone").message)
        return phone


class DivisionField(forms.CharField):
    """A division by code or full name, down to the last level; cleans to a Division (rule F-008)."""

    def __init__(self, **kwargs):
        kwargs.setdefault("max_length", 60)
        super().__init__(**kwargs)
        self.widget.attrs["data-division-picker"] = ""
        self.widget.attrs["autocomplete"] = "off"

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        division = find_division(text)
        if division is None or not is_leaf(division):
            raise forms.ValidationError(finding("F-008", "division_code").message)
        return division


class SignInForm(FieldsetForm):
    username = forms.CharField(
        label="账号", max_length=40, help_text="企业用统一社会信用代码登录，主管部门用分配的账号登录。"
    )
    password = forms.CharField(label="密码", max_length=128, widget=forms.PasswordInput, strip=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].widget.attrs |= {"autocomplete": "username", "autofocus": True}
        self.fields["password"].widget.attrs["autocomplete"] = "current-password"


class RegistrationForm(FieldsetForm):
    """Opens an enterprise account; control names are the identifiers of the filing where the same thing
    is asked.
    """

    enterprise_name = NameField(label="企业名称", max_length=100)
    uscc = forms.CharField(label="统一社会信用代码", max_length=30)
    division_code = DivisionField(label="所在地区")
    phone = MobileField(label="手机号")
    email = forms.EmailField(label="电子邮箱", max_length=254)
    password = forms.CharField(
        label="密码", max_length=128, widget=forms.PasswordInput(render_value=True), strip=False
    )
    password_again = forms.CharField(
        label="再次输入密码", max_length=128, widget=forms.PasswordInput(render_value=True), strip=False
    )
    privacy_read = forms.BooleanField(
        label="已阅读《个人信息处理告知》",
        error_messages={"required": "请先阅读并勾选《个人信息处理告知》。"},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("enterprise_name", "uscc", "division_code"):
            self.fields[name].explain = field_spec("FILING_COMMON", name).explain
        self.fields["phone"].explain = "可作找回密码验证，请填写经办人在用的手机号。"
        self.fields["email"].explain = "可作找回密码验证。"
        self.fields["password"].help_text = "".join(password_validation.password_validators_help_texts())
        for name in ("password", "password_again"):
            self.fields[name].widget.attrs["autocomplete"] = "new-password"

    def clean_enterprise_name(self):
        name = self.cleaned_data["enterprise_name"]
        if not 2 <= len(name) <= 100:
            raise forms.ValidationError(finding("F-001", "enterprise_name").message)
        return name

    def clean_uscc(self):
        code = normalise_number(self.cleaned_data["uscc"])
        faults = [rule for rule in identifiers.uscc_faults(code) if rule != "F-005W"]
        if not faults and not code.startswith("9"):
            faults = ["F-004"]
        if faults:
            raise forms.ValidationError([finding(rule, "uscc").message for rule in faults])
        return code

    def clean(self):
        data = super().clean()
        password, again = data.get("password"), data.get("password_again")
        if password and again and password != again:
            self.add_error("password_again", "两次输入的密码不一致，请重新输入。")
        if password:
            account = User(username=data.get("uscc", ""), uscc=data.get("uscc", ""))
            account.phone, account.email = data.get("phone", ""), data.get("email", "")
            try:
                password_validation.validate_password(password, account)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data

    def account(self):
        """What opens the account."""
        names = ("enterprise_name", "uscc", "phone", "email", "password")
        return {
            "division": self.cleaned_data["division_code"],
            **{name: self.cleaned_data[name] for name in names},
        }


class NewPasswordForm(FieldsetForm):
    """A new password, typed twice."""

    password = forms.CharField(label="新密码", max_length=128, widget=forms.PasswordInput, strip=False)
    password_again = forms.CharField(
        label="再次输入新密码", max_length=128, widget=forms.PasswordInput, strip=False
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password"].help_text = "".join(password_validation.password_validators_help_texts())
        for name in ("password", "password_again"):
            self.fields[name].widget.attrs["autocomplete"] = "new-password"

    def clean(self):
        data = super().clean()
        if data.get("password") != data.get("password_again"):
            self.add_error("password_again", "两次输入的密码不一致，请重新输入。")
        elif data.get("password"):
            try:
                password_validation.validate_password(data["password"], self.user)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data


def present_password(label="登录密码"):
    """The password once more, before something that matters changes."""
    return forms.CharField(
        label=label,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        strip=False,
    )


class PasswordForm(NewPasswordForm):
    old_password = present_password("原密码")
    field_order = ["old_password", "password", "password_again"]


class RecoveryForm(FieldsetForm):
    """Whose password, and how the code is to come; whether there is such an account is never told here."""

    username = forms.CharField(
        label="账号", max_length=40, help_text="企业填统一社会信用代码，其他用户填分配的账号。"
    )
    channel = forms.ChoiceField(label="验证方式", widget=forms.RadioSelect)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        channels = offered_channels()
        self.fields["username"].widget.attrs |= {"autocomplete": "username", "autofocus": True}
        self.fields["channel"].choices = [(channel.value, f"登记的{channel.label}") for channel in channels]
        self.fields["channel"].initial = Channel.MAIL

    def clean_channel(self):
        return Channel(self.cleaned_data["channel"])


class CodeForm(FieldsetForm):
    """Six digits from a mail or a message."""

    code = forms.CharField(label="验证码", max_length=12, help_text="6 位数字，10 分钟内有效。")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        self.fields["code"].widget.attrs |= attrs


class FactorForm(CodeForm):
    """Six digits from the authenticator app or, once that is set up, a spare code."""

    def __init__(self, *args, has_spare_codes, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["code"].label, self.fields["code"].help_text = "动态码", "验证器应用显示的 6 位数字。"
        if has_spare_codes:
            self.fields["code"].help_text += "手机不在身边时，可输入一个备用码。"
            self.fields["code"].widget.attrs["inputmode"] = "text"


class ProfileForm(FieldsetForm):
    display_name = NameField(label="姓名", max_length=50)


class PhoneForm(FieldsetForm):
    target = MobileField(label="新手机号")
    password = present_password()


class EmailForm(FieldsetForm):
    target = forms.EmailField(label="新电子邮箱", max_length=254)
    password = present_password()


class InvitationForm(FieldsetForm):
    """A colleague who will file for the enterprise."""

    display_name = NameField(label="姓名", max_length=50)
    email = forms.EmailField(label="电子邮箱", max_length=254, required=False)
    phone = MobileField(label="手机号", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if Channel.SMS in offered_channels():
            self.fields["email"].help_text = "设置密码的链接发到邮箱；没有邮箱时发到手机。"
        else:
            self.fields["email"].help_text = "设置密码的链接发到该邮箱。"
            self.fields["email"].required = True

    def clean(self):
        data = super().clean()
        if not self.errors and not data.get("email") and not data.get("phone"):
            self.add_error("email", "请至少填写电子邮箱或手机号，以便发送设置密码的链接。")
        return data


class PreferencesForm(FieldsetForm):
    has_large_type = forms.BooleanField(
        label="大字模式", required=False, help_text="页面文字放大，按钮加高。"
    )
    wants_mail = forms.BooleanField(
        label="消息同时发到我的邮箱", required=False, help_text="与账号安全有关的消息总会发送。"
    )


class ContactForm(forms.ModelForm):
    """A telephone of the help page: of one jurisdiction, or of the nation when none is chosen."""

    name = NameField(label="名称", max_length=60, help_text="接听电话的处室或单位。")
    phone = NameField(label="电话", max_length=40, help_text="可写多个，用顿号分开。")
    hours = NameField(
        label="接听时间", max_length=60, required=False, help_text="选填，例如“工作日 9:00–17:00”。"
    )

    class Meta:
        model = Contact
        fields = ["jurisdiction", "name", "phone", "hours", "order"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["jurisdiction"].empty_label = "全国"
        self.fields["jurisdiction"].queryset = Jurisdiction.objects.order_by("code")
        self.fields["order"].help_text = "同一受理机构内，数字小的排在前面。"
        for field in self.fields.values():
            field.error_messages["required"] = f"请填写“{field.label}”。"

    def clean_phone(self):
        phone = self.cleaned_data["phone"]
        if not any(mark.isdigit() for mark in phone):
            raise forms.ValidationError("请填写电话号码，例如 0571-87057000。")
        return phone
