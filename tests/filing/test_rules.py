"""Every F-rule of rules.csv for the form: it fires with its message, and stays silent otherwise."""

import csv
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone

from accounts.forms import DivisionField
from autoflow.common.codes import DATA_DIR
from autoflow.common.errors import BusinessError
from filing.fields import ImageField
from filing.forms import FilingForms
from filing.models import Filing
from filing.services import findings_of, open_service, start_filing
from tests.factories import BrandFactory, EnterpriseFactory, FilingFactory, UserFactory, uscc_of
from tests.filing import test_checks as content
from tests.filing.posts import posted, upload

with open(DATA_DIR / "rules.csv", encoding="utf-8", newline="") as source:
    MESSAGES = {row["rule_id"]: row["message_zh"] for row in csv.DictReader(source)}
OF_OTHER_STEPS = {"F-023", "F-024", "F-025"}
RULES = sorted(rule for rule in MESSAGES if rule.startswith("F-") and rule not in OF_OTHER_STEPS)
WRONG_DIGIT = uscc_of(6)[:16] + uscc_of(7)[16:]
WRONG_BODY = "91330106MA0000060" + content.credit_code.calc_check_digit("91330106MA0000060")
B5_TRADES = {**content.KINDS["B5"], "enterprise_types": ["B2", "B5"], "can_issue_invoice": True}
SHORT_TERM = content.LINE | {"authorized_to": date(2027, 1, 1)}
TODAY = content.TODAY
pytestmark = pytest.mark.django_db


def of_content(fires, passes=None, kind="A3", context=None):
    """A rule on the content: what makes it fire, and what comes near and does not."""

    def messages(rule, is_broken):
        given = fires if is_broken else passes or {}
        found = content.found(kind, context=(context if is_broken else None), **given)
        return [row.message for row in found if row.rule == rule]

    return messages


def filed_elsewhere(rule, is_broken):
    user = UserFactory()
    EnterpriseFactory(uscc=user.uscc if is_broken else uscc_of(900), staff=[])
    try:
        open_service(by=user)
    except BusinessError as error:
        return [str(error)]
    return []


def cleaned(field, wrong, right):
    """A rule a control keeps by itself."""

    def messages(rule, is_broken):
        try:
            field.clean(wrong() if is_broken else right())
        except ValidationError as error:
            return error.messages
        return []

    return messages


def equal_rows(rule, is_broken):
    """Equal brand lines are told before they could be stored."""
    filing = FilingFactory(complete=True)
    first = {name: value for name, value in posted(filing).items() if name.startswith("brand_lines-0-")}
    second = {name.replace("-0-", "-1-"): value for name, value in first.items() if "place" not in name}
    if not is_broken:
        second["brand_lines-1-supplier_name"] = "另一供应商有限公司"
    page = page_of(filing, **second)
    return [
        text for form in page.row_sets["brand_lines"].forms for text in form.errors.get("producer_id", [])
    ]


def page_of(filing, **changes):
    """The page as it comes back from a browser."""
    data = QueryDict(mutable=True)
    for name, value in posted(filing, **changes).items():
        data.setlist(name, value if isinstance(value, list) else [str(value)])
    return FilingForms(filing, data, {}, user=filing.enterprise.staff.get())


def late_change(rule, is_broken):
    filing = FilingFactory(confirmed=True)
    change = start_filing(by=filing.enterprise.staff.get())
    begun = timezone.now() - timedelta(days=31 if is_broken else 30)
    Filing.objects.filter(pk=change.pk).update(legal_representative="新法人", created_at=begun)
    return [row.message for row in findings_of(Filing.objects.get(pk=change.pk)) if row.rule == rule]


