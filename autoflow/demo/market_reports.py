"""Months of market reports for the demonstration, each filled from the trades the market reported."""

from random import Random

from django.db import transaction

from autoflow.demo.plan import stand_in_line
from autoflow.demo.reports import MISSING_EVERY, keep_late_period_open, owe_present, write_report
from filing.enums import FilingStatus
from filing.models import Enterprise
from reporting.models import Report
from reporting.periods import Period
from reporting.registry import report_form
from usedcar.market_monthly import MarketMonthly
from usedcar.market_trades import trades_of_month

RESIDENTS = 20


@transaction.atomic
def load_market_reports(plan):
    """The months before the present one, once; the last is left to the account of the demonstration."""
    stand_in_line()
    form = report_form(MarketMonthly.key)
    if Report.objects.filter(form=form.key).exists():
        return
    this_month = Period.of_day(plan.today)
    months = [this_month.plus(-count) for count in range(plan.months - 1, 0, -1)]
    if months:
        keep_late_period_open(form, months[-1], plan.today)
    for market in markets():
        write_months(form, market, months, Random(f"{plan.seed} market months {market.uscc}"))
        owe_present(form, market, this_month)


def markets():
    """Markets in force with those who report for them."""
    confirmed = Enterprise.objects.filter(status=FilingStatus.CONFIRMED).prefetch_related("staff")
    return [one for one in confirmed.order_by("id") if not MarketMonthly.types.isdisjoint(one.types)]


def write_months(form, market, months, random):
    clerk = market.staff.all()[0]
    for period in months:
        is_skipped = random.randrange(MISSING_EVERY) == 0
        if clerk.username == "market":
            is_skipped = period == months[-1]
        content = month_from_trades(market, period, random)
        if is_skipped or not content["cells"]:
            owe_present(form, market, period)
        else:
            write_report(form, market, clerk, period, content)


def month_from_trades(market, period, random):
    """The month as «按交易信息汇总» gives it."""
    found = trades_of_month(market.pk, period)
    return {
        "nev_qty": found.nev_qty,
        "nev_amount": found.nev_amount,
        "resident_merchant_count": RESIDENTS + random.randrange(RESIDENTS),
        "cells": found.cells,
        "filled_at": moment_of_filling(period),
    }


def moment_of_filling(period):
    """When it was filled: the morning of the second of the following month."""
    return f"{period.next.start:%Y-%m}-02T09:00:00+08:00"
