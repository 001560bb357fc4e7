from datetime import timedelta

import pytest
from django.utils import timezone

from filing.confirmers import confirmer_of
from filing.models import ConfirmPolicy
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ZHEJIANG, NINGBO, GUANGDONG, BEIJING, HAINAN = "330000", "330200", "440000", "110000", "460000"


@pytest.fixture
def policy():
    province = UserFactory(province=True)

    def make(jurisdiction, prefix, level, group="", days=0):
        return ConfirmPolicy.objects.create(
            jurisdiction_id=jurisdiction,
            division_prefix=prefix,
            level=level,
            enterprise_group=group,
            effective_from=timezone.now() + timedelta(days=days),
            set_by=province,
        )

    return make


def confirmer(division, jurisdiction=ZHEJIANG, types=("A3",)):
    found = confirmer_of(
        division_code=division, jurisdiction_code=jurisdiction, types=types, at=timezone.now()
    )
    return found.level, found.body


def test_without_a_policy_the_province_confirms():
    assert confirmer("330106") == ("PROVINCE", "浙江省商务厅")
    assert confirmer("330203", NINGBO) == ("PROVINCE", "宁波市商务局")


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("COUNTY", ("COUNTY", "西湖区商务局")),
        ("CITY", ("CITY", "杭州市商务局")),
        ("PROVINCE", ("PROVINCE", "浙江省商务厅")),
    ],
)
def test_the_policy_names_the_level(policy, level, expected):
    policy(ZHEJIANG, "33", level)
    assert confirmer("330106") == expected


def test_longest_prefix_wins_then_the_group_then_the_latest(policy):
    policy(ZHEJIANG, "33", "CITY")
    policy(ZHEJIANG, "330106", "PROVINCE", days=-3)
    policy(ZHEJIANG, "330106", "COUNTY", group="USED", days=-2)
    policy(ZHEJIANG, "330106", "COUNTY", days=-1)
    policy(ZHEJIANG, "330106", "PROVINCE", days=1)
    assert confirmer("330105")[0] == "CITY"
    assert confirmer("330106")[0] == "COUNTY"
    policy(ZHEJIANG, "330106", "CITY", group="NEWCAR", days=-4)
    assert confirmer("330106")[0] == "CITY"
    assert confirmer("330106", types=["B2"])[0] == "COUNTY"


def test_policies_of_another_province_do_not_count(policy):
    policy(NINGBO, "33", "COUNTY")
    assert confirmer("330106")[0] == "PROVINCE"


@pytest.mark.parametrize(
    ("jurisdiction", "division", "level", "expected"),
    [
        (GUANGDONG, "441900", "COUNTY", ("CITY", "东莞市商务局")),
        (NINGBO, "330203", "COUNTY", ("COUNTY", "海曙区商务局")),
        (NINGBO, "330203", "CITY", ("PROVINCE", "宁波市商务局")),
        (BEIJING, "110101", "COUNTY", ("COUNTY", "东城区商务局")),
        (BEIJING, "110101", "CITY", ("PROVINCE", "北京市商务局")),
        (HAINAN, "469001", "CITY", ("PROVINCE", "海南省商务厅")),
    ],
)
def test_a_level_that_does_not_exist_moves_up(policy, jurisdiction, division, level, expected):
    policy(jurisdiction, division[:2], level)
    assert confirmer(division, jurisdiction) == expected
