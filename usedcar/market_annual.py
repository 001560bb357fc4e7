"""交易市场年报, as the engine of reports knows it."""

from decimal import Decimal

from reporting.annual import BASICS, Months, YearForm, filing_at_end, months_owed, submitted_contents
from reporting.figures import decimal_of
from reporting.periods import MONTHS
from reporting.registry import register
from usedcar.annual_checks import TABLE, Context, check_year
from usedcar.annual_models import MarketYear
from usedcar.market_monthly import MarketMonthly
from usedcar.matrix import AMOUNT, QTY, total

CROSS_PROVINCE = "transfer_type-CROSS_PROVINCE"


@register
class MarketAnnual(YearForm):
    """Content as YearForm says."""

    key = "market_annual"
    title = "交易市场年报"
    lead = "每年1月1日至3月31日24:00填报上一年度；截止后不能填报或修改。"
    types = MarketMonthly.types
    namespace = "usedcar:market-annual"
    columns = (("交易量（辆）", "qty"), ("交易额（万元）", "amount"))
    table, model, monthly = TABLE, MarketYear, MarketMonthly.key
    basics = (*BASICS, "market_name", "market_opened_on", "parking_capacity", "market_services")
    sections = (
        ("交易情况", "used_car_qty"),
        ("市场经营", "market_revenue"),
        ("年末资产负债", "total_assets"),
        ("人员与入驻主体", "in_market_employee_count"),
        ("场地与车辆", "land_area"),
    )

    def check(self, report, content):
        filing = filing_at_end(report)
        capacity = filing.parking_capacity if filing else None
        yield from check_year(content, Context(self.months(report), self.previous(report), capacity))

    def figures(self, content):
        return {
            "line_count": 0,
            "qty": content.get("used_car_qty") or 0,
            "amount": decimal_of(content.get("used_car_amount")),
        }

    def months(self, report):
        return months_of_year(report)


def months_of_year(report) -> Months:
    """What the submitted months of the market add up to; the merchants are those of December."""
    owed = months_owed(report)
    found = submitted_contents(report, MarketMonthly.key, report.month.months)
    missing = tuple(month for month in owed if month not in found)
    if not found:
        return Months(missing=missing)
    cells = [content.get("cells") or {} for content in found.values()]
    figures = {
        "used_car_qty": sum(total(one, QTY) for one in cells),
        "nev_qty": sum(content.get("nev_qty") or 0 for content in found.values()),
        "cross_province_qty": sum(total(one, CROSS_PROVINCE) for one in cells),
        "used_car_amount": f"{sum((total(one, AMOUNT) for one in cells), Decimal(0)):.2f}",
    }
    december = found.get(report.month.months[MONTHS - 1], {})
    if december.get("resident_merchant_count") is not None:
        figures["resident_merchant_count"] = december["resident_merchant_count"]
    return Months(figures, missing)
