"""汽车销售年报: every Y-rule, what the months give, the deadline, and the basics of the filing."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from autoflow.common.checks import rules
from autoflow.common.errors import BusinessError, ConflictError
from newcar.annual import indicators_of
from newcar.annual_checks import SPECS, Context, check_year
from newcar.annual_models import AnnualFigures
from reporting.annual import Months
from reporting.models import Report
from reporting.periods import Period
from reporting.services import file_nil_return, save_report, start_report, submit_report
from tests.factories import EnterpriseFactory, UserFactory

YEAR = Period.year(2025)
OPEN = "2026-02-10 09:00"
FORM = "newcar_annual"
GOOD = {
    "employee_count": 40,
    "sales_staff_count": 12,
    "service_staff_count": 20,
    "business_area": "3000.00",
    "showroom_area": "800.00",
    "workshop_area": "1200.00",
    "new_car_qty": 100,
    "passenger_qty": 90,
    "commercial_qty": 10,
    "nev_qty": 40,
    "import_qty": 0,
    "wholesale_qty": 5,
    "new_car_amount": "1500.00",
    "nev_amount": "600.00",
    "year_end_stock_qty": 20,
    "used_car_qty": 0,
    "used_car_amount": "0.00",
    "revenue": "1700.00",
    "vehicle_revenue": "1330.00",
    "service_revenue": "300.00",
    "other_revenue": "70.00",
    "operating_cost": "1500.00",
    "operating_profit": "100.00",
    "total_profit": "95.00",
    "tax_payable": "60.00",
    "total_assets": "900.00",
    "total_liabilities": "500.00",
    "owner_equity": "400.00",
}
MONTHS = Months({"new_car_qty": 100, "new_car_amount": "1500.00", "year_end_stock_qty": 20})
NEAR = Months({"new_car_qty": 100, "new_car_amount": "1490.00", "year_end_stock_qty": 20})
CASES = {  # rule: (changes of the figures, months, year before) that fire it, then the same that do not
    "Y-004": (({"sales_staff_count": 21}, MONTHS, None), ({"sales_staff_count": 20}, MONTHS, None)),
    "Y-005": (({"commercial_qty": 9}, MONTHS, None), ({}, MONTHS, None)),
    "Y-006": (({"new_car_amount": "0.00", "nev_amount": "0.00"}, MONTHS, None), ({}, MONTHS, None)),
    "Y-007": (({"other_revenue": "70.02"}, MONTHS, None), ({"other_revenue": "70.01"}, MONTHS, None)),
    "Y-008": (({"operating_profit": "200.02"}, MONTHS, None), ({"operating_profit": "200.01"}, MONTHS, None)),
    "Y-009": (({"owner_equity": "399.98"}, MONTHS, None), ({"owner_equity": "399.99"}, MONTHS, None)),
    "Y-010": (({}, Months({**MONTHS.figures, "new_car_qty": 99}), None), ({}, NEAR, None)),
    "Y-011": (
        ({}, MONTHS, {**GOOD, "service_revenue": "199.00"}),
        ({}, MONTHS, {**GOOD, "service_revenue": "200.00"}),
    ),
    "Y-012": (
        ({"vehicle_revenue": "1600.00", "service_revenue": "30.00"}, MONTHS, None),
        ({"vehicle_revenue": "1590.00", "service_revenue": "40.00"}, MONTHS, None),
    ),
}
OF_PERIOD = {"Y-001", "Y-002", "Y-003"}  # below, by the engine


def found(changes, months=MONTHS, previous=None):
    figures = {**GOOD, **changes}
    return {item.rule: item for item in check_year(figures, Context(months, previous))}


def test_every_rule_of_the_table_has_a_case():
    assert {number for number in rules() if number.startswith("Y-")} == {*CASES, *OF_PERIOD}


def test_good_figures_name_every_column_and_are_silent():
    assert set(GOOD) == {spec.identifier for spec in SPECS}
    assert found({}) == {}


@pytest.mark.parametrize("rule", CASES)
def test_rule_fires(rule):
    item = found(*CASES[rule][0])[rule]
    assert item.severity in rules()[rule].severities
    assert "{" not in item.message


@pytest.mark.parametrize("rule", CASES)
def test_rule_is_silent(rule):
    assert found(*CASES[rule][1]) == {}


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"nev_qty": 101}, "nev_qty"),
        ({"import_qty": 101}, "import_qty"),
        ({"wholesale_qty": 101}, "wholesale_qty"),
        ({"nev_amount": "1500.01"}, "nev_amount"),
        ({"nev_amount": "0.00"}, "nev_amount"),
        ({"used_car_qty": 1}, "used_car_amount"),
        ({"year_end_stock_qty": 21}, "year_end_stock_qty"),
        ({"revenue": None}, "revenue"),
        ({"showroom_area": "1800.01"}, "business_area"),
    ],
)
def test_other_relations_are_named_at_their_figure(changes, name):
    assert [item.field for item in found(changes).values()] == [name]


def test_amounts_may_differ_from_the_months_by_one_percent():
    assert "Y-010" in found({}, Months({**MONTHS.figures, "new_car_amount": "1480.00"}))
    message = found({"new_car_qty": 101, "commercial_qty": 11})["Y-010"].message
    assert message == "年报与12个月月报合计不一致（月报100，年报101），请修正或说明。"


def test_indicators_are_dashes_without_a_divisor():
    assert {one.text for one in indicators_of({})} == {"–"}
    shown = {one.label: one.text for one in indicators_of({**GOOD, "average_stock_qty": "20.00"})}
    assert shown == {
        "单车均价": "15.00 万元/辆",
        "新能源占比": "40.0%",
        "零售占比": "95.0%",
        "库存周转天数": "73.00 天",
        "人均销售额": "37.50 万元/人",
        "单位面积销售额": "0.50 万元/平方米",
        "毛利率": "11.8%",
        "资产负债率": "55.6%",
    }


@pytest.fixture
def client(client_for, clerk):
    return client_for(clerk)


@pytest.fixture
def report(clerk, at):
    with at(OPEN):
        return start_report(form=FORM, period=YEAR, by=clerk)


def send(client, report, figures, **more):
    header = {"preparer_name": "测试填表人", "preparer_phone": "0571-87654321", "variance_note": ""}
    given = {name: value for name, value in figures.items() if value is not None}
    data = {**header, **given, "revision": report.revision, "action": "submit", **more}
    return client.post(reverse("newcar:annual-edit", args=[report.pk]), data)


def test_year_is_reported_from_the_page_with_a_note_on_the_months(client, at, report):
    with at(OPEN):
        answer = send(client, report, GOOD)
        assert "请逐条选择原因" in answer.content.decode()
        report.refresh_from_db()
        note = "上半年月报由原系统报送且没有迁入本系统"
        assert send(client, report, GOOD, variance_note=note).status_code == 302
    report.refresh_from_db()
    assert (report.status, report.qty, str(report.amount), report.note) == ("SUBMITTED", 100, "1500.00", note)
    content = report.versions.get().content
    assert {name: content[name] for name in GOOD} == GOOD
    page = client.get(report.url()).content.decode()
    assert "单车均价" in page
    assert "15.00 万元/辆" in page


def test_basics_are_those_of_the_filing_on_31_december(client, at, report, filing):
    with at(OPEN):
        page = client.get(reverse("newcar:annual-edit", args=[report.pk])).content.decode()
    assert filing.enterprise_name in page
    assert "取自12月31日有效的企业备案" in page
    basics = dict(report.form_class.read(report)["basics"])
    assert basics["统一社会信用代码"] == filing.uscc
    assert filing.brand_lines.get().brand.name in basics["品牌与授权"]


def test_figures_of_the_months_are_taken_over_and_missing_ones_named(
    client, at, report, models, line_of, month_of
):
    for month in (11, 12):
        month_of(Period.month(2025, month), [line_of(models[0]), line_of(models[1], sales_amount="100.00")])
    with at(OPEN):
        page = client.get(reverse("newcar:annual-edit", args=[report.pk])).content.decode()
        assert "2025年1月、2025年2月" in page
        assert "2025年12月" not in page.split("以下月份")[1].split("</div>")[0]
        send(client, report, {"employee_count": "40"}, action="fill")
    row = AnnualFigures.objects.get()
    assert (row.new_car_qty, str(row.new_car_amount), row.year_end_stock_qty) == (32, "440.00", 14)
    assert (row.passenger_qty, row.wholesale_qty, row.employee_count) == (32, 4, 40)


@pytest.mark.parametrize("hostile", ["-1", "1e3", "NaN", "4.5", "一百", "200001"])
def test_hostile_figures_come_back_at_their_control(client, at, report, hostile):
    with at(OPEN):
        answer = send(client, report, {"employee_count": hostile}, action="save")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'value="{hostile}"' in page
    assert AnnualFigures.objects.get().employee_count is None


def test_profit_may_be_negative(client, at, report):
    with at(OPEN):
        send(client, report, {"operating_profit": "-12.5"}, action="save")
    assert str(AnnualFigures.objects.get().operating_profit) == "-12.50"


@pytest.mark.parametrize("action", ["save", "submit", "fill", "autosave"])
def test_nothing_is_filled_in_or_changed_after_31_march(client, at, report, action):
    with at("2026-03-31 23:59:59"):
        assert send(client, report, {"employee_count": "40"}, action="save").status_code == 302
    report.refresh_from_db()
    with at("2026-04-01 00:00:00"):
        assert send(client, report, {"employee_count": "41"}, action=action).status_code == 409
        assert client.post(reverse("newcar:annual-delete", args=[report.pk])).status_code == 409
    assert AnnualFigures.objects.get().employee_count == 40


def test_y001_to_y003_outside_the_window_twice_or_unconfirmed(clerk, at, report, filing):
    with at(OPEN), pytest.raises(BusinessError, match="2025年度年报已存在"):
        start_report(form=FORM, period=YEAR, by=clerk)
    with at("2026-04-01 00:00:00"), pytest.raises(ConflictError, match="年报在每年1月1日至"):
        start_report(form=FORM, period=Period.year(2024), by=clerk)
    with at(OPEN), pytest.raises(ConflictError, match="现在还没有开放"):
        start_report(form=FORM, period=Period.year(2026), by=clerk)
    enterprise = filing.enterprise
    enterprise.status = "SUBMITTED"
    enterprise.save()
    with at(OPEN), pytest.raises(BusinessError, match="备案"):
        start_report(form=FORM, period=YEAR, by=clerk)


def test_there_is_no_nil_return_of_a_year(clerk, at):
    with at(OPEN), pytest.raises(BusinessError, match="没有零报告"):
        file_nil_return(form=FORM, period=YEAR, by=clerk)
    assert not Report.objects.exists()


def test_the_year_before_is_compared(clerk, at):
    def year(period, moment, **changes):
        with at(moment):
            report = start_report(form=FORM, period=period, by=clerk)
            kept = {"values": {"note": "月报由原系统报送，未迁入"}, "reasons": {}}
            content = {**GOOD, **changes}
            report = save_report(report_id=report.pk, revision=0, content=content, **kept, by=clerk)
            return submit_report(report_id=report.pk, revision=report.revision, by=clerk)

    year(Period.year(2024), "2025-02-10 09:00")
    report = year(YEAR, OPEN, total_assets="1900.00", total_liabilities="1500.00")
    messages = set(report.findings.filter(rule="Y-011").values_list("message", flat=True))
    assert messages == {
        "资产总额较上年变化+111%，请核对并说明。",
        "负债总额较上年变化+200%，请核对并说明。",
    }


def test_strangers_and_officers_cannot_fill_in(client_for, at, report):
    url = reverse("newcar:annual-edit", args=[report.pk])
    with at(OPEN):
        stranger = EnterpriseFactory(confirmed=True).staff.first()
        assert client_for(stranger).get(url).status_code == 404
        assert client_for(UserFactory(county=True)).get(url).status_code == 403


def test_year_goes_out_and_comes_back_as_a_workbook(client, clerk, at):
    with at(OPEN):
        report = start_report(form=FORM, period=YEAR, by=clerk)
        answer = client.get(reverse("newcar:annual-workbook", args=[report.pk]))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    for row, spec in zip(book["指标"].iter_rows(min_row=4), SPECS, strict=True):
        row[3].value = float(GOOD[spec.identifier])
    for moment, status in (("2026-04-01 00:00:01", 409), ("2026-03-31 23:59:59", 302)):
        buffer = io.BytesIO()
        book.save(buffer)
        file = SimpleUploadedFile("年报.xlsx", buffer.getvalue())
        with at(moment):
            header = {"preparer_name": "测试填表人", "preparer_phone": "0571-87654321"}
            posted = {**header, "action": "upload", "workbook": file, "revision": 0}
            assert client.post(reverse("newcar:annual-edit", args=[report.pk]), posted).status_code == status
        assert AnnualFigures.objects.exists() is (status == 302)
    figures = AnnualFigures.objects.get()
    assert (figures.employee_count, str(figures.revenue)) == (40, "1700.00")
