"""Loads the demonstration once: everything small in one transaction, then the trades a month at a time."""

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.audit import record
from autoflow.demo import plan as plans
from autoflow.demo.accounts import load_accounts, load_contacts, load_filings
from autoflow.demo.annual_reports import load_annual_reports
from autoflow.demo.backdate import backdate
from autoflow.demo.catalogue import load_catalogue
from autoflow.demo.content import domestic_pairs
from autoflow.demo.enterprises import load_enterprises
from autoflow.demo.market_reports import load_market_reports
from autoflow.demo.pictures import sample_pictures
from autoflow.demo.places import Places
from autoflow.demo.reports import load_reports
from autoflow.demo.trades import load_trades


def load(plan, say):
    """Bring the database to the whole demonstration; what is there stays, an unfinished one is finished."""
    begun = begin_once(plan, say)
    if plans.is_done():
        say(f"演示数据已存在：{size_of(begun)}。")
        return begun
    say(f"正在写入二手车交易，共 {begun.trades:,} 条 ……")
    load_trades(begun, say)
    say("正在写入交易市场月报和年报 ……")
    load_market_reports(begun)
    load_annual_reports(begun)
    record(plans.DONE, summary="演示数据载入完成")
    say(f"演示数据已载入：{size_of(begun)}。")
    return begun


def size_of(plan):
    return f"企业 {plan.enterprises:,} 家、{plan.months} 个月、二手车交易 {plan.trades:,} 条"


@transaction.atomic
def begin_once(plan, say):
    """The small part, unless it is there; a second run at the same time waits here for the first."""
    plans.stand_in_line()
    begun = plans.plan_begun()
    if begun is not None:
        return begun
    say(f"正在载入品牌车型目录：{load_catalogue()} 个车型。")
    users = load_accounts()
    load_contacts()
    places, brands = Places(make_password(None)), domestic_pairs()
    say("正在办理演示企业的备案 ……")
    load_filings(plan, users, brands)
    say(f"正在载入 {plan.enterprises:,} 家企业及其备案 ……")
    load_enterprises(plan, places, brands, sample_pictures())
    backdate()
    say("正在写入新车月报 ……")
    load_reports(plan)
    plans.begin(plan)
    return plan
