"""The component gallery: every component in every state, on made-up data, while DEBUG is on."""

from datetime import datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.templatetags.static import static

from autoflow.common.checks import Finding, Severity

YES_NO = [("1", "是"), ("0", "否")]
TYPES = [
    ("A1", "汽车生产企业"),
    ("A2", "进口汽车总经销商"),
    ("A3", "汽车经销商"),
    ("B1", "二手车交易市场"),
    ("B2", "二手车经销企业"),
]
BRANDS = [("", "请选择品牌"), ("1", "大众"), ("2", "比亚迪")]
PRODUCERS = [("", "请选择生产商"), ("1", "一汽-大众汽车有限公司"), ("2", "比亚迪汽车有限公司")]
SECTION = {"faults": "", "is_hidden": False}
STATES = [
    ("DRAFT", "草稿"),
    ("SUBMITTED", "待确认"),
    ("CONFIRMED", "确认通过"),
    ("RETURNED", "退回"),
    ("CHANGED", "已变更"),
    ("SUSPENDED", "暂停"),
    ("CANCELLED", "注销"),
    ("LOCKED", "已锁定"),
    ("CHECKING", "校验中"),
    ("DONE", "已完成"),
    ("FAILED", "失败"),
]


class GalleryForm(forms.Form):
    """One field of each kind."""

    enterprise_name = forms.CharField(label="企业名称", max_length=100)
    uscc = forms.CharField(label="统一社会信用代码", max_length=18)
    enterprise_types = forms.MultipleChoiceField(
        label="企业类型", choices=TYPES, widget=forms.CheckboxSelectMultiple
    )
    division_code = forms.CharField(label="所在地区")
    established_on = forms.DateField(label="成立日期", widget=forms.DateInput)
    business_area = forms.DecimalField(label="经营面积", required=False)
    employee_count = forms.IntegerField(label="从业人数", required=False)
    capital_currency = forms.ChoiceField(
        label="注册资本币种",
        help_text="外商投资企业按登记币种填写。",
        choices=[("CNY", "人民币"), ("USD", "美元")],
    )
    sells_nev = forms.ChoiceField(label="是否销售新能源汽车", choices=YES_NO, widget=forms.RadioSelect)
    seal_image = forms.FileField(label="公章影像", required=False)
    licence_original_image = forms.FileField(label="营业执照正本影像", required=False)
    remark = forms.CharField(
        label="备注", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    truth_declared = forms.BooleanField(label="承诺所填内容与证照一致")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        fields = self.fields
        fields["enterprise_name"].explain = "营业执照登记的完整名称，不用简称。"
        fields["business_area"].explain = "用于汽车经营的建筑与场地面积合计。"
        fields["business_area"].unit, fields["employee_count"].unit = "平方米", "人"
        fields["business_area"].starred = fields["employee_count"].starred = True
        fields["sells_nev"].types = {"A1", "A2", "A3"}
        fields["division_code"].widget.attrs["data-division-picker"] = ""
        for name, preview in {"seal_image": "", "licence_original_image": static("img/icon.svg")}.items():
            fields[name].starred = True
            fields[name].widget = forms.FileInput()
            fields[name].widget.preview_url = preview


class BrandLineForm(forms.Form):
    """One row of the brand–producer picker."""

    brand_id = forms.ChoiceField(label="品牌", choices=BRANDS)
    producer_id = forms.ChoiceField(label="生产商", choices=PRODUCERS)
    supplier_name = forms.CharField(label="供应商名称", max_length=100)


def _menu():
    entries = [("首页", "/", ""), ("企业备案", "/gallery/", ""), ("品牌与车型", "/", "")]
    closed = [
        ("汽车销售月报", "/", "备案确认通过后可以填报"),
        ("二手车交易", "/", "选择“二手车经销企业”后可以填报"),
    ]
    return [
        SimpleNamespace(label=label, url=url, reason=reason, is_current=url == "/gallery/")
        for label, url, reason in entries + closed
    ]


def _events():
    shanghai = ZoneInfo("Asia/Shanghai")
    return [
        {
            "title": "提交",
            "at": datetime(2026, 11, 20, 9, 12, tzinfo=shanghai),
            "by": "示例经销商 王敏",
            "note": "",
        },
        {
            "title": "退回",
            "at": datetime(2026, 11, 23, 14, 3, tzinfo=shanghai),
            "by": "西湖区商务局",
            "note": "公章影像不清晰，请重新扫描。",
        },
    ]


def _findings():
    return [
        Finding("F-003", "uscc", "统一社会信用代码校验不通过，请对照营业执照逐位核对。"),
        Finding("F-013", "licence_valid_until", "营业执照有效期已过，请核对。", Severity.WARN),
        Finding("F-017", "authorized_to", "授权将于 30 日内到期。", Severity.INFO),
    ]


def _filled_form():
    form = GalleryForm(
        {
            "enterprise_name": "",
            "uscc": "91330106MA00000000",
            "established_on": "2020-02-30",
            "business_area": "12,00平",
        }
    )
    form.is_valid()
    form.add_error(None, "该企业已有一份正在办理的备案，请勿重复提交。")
    return form


@login_not_required
def gallery(request):
    """All components; the form answers a POST with its errors and stores nothing."""
    messages.success(request, "已提交，等待西湖区商务局确认；一般 5 个工作日内。")
    messages.warning(request, "本月月报还有 3 天截止。")
    messages.error(request, "图片没有保存，请重新选择。")
    lines = forms.formset_factory(BrandLineForm, extra=1, can_delete=True)
    person = {
        "display_name": "王敏",
        "get_role_display": "企业管理员",
        "organisation": "杭州示例汽车销售有限公司",
    }
    page = {"rows": [], "count_text": "共 1,284 条", "previous_url": "?before=x", "next_url": "?after=x"}
    context = {
        "user": SimpleNamespace(is_authenticated=True, has_large_type="large" in request.GET, **person),
        "menu": _menu(),
        "form": GalleryForm(initial={"enterprise_types": ["A3"]}),
        "refused": _filled_form(),
        "lines": lines(initial=[{"brand_id": "1", "producer_id": "1"}], prefix="brand_lines"),
        "states": STATES,
        "found": _findings(),
        "events": _events(),
        "page": page,
        "chips": [{"label": "状态：待确认", "url": "?"}, {"label": "地区：西湖区", "url": "?"}],
        "sections": [
            {"label": "公共部分", "url": "#common", "missing": 3, "types": "", **SECTION},
            {"label": "品牌与生产商", "url": "#brands", "missing": 1, "types": "A1 A2 A3", **SECTION},
            {"label": "影像与承诺", "url": "#refused", "missing": 0, "types": "", **SECTION},
        ],
        "images": [
            {"label": name, "url": static("img/icon.svg"), "alt": f"{name}，示例"}
            for name in ("营业执照正本", "营业执照副本", "公章")
        ],
    }
    return render(request, "gallery.html", context)
