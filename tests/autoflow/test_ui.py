"""The field and its neighbours: what a person sees, and what a screen reader is told."""

from datetime import UTC, date, datetime
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from crispy_forms.utils import render_crispy_form
from django import forms
from django.template import Context, Template
from django.template.loader import render_to_string

from autoflow.common.checks import Finding, Severity

ERROR_PAGES = [400, 403, 404, 409, 413, 429, 500, 503]


class Elements(HTMLParser):
    """Collects (tag, attributes) of a piece of HTML."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def all(self, tag):
        return [attrs for name, attrs in self.found if name == tag]

    def named(self, name):
        return next(attrs for _, attrs in self.found if attrs.get("name") == name)

    def ids(self):
        return {attrs["id"] for _, attrs in self.found if "id" in attrs}


class SampleForm(forms.Form):
    enterprise_name = forms.CharField(label="企业名称", max_length=100, help_text="与执照一致")
    area = forms.DecimalField(label="经营面积", required=False)
    opened_on = forms.DateField(label="开业日期", required=False)
    types = forms.MultipleChoiceField(
        label="企业类型", choices=[("A1", "生产"), ("A3", "经销")], widget=forms.CheckboxSelectMultiple
    )
    seal_image = forms.FileField(label="公章影像", required=False)
    declared = forms.BooleanField(label="承诺")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["area"].unit, self.fields["area"].starred = "平方米", True
        self.fields["area"].explain, self.fields["area"].types = "用于经营的面积", {"A3", "A1"}
        self.fields["seal_image"].widget = forms.FileInput()
        self.fields["seal_image"].widget.preview_url = "/filing/images/7/"


def render(source, **context):
    return Template(source).render(Context(context))


def render_field(form, name):
    return render("{% field bound %}", bound=form[name])


def test_field_ties_label_error_help_and_control():
    form = SampleForm({"enterprise_name": ""})

    html = render_field(form, "enterprise_name")

    elements = Elements(html)
    control = elements.named("enterprise_name")
    assert elements.all("label")[0]["for"] == control["id"] == "id_enterprise_name"
    assert control["aria-invalid"] == "true"
    assert control["aria-describedby"].split() == ["id_enterprise_name_error", "id_enterprise_name_helptext"]
    assert set(control["aria-describedby"].split()) <= elements.ids()


def test_field_without_errors_is_not_invalid():
    control = Elements(render_field(SampleForm(), "enterprise_name")).named("enterprise_name")
    assert "aria-invalid" not in control
    assert control["aria-describedby"] == "id_enterprise_name_helptext"


def test_field_star_is_said_in_words_even_where_drafts_may_lack_it():
    html = render_field(SampleForm(), "area")
    assert '<span class="visually-hidden">必填</span>' in html
    assert "required" not in Elements(html).named("area")


def test_field_optional_has_no_star():
    assert "必填" not in render_field(SampleForm(), "opened_on")


def test_field_unit_and_explanation_and_types():
    html = render_field(SampleForm(), "area")

    elements = Elements(html)
    assert elements.named("area")["aria-describedby"] == "id_area_unit"
    assert "id_area_unit" in elements.ids()
    assert "“经营面积”的指标解释" in html
    assert len(elements.all("details")) == 1
    assert elements.all("div")[0]["data-types"] == "A1 A3"


@pytest.mark.parametrize(
    ("typed", "kind"),
    [("2026-02-28", "date"), ("2026-02-30", "text"), ("二月", "text"), ("", "date")],
)
def test_field_date_keeps_what_was_typed(typed, kind):
    control = Elements(render_field(SampleForm({"opened_on": typed}), "opened_on")).named("opened_on")
    assert (control["type"], control.get("value", "")) == (kind, typed)


def test_field_date_shows_a_stored_date_as_browsers_read_it():
    form = SampleForm(initial={"opened_on": date(2026, 1, 2)})
    assert Elements(render_field(form, "opened_on")).named("opened_on")["value"] == "2026-01-02"


def test_field_number_keeps_what_was_typed():
    control = Elements(render_field(SampleForm({"area": "12,00平"}), "area")).named("area")
    assert (control["type"], control["inputmode"], control["value"]) == ("text", "decimal", "12,00平")


def test_field_choices_are_a_group_with_a_legend():
    html = render_field(SampleForm({"types": ["A3", "X"]}), "types")

    elements = Elements(html)
    assert elements.all("fieldset")[0]["aria-describedby"] == "id_types_error"
    assert [("checked" in box, box["value"]) for box in elements.all("input")] == [
        (False, "A1"),
        (True, "A3"),
    ]
    assert [label["for"] for label in elements.all("label")] == [box["id"] for box in elements.all("input")]


def test_field_image_shows_what_is_stored_and_its_limit():
    elements = Elements(render_field(SampleForm(), "seal_image"))
    control = elements.named("seal_image")
    assert (control["accept"], control["data-max-bytes"]) == ("image/jpeg,image/png", "307200")
    assert elements.all("img") == [{"src": "/filing/images/7/", "alt": "公章影像，已上传"}]


def test_field_escapes_what_people_type():
    html = render_field(SampleForm({"enterprise_name": '"><script>x</script>'}), "enterprise_name")
    assert "<script>" not in html


def test_crispy_layouts_use_the_house_field():
    html = render_crispy_form(SampleForm())
    assert Elements(html).named("area")["aria-describedby"] == "id_area_unit"


def test_error_summary_links_each_error_to_its_control():
    form = SampleForm({"area": "x", "types": ["A3"]})
    form.add_error(None, "该企业已备案。")

    html = render("{% error_summary form %}", form=form)

    elements = Elements(html)
    targets = [link["href"] for link in elements.all("a")]
    assert targets == ["#id_enterprise_name", "#id_area", "#id_declared"]
    assert "有 4 处需要修改" in html
    assert (elements.all("div")[0]["role"], elements.all("div")[0]["tabindex"]) == ("alert", "-1")


def test_error_summary_names_a_control_once():
    form = SampleForm({"types": ["A3"], "declared": "on"})
    form.add_error("area", "请填写“经营面积”。")
    form.add_error("area", "太小。")

    html = render("{% error_summary form %}", form=form)

    assert ">请填写“经营面积”。<" in html
    assert ">“经营面积”：太小。<" in html


def test_error_summary_leads_to_a_set_of_rows_that_is_wrong_as_a_whole():
    formset = forms.formset_factory(SampleForm)({"form-TOTAL_FORMS": "0", "form-INITIAL_FORMS": "0"})
    formset.non_form_errors().append("请至少添加一行。")

    html = render(
        "{% error_summary formset %}{% brand_lines formset row_label='行' add_label='加' %}", formset=formset
    )

    elements = Elements(html)
    assert elements.all("a")[0]["href"] == "#form"
    assert "form" in elements.ids()


def test_error_summary_of_a_choice_leads_to_its_first_box():
    html = render("{% error_summary form %}", form=SampleForm({}))
    assert "#id_types_0" in [link["href"] for link in Elements(html).all("a")]


def test_error_summary_names_the_row_of_a_formset():
    formset = forms.formset_factory(SampleForm, extra=0)(
        {
            "form-TOTAL_FORMS": "2",
            "form-INITIAL_FORMS": "0",
            "form-0-enterprise_name": "甲",
            "form-0-types": ["A1"],
            "form-0-declared": "on",
            "form-1-types": ["A1"],
            "form-1-declared": "on",
            "form-1-area": "9",
        }
    )
    html = render("{% error_summary formset %}", formset=formset)
    assert "第2行“企业名称”" in html
    assert "第1行" not in html


def test_error_summary_without_errors_is_empty():
    assert render("{% error_summary form %}", form=SampleForm()).strip() == ""


def test_whole_form_errors_are_shown_once():
    form = SampleForm({})
    form.add_error(None, "该企业已备案。")
    html = render("{% error_summary form %}", form=form) + render_crispy_form(form)
    assert html.count("该企业已备案。") == 1


def test_brand_lines_number_rows_and_offer_an_empty_one():
    formset = forms.formset_factory(SampleForm, extra=2, can_delete=True)(prefix="brand_lines")

    html = render('{% brand_lines formset options_url="/catalog/producers/options/" %}', formset=formset)

    elements = Elements(html)
    names = {attrs.get("name") for attrs in elements.all("input")}
    assert {"brand_lines-TOTAL_FORMS", "brand_lines-1-area", "brand_lines-__prefix__-area"} <= names
    assert elements.all("div")[0]["data-options-url"] == "/catalog/producers/options/"
    assert "品牌 2" in html


def test_confirm_names_object_and_consequence_and_carries_the_token():
    html = render(
        '{% confirm label="退回" title="退回“甲公司”的备案" consequence="可再提交。" '
        'action="/x/" tone="danger" %}'
        '<input name="reason">{% endconfirm %}',
        csrf_token="t0ken",
    )
    elements = Elements(html)
    assert elements.named("csrfmiddlewaretoken")["value"] == "t0ken"
    assert elements.all("form") == [{"method": "post", "action": "/x/"}]
    assert "退回“甲公司”的备案" in html
    assert elements.named("reason") == {"name": "reason"}


def test_block_tags_escape_their_arguments():
    html = render("{% panel title=title %}<b>x</b>{% endpanel %}", title="<script>")
    assert "&lt;script&gt;" in html
    assert "<b>x</b>" in html


def test_findings_put_errors_first():
    found = [Finding("F-013", "a", "请核对。", Severity.WARN), Finding("REQUIRED", "b", "请填写“甲”。")]
    html = render("{% findings found %}", found=found)
    assert html.index("错误（1）") < html.index("警告（1）")
    assert "REQUIRED" not in html


@pytest.mark.parametrize(
    ("code", "tone"),
    [("CONFIRMED", "done"), ("SUBMITTED", "waiting"), ("RETURNED", "attention"), ("DRAFT", "idle")],
)
def test_state_colour_repeats_the_word(code, tone):
    assert f'<span class="state state-{tone}">状态词</span>' in render("{% state code '状态词' %}", code=code)


@pytest.mark.parametrize(
    ("source", "value", "text"),
    [
        ("{{ value|amount }}", 1284000, "1,284,000"),
        ("{{ value|amount:2 }}", Decimal("1234.5"), "1,234.50"),
        ("{{ value|amount }}", 0, "0"),
        ("{{ value|amount }}", None, "–"),
        ("{{ value|zh_date }}", date(2026, 11, 3), "2026年11月3日"),
        ("{{ value|zh_date }}", datetime(2026, 3, 31, 16, 30, tzinfo=UTC), "2026年4月1日"),
        ("{{ value|zh_date }}", None, "–"),
        ("{{ value|zh_datetime }}", datetime(2026, 11, 23, 6, 3, tzinfo=UTC), "2026年11月23日 14:03"),
    ],
)
def test_figures_and_dates_as_the_house_writes_them(source, value, text):
    assert render(source, value=value) == text


@pytest.mark.parametrize("status", ERROR_PAGES)
def test_error_page_needs_no_request_and_says_who_can_help(status):
    context = {"incident": "0A1B2C", "support_phone": "010-67801967", "product_name": "全国汽车流通信息管理"}
    html = render_to_string(f"errors/{status}.html", context)
    assert "0A1B2C" in html
    assert "010-67801967" in html
    assert "怎么办" in html
    assert "未定义" not in html


def test_field_division_says_what_may_be_typed():
    form = SampleForm()
    form.fields["enterprise_name"].widget.attrs["data-division-picker"] = ""
    html = render(
        '{% include "components/division_picker.html" with bound=bound only %}', bound=form["enterprise_name"]
    )
    assert "六位行政区划代码" in html
    assert Elements(html).named("enterprise_name")["data-division-picker"] == ""
