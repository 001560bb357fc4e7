"""Forms of policy, stand-ins and accounts: shape of the input only."""

from django import forms
from django.utils import timezone

from accounts.divisions import find_division
from accounts.enums import Role
from accounts.models import Division
from accounts.officers import GRANTABLE
from autoflow.common import identifiers
from autoflow.common.checks import finding
from autoflow.common.text import TextRefused, normalise, reject_controls
from filing.deputies import candidates_for
from filing.enums import ConfirmLevel, EnterpriseGroup
from filing.models import ProvinceSetting
from filing.models.policies import MOST_WORKDAYS
from reviews.places import account_places, policy_places

USERNAME = r"^[A-Za-z][A-Za-z0-9._-]{3,39}$"


class LineField(forms.CharField):
    """One line of text as it is stored: normalised, nothing invisible in it."""

    def clean(self, value):
        try:
            return reject_controls(normalise(super().clean(value)))
        except TextRefused as error:
            raise forms.ValidationError(str(error)) from error


class PolicyForm(forms.Form):
    """Which level confirms where, for whom, from when."""

    division_prefix = forms.ChoiceField(
        label="地区", help_text="选到市即为全市；县（区）的设置优先于市，市优先于全省。"
    )
    enterprise_group = forms.ChoiceField(
        label="企业类别",
        required=False,
        choices=[("", "全部企业"), *EnterpriseGroup.choices],
        help_text="同一地区内，按类别的设置优先于“全部企业”。",
    )
    level = forms.ChoiceField(
        label="由哪一级确认",
        choices=ConfirmLevel.choices,
        widget=forms.RadioSelect,
        help_text="所选层级在当地不存在的（如东莞没有县级），自动由上一级确认。",
    )
    day = forms.DateField(
        label="生效日期",
        required=False,
        widget=forms.DateInput,
        help_text="当天 0:00 起生效；不填为保存后立即生效。",
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        if user.role == Role.NATION:
            self.fields["division_prefix"] = forms.CharField(required=False, widget=forms.HiddenInput)
        else:
            self.fields["division_prefix"].choices = policy_places(user.jurisdiction)


class SettingForm(forms.ModelForm):
    """The other switches of a province."""

    class Meta:
        model = ProvinceSetting
        fields = ["workdays_to_confirm", "reports_while_changed", "brokers_may_report"]
        help_texts = {
            "workdays_to_confirm": f"1–{MOST_WORKDAYS}；从设置之后提交的备案起算，已在办的期限不变。",
            "reports_while_changed": "打开后，企业提交变更、等待重新确认期间，可继续按原有效版本填报。",
            "brokers_may_report": "经纪业务的发票由交易市场开具，打开后可能与市场的填报重复；默认不填报。",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["workdays_to_confirm"].unit = "个工作日"
        self.fields["workdays_to_confirm"].label = "确认期限"


class DeputyForm(forms.Form):
    """Who stands in, from when to when, and why."""

    deputy_id = forms.ChoiceField(
        label="代办人", help_text="同一机构、直接上级机构或同级相邻机构的在用账号。"
    )
    starts_on = forms.DateField(label="开始日期", widget=forms.DateInput)
    ends_on = forms.DateField(label="结束日期", widget=forms.DateInput, help_text="含当天；到期自动结束。")
    reason = LineField(label="事由", min_length=2, max_length=200, help_text="如休假、出差、培训。")

    def __init__(self, *args, absent, **kwargs):
        super().__init__(*args, **kwargs)
        people = [(user.pk, str(user)) for user in candidates_for(absent)]
        self.fields["deputy_id"].choices = [("", "请选择"), *people]
        self.fields["starts_on"].initial = timezone.localdate

    def clean_deputy_id(self):
        return int(self.cleaned_data["deputy_id"])


class MoveForm(forms.Form):
    """Role, body and place of an account; whether the person may grant them is the service's to say."""

    role = forms.CharField(label="角色", max_length=10)
    division_code = forms.CharField(label="地区", max_length=60, required=False)
    organisation = LineField(label="单位名称", min_length=2, max_length=100, help_text="如“西湖区商务局”。")

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        roles = [(role.value, role.label) for role in GRANTABLE.get(user.role, ())]
        self.fields["role"].widget = forms.Select(choices=roles)
        places, division = account_places(user), self.fields["division_code"]
        if places is None:
            division.widget = forms.TextInput({"data-division-picker": "", "autocomplete": "off"})
            division.help_text = (
                "商务部和系统管理员账号不填；省级账号选到省（计划单列市选到市），市级选到市。"
            )
        else:
            division.widget = forms.Select(choices=[("", "请选择"), *places])
            division.required = True

    def clean_division_code(self):
        text = self.cleaned_data["division_code"]
        if not text:
            return ""
        division = Division.objects.filter(pk=text[:6]).first() or find_division(text)
        if division is None:
            raise forms.ValidationError("没有找到这个地区，请重新选择。")
        return division.code


class AccountForm(MoveForm):
    """A new account of an authority."""

    username = forms.RegexField(
        USERNAME,
        label="账号",
        max_length=40,
        help_text="4–40 个字符，以字母开头，可用字母、数字和 . _ -。",
        error_messages={"invalid": "账号须为 4–40 个字符，以字母开头，只用字母、数字和 . _ -。"},
    )
    display_name = LineField(label="姓名", min_length=2, max_length=50)
    phone = forms.CharField(
        label="手机号", max_length=20, help_text="设置密码的链接发到这里，请填本人在用的手机号。"
    )
    email = forms.EmailField(label="电子邮箱", max_length=254, help_text="设置密码的链接同时发到这里。")
    field_order = ("username", "display_name", "role", "division_code", "organisation", "phone", "email")

    def clean_phone(self):
        phone = identifiers.normalise_phone(self.cleaned_data["phone"])
        if not identifiers.is_mobile(phone):
            raise forms.ValidationError(finding("F-009", "phone").message)
        return phone
