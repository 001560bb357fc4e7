"""Months of market reports for the demonstration, each filled from the trades the market reported."""

from random import Random

from django.db import transaction

from autoflow.demo.plan import stand_in_line
from autoflow.demo.reports import MISSING_EVERY, HandedIn, keep_late_period_open, owe_present, write_reports
from filing.enums import FilingStatus
from filing.models import Enterprise
from reporting.models import Report
from reporting.periods import Period
from reporting.registry import report_form
from usedcar.market_monthly import MarketMonthly
from usedcar.market_summaries import recount_month
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
    reporting = [(one, Random(f"{plan.seed} market months {one.uscc}")) for one in markets()]
    for period in months:
        reports = (month_of(*one, period, is_last=period == months[-1]) for one in reporting)
        write_reports(form, period, filter(None, reports))
        recount_month(form, period)
    for period in (*months, this_month):
        owe_present(form, period, [market for market, _ in reporting])


def markets():
    """Markets in force with those who report for them."""
    confirmed = Enterprise.objects.filter(status=FilingStatus.CONFIRMED).prefetch_related("staff")
    return [one for one in confirmed.order_by("id") if not MarketMonthly.types.isdisjoint(one.types)]


def month_of(market, random, period, *, is_last):
    """What a market hands in for a month: what its trades say; some months are missing."""
    clerk = market.staff.all()[0]
    is_skipped = random.randrange(MISSING_EVERY) == 0
    if clerk.username == "market":
        is_skipped = is_last
    content = month_from_trades(market, period, random)
    return None if is_skipped or not content["cells"] else HandedIn(market, clerk, content)


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
