"""The demonstration: it keeps every rule of the product, and can be killed, repeated and finished."""

from collections import Counter, defaultdict
from datetime import date
from random import Random

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.demo import DEMO_ACCOUNTS, DEMO_PASSWORD
from accounts.enums import Role
from accounts.models import User
from autoflow.common.identifiers import uscc_faults
from autoflow.common.images import MAX_BYTES, SHARP_SIDE
from autoflow.demo import glyphs, names
from autoflow.demo.content import domestic_pairs
from autoflow.demo.enterprises import make
from autoflow.demo.load import load
from autoflow.demo.pictures import pictures_of, sample
from autoflow.demo.places import Places
from autoflow.demo.plan import Plan, shared
from catalog.models import Brand, Displacement, VehicleModel
from filing.content import content_of, digest
from filing.models import Enterprise, Filing, FilingEvent
from filing.services import findings_of
from newcar.models import MonthlySummary
from newcar.summaries import figures_of
from reporting.models import Obligation, Report
from usedcar.checks import check_trade
from usedcar.market_models import MarketSummary
from usedcar.market_summaries import figures_of as market_figures
from usedcar.models import Trade

PLAN = Plan(enterprises=48, months=14, trades=300, seed=7)


@pytest.fixture(scope="module")
def said(django_db_setup, django_db_blocker):
    """The demonstration is loaded once for this file and rolled back behind it."""
    said = []
    with django_db_blocker.unblock(), transaction.atomic():
        load(PLAN, said.append)
        yield said
        transaction.set_rollback(True)


def demo_user(username):
    return User.objects.get(username=username)


def test_load_demo_gives_each_account_its_role_place_and_the_one_password(said):
    accounts = [(one.username, one.role, one.division_code or None) for one in DEMO_ACCOUNTS]
    users = User.objects.filter(username__in=[one.username for one in DEMO_ACCOUNTS])
    assert sorted(users.values_list("username", "role", "division_id")) == sorted(accounts)
    assert demo_user("xihu").check_password(DEMO_PASSWORD)
    assert len(set(users.values_list("password", flat=True))) == 1


def test_load_demo_leaves_every_other_account_without_a_password(said):
    others = User.objects.exclude(username__in=[one.username for one in DEMO_ACCOUNTS])
    assert others.exists()
    assert not any(user.has_usable_password() for user in others)


@pytest.mark.parametrize(
    ("username", "versions"),
    [
        ("dealer", ["CONFIRMED"]),
        ("oem", ["CONFIRMED"]),
        ("market", ["CONFIRMED"]),
        ("usedcar", ["CONFIRMED"]),
        ("nbdealer", ["CONFIRMED"]),
        ("waiting", ["SUBMITTED"]),
        ("changed", ["CONFIRMED", "CHANGED"]),
        ("returned", ["RETURNED"]),
    ],
)
def test_load_demo_shows_the_state_of_each_enterprise(said, username, versions):
    enterprise = Enterprise.objects.visible_to(demo_user(username)).get()
    assert enterprise.status == versions[-1]
    assert list(enterprise.filings.order_by("version").values_list("status", flat=True)) == versions
    assert enterprise.uscc.startswith(f"91{enterprise.division_code}")


def test_load_demo_leaves_the_new_dealer_before_its_first_step(said):
    assert not Enterprise.objects.visible_to(demo_user("newdealer")).exists()


def test_load_demo_gives_the_dealer_brands_with_and_without_contract(said):
    filing = Filing.objects.get(enterprise__staff__username="dealer")
    kinds = filing.brand_lines.values_list("authorization_type", flat=True)
    assert sorted(kinds) == ["AUTHORIZED", "UNAUTHORIZED"]
    granted = Filing.objects.get(enterprise__staff__username="oem").authorization_lines.get()
    assert granted.grantee_uscc == filing.uscc


def test_load_demo_says_why_the_returned_filing_came_back(said):
    filing = Filing.objects.get(enterprise__staff__username="returned")
    assert filing.return_reason
    assert filing.return_fields == ["established_on", "licence_duplicate_image"]


def test_load_demo_lets_filings_wait_for_the_county_some_of_them_too_long(said):
    waiting = Filing.objects.awaiting().held_by(demo_user("xihu"))
    overdue = waiting.filter(due_at__lt=timezone.now())
    assert waiting.count() >= 12
    assert 1 <= overdue.count() <= 4


