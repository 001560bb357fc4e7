"""Who confirms by policy: rows follow each other, the nation stands behind the provinces, previews keep."""

from collections import Counter
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import AuditRecord
from autoflow.common.errors import BusinessError
from autoflow.common.workdays import end_of_workday
from filing.confirmers import confirmer_of
from filing.enums import ConfirmLevel
from filing.models import ConfirmPolicy, Enterprise, Filing, ProvinceSetting
from filing.policy_preview import preview
from filing.services import submit_filing
from filing.services.policies import draft_policy, save_setting, set_policy
from filing.workdays import decision_due
from tests.factories import EnterpriseFactory, FilingFactory, UserFactory
from usedcar.permissions import reports_trades

pytestmark = pytest.mark.django_db
XIHU = {"division_prefix": "330106", "enterprise_group": "", "day": None}


@pytest.fixture
def province():
    return UserFactory(province=True)


def level_at(division="330106", types=("A3",), days=0, jurisdiction="330000"):
    at = timezone.now() + timedelta(days=days, seconds=1)
    facts = {"division_code": division, "jurisdiction_code": jurisdiction, "types": types}
    return confirmer_of(**facts, at=at).level


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


def test_a_new_row_takes_the_place_of_the_old_one_and_leaves_it_as_it_was(province):
    first = set_policy(**XIHU, level="COUNTY", by=province)
    second = set_policy(**XIHU, level="CITY", by=province)
    assert level_at() == "CITY"
    assert list(ConfirmPolicy.objects.order_by("pk").values_list("pk", "level")) == [
        (first.pk, "COUNTY"),
        (second.pk, "CITY"),
    ]
    record = AuditRecord.objects.filter(action="policy.set").last()
    assert (record.detail["division_prefix"], record.detail["level"]) == ("330106", "CITY")


def test_a_planned_row_waits_for_its_day_and_can_be_taken_back(province):
    set_policy(**XIHU | {"day": in_days(3)}, level="COUNTY", by=province)
    assert (level_at(), level_at(days=4)) == ("PROVINCE", "COUNTY")
    set_policy(**XIHU | {"day": in_days(3)}, level="PROVINCE", by=province)
    assert level_at(days=4) == "PROVINCE"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"day": timezone.localdate() - timedelta(days=1)}, "不能早于今天"),
        ({"division_prefix": "3302"}, "本辖区"),
        ({"division_prefix": "330203"}, "本辖区"),
        ({"division_prefix": "32"}, "本辖区"),
        ({"division_prefix": ""}, "本辖区"),
        ({"division_prefix": "3399"}, "本辖区"),
        ({"level": "NATION"}, "确认层级"),
        ({"enterprise_group": "TRUCKS"}, "企业类别"),
    ],
)
def test_what_cannot_be_set(province, change, message):
    with pytest.raises(BusinessError, match=message):
        set_policy(**XIHU | {"level": "COUNTY"} | change, by=province)
    assert not ConfirmPolicy.objects.exists()


def test_the_same_again_is_refused(province):
    set_policy(**XIHU, level="COUNTY", by=province)
    with pytest.raises(BusinessError, match="无需重复设置"):
        set_policy(**XIHU, level="COUNTY", by=province)


@pytest.mark.parametrize("trait", ["county", "city", "admin", "auditor", "operator"])
def test_only_province_and_ministry_set(trait):
    with pytest.raises(PermissionDenied):
        set_policy(**XIHU, level="COUNTY", by=UserFactory(**{trait: True}))


def test_the_nation_stands_behind_the_provinces(province):
    nation = UserFactory(nation=True)
    set_policy(division_prefix="", enterprise_group="USED", level="COUNTY", day=None, by=nation)
    assert (level_at(), level_at(types=("B2",))) == ("PROVINCE", "COUNTY")
    set_policy(division_prefix="33", enterprise_group="", level="CITY", day=None, by=province)
    assert level_at(types=("B2",)) == "CITY"
    assert level_at("320102", types=("B2",), jurisdiction="320000") == "COUNTY"
    with pytest.raises(BusinessError, match="本辖区"):
        set_policy(**XIHU, level="COUNTY", by=nation)


