"""汽车销售年报, as the engine of reports knows it."""

from decimal import ROUND_HALF_UP, Decimal

from newcar.annual_checks import TABLE, Context, check_year
from newcar.annual_models import AnnualFigures
from newcar.annual_months import months_of_year
from newcar.monthly import NewcarMonthly
from reporting.annual import BASICS, Indicator, YearForm
from reporting.figures import decimal_of
from reporting.registry import register

DAYS = 365


@register
class NewcarAnnual(YearForm):
    """Content as YearForm says, with `average_stock_qty`, the mean of the months' closing stocks."""

    key = "newcar_annual"
    title = "汽车销售年报"
    lead = "每年1月1日至3月31日24:00填报上一年度；截止后不能填报或修改。"
    types = NewcarMonthly.types
    namespace = "newcar:annual"
    columns = (("销售量（辆）", "qty"), ("销售额（万元）", "amount"))
    table, model, monthly = TABLE, AnnualFigures, NewcarMonthly.key
    basics = (*BASICS, "business_modes")
    sections = (
        ("人员与场地", "employee_count"),
        ("新车销售", "new_car_qty"),
        ("二手车销售", "used_car_qty"),
        ("经营成果", "revenue"),
        ("年末资产负债", "total_assets"),
    )

    def read(self, report):
        _, stock = months_of_year(report)
        return {**super().read(report), "average_stock_qty": None if stock is None else f"{stock:.2f}"}

    def check(self, report, content):
        yield from check_year(content, Context(self.months(report), self.previous(report)))

    def figures(self, content):
        return {
            "line_count": 0,
            "qty": content.get("new_car_qty") or 0,
            "amount": decimal_of(content.get("new_car_amount")),
        }

    def months(self, report):
        return months_of_year(report)[0]

    def indicators(self, content):
        return indicators_of(content)


def indicators_of(content) -> list[Indicator]:
    """The derived figures of §5.2."""
    qty, money = decimal_of(content.get("new_car_qty")), decimal_of(content.get("new_car_amount"))
    retail = qty - decimal_of(content.get("wholesale_qty"))
    revenue = decimal_of(content.get("revenue"))
    stock = content.get("average_stock_qty") or content.get("year_end_stock_qty")
    return [
        _indicator("单车均价", money, qty, "万元/辆"),
        _percent("新能源占比", decimal_of(content.get("nev_qty")), qty),
        _percent("零售占比", retail, qty),
        _indicator("库存周转天数", DAYS * decimal_of(stock), qty, "天"),
        _indicator("人均销售额", money, decimal_of(content.get("employee_count")), "万元/人"),
        _indicator("单位面积销售额", money, decimal_of(content.get("business_area")), "万元/平方米"),
        _percent("毛利率", revenue - decimal_of(content.get("operating_cost")), revenue),
        _percent(
            "资产负债率",
            decimal_of(content.get("total_liabilities")),
            decimal_of(content.get("total_assets")),
        ),
    ]


def _indicator(label, dividend, divisor, unit):
    if not divisor:
        return Indicator(label, "–")
    return Indicator(label, f"{(dividend / divisor).quantize(Decimal('0.01'), ROUND_HALF_UP):,} {unit}")


def _percent(label, part, whole):
    if not whole:
        return Indicator(label, "–")
    return Indicator(label, f"{(part / whole * 100).quantize(Decimal('0.1'), ROUND_HALF_UP)}%")