def test_load_demo_has_enterprises_in_every_state(said):
    states = Counter(Enterprise.objects.values_list("status", flat=True))
    assert set(states) == {"DRAFT", "SUBMITTED", "CONFIRMED", "RETURNED", "CHANGED"}
    assert states["CONFIRMED"] > PLAN.enterprises // 2


def test_load_demo_filings_keep_every_rule_and_their_hash(said):
    for filing in Filing.objects.exclude(submitted_at=None):
        assert [found for found in findings_of(filing) if found.stops] == []
        assert digest(content_of(filing)) == filing.content_hash
        assert uscc_faults(filing.uscc) == ()


def test_load_demo_dates_every_step_when_it_was_taken(said):
    filing = Filing.objects.get(enterprise__staff__username="changed", version=1)
    steps = FilingEvent.objects.filter(filing=filing).values_list("action", "at")
    assert list(steps) == [
        ("START", filing.submitted_at),
        ("SUBMIT", filing.submitted_at),
        ("CONFIRM", filing.decided_at),
    ]
    assert filing.decided_at.date() < PLAN.periods()[0]


def test_load_demo_trades_keep_every_rule(said):
    assert Trade.objects.count() == PLAN.trades
    for trade in Trade.objects.select_related("enterprise"):
        row = {field.name: getattr(trade, field.name) for field in Trade._meta.concrete_fields}
        assert list(check_trade(row, PLAN.today, trade.enterprise.uscc)) == []
        assert PLAN.periods()[0] <= trade.traded_on <= timezone.localdate(trade.reported_at)
        assert trade.reported_at <= timezone.now()
        assert trade.enterprise.status == "CONFIRMED"


def test_load_demo_persons_were_born_before_anybody_alive(said):
    people = Trade.objects.filter(buyer_party_kind="PERSON")
    years = {trade.buyer_id_number[6:10] for trade in people}
    assert years
    assert max(years) <= "1907"


def test_load_demo_gives_the_two_used_car_accounts_something_to_look_at(said):
    """In every month that is over; in the one under way there may be no deal yet."""
    for username in ("market", "usedcar"):
        months = Trade.objects.visible_to(demo_user(username)).dates("traded_on", "month")
        assert set(months) >= set(PLAN.periods()[:-1])


def test_load_demo_loads_the_whole_catalogue(said):
    assert (Brand.objects.count(), VehicleModel.objects.count()) == (81, 250)
    assert Displacement.objects.filter(model__energy_type="BEV").exclude(value=0).count() == 0


def test_load_demo_again_changes_nothing_whatever_it_is_asked_for(said):
    before = User.objects.count(), Filing.objects.count(), Trade.objects.count()
    again = []
    load(Plan(enterprises=500, trades=9_000), again.append)
    assert again == ["演示数据已存在：企业 48 家、14 个月、二手车交易 300 条。"]
    assert (User.objects.count(), Filing.objects.count(), Trade.objects.count()) == before


def test_make_same_plan_same_enterprise(said):
    places, brands = Places("!"), domestic_pairs()
    first, second = (make(5, PLAN, places, brands, [{}], Counter()) for _ in range(2))
    assert first.content == second.content
    assert first.manager.uscc == second.manager.uscc


def test_places_everybody_who_answers_has_somebody_to_confirm(said):
    places = Places("!")
    assert len(places.deciders) >= 37
    assert {user.role for user in places.deciders.values()} == {Role.PROVINCE, Role.COUNTY}
    assert {places.jurisdiction_of(place.code).code for place in places.divisions} == {
        found.code for found in places.jurisdictions.values()
    }


def test_plan_periods_end_with_this_month_and_no_day_lies_ahead():
    plan = Plan(months=3, today=date(2026, 1, 5))
    assert plan.periods() == [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)]
    assert [len(plan.days_of(period)) for period in plan.periods()] == [30, 31, 5]
    assert sum(plan.trades_by_period().values()) == plan.trades


def test_shared_loses_none():
    assert shared(10, {"a": 1, "b": 1, "c": 1}) == {"a": 4, "b": 3, "c": 3}
    assert shared(0, {"a": 1}) == {"a": 0}


def test_firm_name_differs_within_a_division(said):
    division = Places("!").places_in("330106")[0]
    assert len({names.firm_name(division, "A3", number) for number in range(256)}) == 256