def test_preview_counts_are_what_submissions_then_get(province):
    places = ["330106", "330106", "330102", "330203", "330781"]
    kinds = [["A3"], ["B2"], ["A3", "B2"], ["A3"], ["A3"]]
    for place, types in zip(places, kinds, strict=True):
        EnterpriseFactory(division_code=place, types=types, staff=[])
    EnterpriseFactory(division_code="330106", status="CANCELLED", staff=[])
    FilingFactory(submitted=True, enterprise__division_code="330106", enterprise__types=["B2"])
    set_policy(**XIHU, level="COUNTY", by=province)
    row = {"division_prefix": "33", "enterprise_group": "USED", "level": "CITY", "day": in_days(2)}

    found = preview(draft_policy(**row, by=province))
    set_policy(**row, by=province)

    own = Enterprise.objects.filter(jurisdiction_code="330000").exclude(status="CANCELLED")
    after = Counter(
        confirmer_of(
            division_code=enterprise.division_code,
            jurisdiction_code="330000",
            types=enterprise.types,
            at=timezone.now() + timedelta(days=2),
        ).body
        for enterprise in own
    )
    assert (found.total, found.moved, found.running) == (5, 1, 1)
    assert [(count.body, count.before, count.after) for count in found.counts] == [
        ("杭州市商务局", 0, after["杭州市商务局"]),
        ("浙江省商务厅", 2, after["浙江省商务厅"]),
    ]
    assert [example["after"] for example in found.examples] == ["杭州市商务局"]


def test_preview_of_the_nation_counts_by_level():
    EnterpriseFactory(staff=[])
    EnterpriseFactory(ningbo=True, staff=[])
    row = {"division_prefix": "", "enterprise_group": "", "level": "COUNTY", "day": None}
    found = preview(draft_policy(**row, by=UserFactory(nation=True)))
    assert [(count.body, count.difference) for count in found.counts] == [
        ("县级机构", "+2"),
        ("省级机构", "-2"),
    ]


def test_preview_costs_the_same_queries_whatever_the_area_holds(province, queries_of):
    row = draft_policy(**XIHU, level="COUNTY", by=province)
    counts = []
    for number in (1, 2):
        EnterpriseFactory.create_batch(number, staff=[])
        with queries_of() as queries:
            preview(row)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_running_case_keeps_its_body(province):
    filing = FilingFactory(complete=True)
    manager = filing.enterprise.staff.get()
    submit_filing(filing_id=filing.pk, revision=filing.revision, by=manager)
    set_policy(**XIHU, level="COUNTY", by=province)
    assert Filing.objects.get().confirm_level == ConfirmLevel.PROVINCE


def test_settings_of_the_province_then_of_the_nation_then_the_defaults(province):
    switches = {"reports_while_changed": True, "brokers_may_report": False}
    of = ProvinceSetting.objects.of
    assert of("330000").workdays_to_confirm == 5
    save_setting(workdays_to_confirm=7, **switches, by=UserFactory(nation=True))
    save_setting(workdays_to_confirm=3, **switches, by=province)
    save_setting(workdays_to_confirm=2, **switches, by=province)
    assert [of(code).workdays_to_confirm for code in ("330000", "320000")] == [2, 7]
    record = AuditRecord.objects.filter(action="policy.switch").last()
    assert (record.detail["before"]["workdays_to_confirm"], record.detail["now"]["workdays_to_confirm"]) == (
        3,
        2,
    )


def test_days_to_confirm_set_the_term(province):
    save_setting(workdays_to_confirm=2, reports_while_changed=False, brokers_may_report=False, by=province)
    now = timezone.now()
    assert decision_due(now, "330000") == end_of_workday(now, 2)
    assert decision_due(now, "320000") == end_of_workday(now, 5)


def test_brokers_report_where_the_province_says_so(province):
    broker = EnterpriseFactory(types=["B3"], staff=[])
    assert not reports_trades(broker)
    save_setting(workdays_to_confirm=5, reports_while_changed=False, brokers_may_report=True, by=province)
    assert reports_trades(broker)
    assert not reports_trades(EnterpriseFactory(types=["B5"], staff=[]))
