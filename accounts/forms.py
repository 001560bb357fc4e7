"""Forms of the accounts: shape of the input only."""

from crispy_forms.helper import FormHelper
from django import forms
from django.contrib.auth import password_validation

from accounts.divisions import find_division, is_leaf
from accounts.models import User
from autoflow.common import identifiers
from autoflow.common.checks import finding
from autoflow.common.codes import field_spec
from autoflow.common.text import normalise, normalise_number


class FieldsetForm(forms.Form):
    """A form whose <form>, target and buttons belong to the template."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False


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

    enterprise_name = forms.CharField(label="企业名称", max_length=100)
    uscc = forms.CharField(label="统一社会信用代码", max_length=30)
    division_code = DivisionField(label="所在地区")
    phone = forms.CharField(label="手机号", max_length=20)
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
        name = normalise(self.cleaned_data["enterprise_name"])
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

    def clean_phone(self):
        phone = identifiers.normalise_phone(self.cleaned_data["phone"])
        if not identifiers.is_mobile(phone):
            raise forms.ValidationError(finding("F-009", "phone").message)
        return phone

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


class PasswordForm(FieldsetForm):
    old_password = forms.CharField(label="原密码", max_length=128, widget=forms.PasswordInput, strip=False)
    password = forms.CharField(label="新密码", max_length=128, widget=forms.PasswordInput, strip=False)
    password_again = forms.CharField(
        label="再次输入新密码", max_length=128, widget=forms.PasswordInput, strip=False
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password"].help_text = "".join(password_validation.password_validators_help_texts())

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


class PreferencesForm(FieldsetForm):
    has_large_type = forms.BooleanField(
        label="大字模式", required=False, help_text="页面文字放大，按钮加高。"
    )