def test_person_name_is_two_or_three_characters():
    random = Random(1)
    assert {len(names.person_name(random)) for _ in range(50)} == {2, 3}


def test_pictures_of_are_sharp_small_and_different():
    pictures = pictures_of(sample(0)).values()
    assert len({picture.sha256 for picture in pictures}) == 3
    assert all(len(picture.data) <= MAX_BYTES for picture in pictures)
    assert all(min(picture.width, picture.height) >= SHARP_SIDE for picture in pictures)


def test_glyphs_cover_the_name_of_every_demo_enterprise():
    """A name or label that changed needs a new sheet: python -m autoflow.demo.glyphs FONT."""
    wanted = set("".join(one.organisation for one in DEMO_ACCOUNTS) + sample(0)["enterprise_name"])
    assert wanted <= set(glyphs.CHARACTERS)
    rows = -(-len(glyphs.CHARACTERS) // glyphs.IN_ROW)
    assert glyphs.sheet().size == (glyphs.IN_ROW * glyphs.SIZE, rows * glyphs.SIZE)
    assert all(glyphs.glyph(character, 32).getbbox() for character in glyphs.CHARACTERS)


def test_load_demo_gives_the_market_its_months_from_its_trades(said):
    reports = Report.objects.filter(form="market_monthly", enterprise__staff__username="market")
    assert 0 < reports.count() < PLAN.months
    for report in reports:
        content = report.versions.get().content
        assert [found for found in report.form_class.check(report, content) if found.stops] == []
        assert content == report.form_class.read(report) | {"filled_at": content["filled_at"]}


@pytest.mark.parametrize(("username", "form"), [("dealer", "newcar_annual"), ("market", "market_annual")])
def test_load_demo_has_last_years_annual_reports(said, username, form):
    report = Report.objects.get(form=form, enterprise__staff__username=username)
    content = report.versions.get().content
    assert [found for found in report.form_class.check(report, content) if found.stops] == []
    assert content == report.form_class.read(report)


def counted(form, model, keys, values, figures):
    """What the summary of a form holds, and what its last submissions amount to one by one."""
    kept = {tuple(row[: len(keys)]): row[len(keys) :] for row in model.objects.values_list(*keys, *values)}
    recount = defaultdict(lambda: [0] * len(values))
    for report in Report.objects.filter(form=form).prefetch_related("versions"):
        place = (report.period, report.jurisdiction_code, report.division_code)
        for group, numbers in figures(report.versions.all()[0].content):
            total = recount[*place, *group]
            recount[*place, *group] = [a + b for a, b in zip(total, numbers, strict=True)]
    return kept, {group: tuple(numbers) for group, numbers in recount.items() if any(numbers)}


PLACE = ("period", "jurisdiction_code", "division_code")


def test_load_demo_counts_new_cars_like_a_full_recount(said):
    group = ("brand_id", "producer_id", "report_category", "energy_type")

    def lines(content):
        return [([line[name] for name in group], figures_of(line)) for line in content["lines"]]

    values = ("line_count", "sales_qty", "retail_qty", "wholesale_qty", "closing_stock_qty", "sales_amount")
    kept, recount = counted("newcar_monthly", MonthlySummary, (*PLACE, *group), values, lines)
    assert len(kept) > 100
    assert kept == recount


def test_load_demo_counts_markets_like_a_full_recount(said):
    def cells(content):
        return [(cell, [value]) for cell, value in market_figures(content).items()]

    kept, recount = counted(
        "market_monthly", MarketSummary, (*PLACE, "row_code", "column"), ("value",), cells
    )
    assert len(kept) > 100
    assert kept == recount


def test_load_demo_reports_answer_what_is_owed_and_hold_what_they_say(said):
    reports = Report.objects.filter(form="newcar_monthly").select_related("obligation", "enterprise")
    assert {report.enterprise_id for report in reports} <= set(
        Obligation.objects.filter(form="newcar_monthly").values_list("enterprise", flat=True)
    )
    for report in reports[:20]:
        assert report.obligation.period == report.period
        assert report.form_class.read(report) == report.versions.get().content
        assert report.events.count() == 2
    assert Obligation.objects.missing().exists()
    assert len({report.is_late for report in reports}) == 2