CASES = {
    "F-001": of_content({"enterprise_name": "一"}, {"enterprise_name": "一汽"}),
    "F-002": of_content({"group_uscc": "91330106"}, {"group_uscc": uscc_of(9)}),
    "F-003": of_content({"group_uscc": WRONG_DIGIT}, {"group_uscc": uscc_of(9)}),
    "F-004": of_content({"uscc": "12100000000000000X"}),
    "F-005": filed_elsewhere,
    "F-005W": of_content({"group_uscc": WRONG_BODY}),
    "F-006": of_content({"enterprise_types": []}),
    "F-007": of_content(B5_TRADES, content.KINDS["B5"], kind="B2"),
    "F-008": cleaned(DivisionField(), lambda: "330100", lambda: "441900"),
    "F-009": of_content({"contact_mobile": "1380000000"}, {"contact_mobile": "13800000009"}),
    "F-010": of_content({"contact_email": "nobody@"}, {"contact_email": "a@example.com"}),
    "F-011": cleaned(ImageField(), lambda: upload(content=b"GIF89a" + b"0" * 10), upload),
    "F-012": of_content(
        {"seal_image": content.image("s", width=599)}, {"seal_image": content.image("s", width=600)}
    ),
    "F-013": of_content({"licence_valid_until": TODAY - timedelta(days=1)}, {"licence_valid_until": TODAY}),
    "F-014": of_content({"licence_duplicate_image": content.image("licence_original_image")}),
    "F-015": of_content({"brand_lines": []}),
    "F-016": equal_rows,
    "F-017": of_content({"brand_lines": [SHORT_TERM]}),
    "F-018": of_content({"auction_licence_no": ""}, {"auction_licence_no": "1"}, kind="B4"),
    "F-019": of_content({"truth_declared": False}),
    "F-020": of_content(
        {"established_on": TODAY - timedelta(days=91)}, {"established_on": TODAY - timedelta(days=90)}
    ),
    "F-021": of_content({"sales_staff_count": 61}, {"sales_staff_count": 60}),
    "F-022": late_change,
}
VALUES = {"F-005": {"jurisdiction": "浙江省商务厅"}, "F-011": {"type": "gif", "size": 1}}


def test_every_rule_has_its_case():
    assert sorted(CASES) == RULES


@pytest.mark.parametrize("rule", RULES)
def test_rule_fires_with_its_message(rule):
    assert MESSAGES[rule].format(**VALUES.get(rule, {})) in CASES[rule](rule, True)


@pytest.mark.parametrize("rule", RULES)
def test_rule_stays_silent(rule):
    assert CASES[rule](rule, False) == []


@pytest.mark.parametrize(
    ("pair", "fires"),
    [((content.BRAND, content.PRODUCER), False), ((content.BRAND, 9), True), ((9, content.PRODUCER), True)],
)
def test_unapproved_and_unlinked_pairs_are_refused(pair, fires):
    line = content.LINE | {"brand_id": pair[0], "producer_id": pair[1]}
    found = [row.message for row in content.found(brand_lines=[line]) if row.rule == "F-016"]
    assert found == [MESSAGES["F-016"]] * fires


def test_dates_left_from_an_authorization_are_not_looked_at():
    line = SHORT_TERM | {"authorization_type": "UNAUTHORIZED", "authorized_to": date(2020, 1, 1)}
    assert content.marks(brand_lines=[line]) == []


def test_a_licence_renewed_after_its_end_was_late_from_that_day():
    filing = FilingFactory(confirmed=True, licence_valid_until=timezone.localdate() - timedelta(days=40))
    change = start_filing(by=filing.enterprise.staff.get())
    renewed = timezone.localdate() + timedelta(days=3000)
    Filing.objects.filter(pk=change.pk).update(licence_valid_until=renewed)
    found = {row.rule: row.field for row in findings_of(Filing.objects.get(pk=change.pk))}
    assert found["F-022"] == "licence_valid_until"


def test_too_long_a_name_is_told_in_the_words_of_the_rule():
    filing = FilingFactory(complete=True)
    page = page_of(filing, enterprise_name="长" * 101, remark="长" * 501)
    assert page.form.errors["enterprise_name"] == [MESSAGES["F-001"]]
    assert page.form.errors["remark"] == ["“备注”最多 500 个字，请缩短。"]


def test_market_without_services_and_dealer_with_used_cars_are_only_asked():
    (market,) = content.found("B1", market_services=[])
    (dealer,) = content.found("A3", used_car_business=True)
    assert (market.field, market.stops, market.asks) == ("market_services", False, True)
    assert (dealer.field, dealer.stops, dealer.asks) == ("used_car_business", False, False)
    assert (
        content.found(
            "A3",
            used_car_business=True,
            enterprise_types=["A3", "B2"],
            **{name: value for name, value in content.USED.items() if name != "brand_lines"},
        )
        == []
    )


def test_brand_awaiting_approval_is_refused_at_submission():
    filing = FilingFactory(complete=True, brand_lines=[])
    brand = BrandFactory(status="PENDING")
    filing.brand_lines.create(
        brand=brand, producer=brand.producers.get(), authorization_type="UNAUTHORIZED", supplier_name="供应商"
    )
    assert [row.rule for row in findings_of(Filing.objects.get(pk=filing.pk)) if row.stops] == ["F-016"]
