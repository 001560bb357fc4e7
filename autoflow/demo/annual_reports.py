"""Last year's annual reports of the demonstration's dealer and market, from their months; locked by now."""

from decimal import Decimal

from django.db import transaction

from autoflow.demo.plan import stand_in_line
from autoflow.demo.reports import HandedIn, write_reports
from filing.models import Enterprise
from newcar.annual import NewcarAnnual
from reporting.annual import basics_of
from reporting.enums import PeriodKind
from reporting.models import Report
from reporting.periods import Period
from reporting.registry import report_form
from usedcar.market_annual import MarketAnnual

DEALER = {
    "employee_count": 46,
    "sales_staff_count": 14,
    "service_staff_count": 22,
    "business_area": "3600.00",
    "showroom_area": "900.00",
    "workshop_area": "1500.00",
    "import_qty": 0,
    "used_car_qty": 0,
    "used_car_amount": "0.00",
    "tax_payable": "86.40",
    "total_assets": "4200.00",
    "total_liabilities": "2600.00",
    "owner_equity": "1600.00",
}
MARKET = {
    "total_assets": "5200.00",
    "total_liabilities": "1900.00",
    "owner_equity": "3300.00",
    "in_market_employee_count": 180,
    "operator_employee_count": 36,
    "resident_dealer_count": 24,
    "resident_broker_count": 6,
    "resident_other_count": 3,
    "land_area": "18000.00",
    "hall_area": "1600.00",
    "year_end_vehicle_count": 120,
}


@transaction.atomic
def load_annual_reports(plan):
    """The two accounts' reports of the year before, once, where they have months of it."""
    stand_in_line()
    year = Period.of_day(plan.today, PeriodKind.YEAR).previous
    for username, key, finish in (
        ("dealer", NewcarAnnual.key, dealer_year),
        ("market", MarketAnnual.key, market_year),
    ):
        enterprise = Enterprise.objects.get(staff__username=username)
        report = Report(enterprise=enterprise, form=key, period=year.start)
        form = report_form(key)
        months = form.months(report)
        if months.has_any and not Report.objects.filter(enterprise=enterprise, form=key).exists():
            content = (
                form.read(report) | finish(dict(months.figures)) | {"basics": basics_of(report, form.basics)}
            )
            write_reports(form, year, iter([HandedIn(enterprise, enterprise.staff.all()[0], content)]))


def dealer_year(figures):
    """What the months do not tell, in keeping with what they do."""
    vehicles = (Decimal(figures["new_car_amount"]) / Decimal("1.13")).quantize(Decimal("0.01"))
    service, other = Decimal("380.00"), Decimal("95.00")
    revenue = vehicles + service + other
    cost = (revenue * Decimal("0.93")).quantize(Decimal("0.01"))
    figures.setdefault("year_end_stock_qty", 0)
    return (
        DEALER
        | figures
        | {
            "revenue": str(revenue),
            "vehicle_revenue": str(vehicles),
            "service_revenue": str(service),
            "other_revenue": str(other),
            "operating_cost": str(cost),
            "operating_profit": str(revenue - cost - Decimal("40.00")),
            "total_profit": str(revenue - cost - Decimal("42.00")),
        }
    )


def market_year(figures):
    """What the months do not tell; the market earns fees and rent, a small part of what was traded."""
    revenue = (Decimal(figures["used_car_amount"]) * Decimal("0.06")).quantize(Decimal("0.01"))
    profit = (revenue * Decimal("0.3")).quantize(Decimal("0.01"))
    fees = (revenue * Decimal("0.4")).quantize(Decimal("0.01"))
    merchants = sum(MARKET[f"resident_{kind}_count"] for kind in ("dealer", "broker", "other"))
    return (
        MARKET
        | figures
        | {
            "resident_merchant_count": merchants,
            "market_revenue": str(revenue),
            "service_fee_revenue": str(fees),
            "rent_revenue": str(revenue - fees),
            "market_cost": str(revenue - profit),
            "market_profit": str(profit),
        }
    )
