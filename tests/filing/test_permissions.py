import pytest

from accounts.enums import Permission
from accounts.permissions import decide
from catalog.enums import CatalogKind
from filing.models import Enterprise
from tests.factories import EnterpriseFactory, FilingFactory, UserFactory

pytestmark = pytest.mark.django_db


def reason(user, permission, obj=None):
    return decide(user, permission, obj).reason


@pytest.mark.parametrize(
    ("trait", "state"), [("submitted", "待确认"), ("returned", "退回"), ("changed", "已变更")]
)
def test_models_are_asked_for_after_the_confirmation_brands_before(trait, state):
    user = FilingFactory(**{trait: True}).enterprise.staff.get()
    waits = f"备案确认通过后开放，目前状态：{state}。"
    assert reason(user, Permission.CATALOG_REQUEST, CatalogKind.MODEL) == waits
    assert reason(user, Permission.CATALOG_REQUEST, CatalogKind.DISPLACEMENT) == waits
    assert decide(user, Permission.CATALOG_REQUEST, CatalogKind.BRAND)
    assert decide(user, Permission.CATALOG_REQUEST, CatalogKind.PRODUCER)


def test_catalogue_is_asked_for_by_sellers_of_new_cars():
    used = FilingFactory(confirmed=True, enterprise__used=True).enterprise.staff.get()
    draft = FilingFactory(enterprise__used=True, enterprise_types=["B2"]).enterprise.staff.get()
    untold = EnterpriseFactory(types=[]).staff.get()
    stopped = EnterpriseFactory(status="SUSPENDED").staff.get()
    assert "由销售新车的企业" in reason(used, Permission.CATALOG_REQUEST, CatalogKind.BRAND)
    assert "由销售新车的企业" in reason(draft, Permission.CATALOG_REQUEST, CatalogKind.BRAND)
    assert decide(untold, Permission.CATALOG_REQUEST, CatalogKind.BRAND)
    assert "备案已暂停" in reason(stopped, Permission.CATALOG_REQUEST, CatalogKind.BRAND)
    assert decide(FilingFactory(confirmed=True).enterprise.staff.get(), Permission.CATALOG_REQUEST, "model")


def test_catalogue_opens_with_the_service_and_to_authorities():
    assert decide(FilingFactory().enterprise.staff.get(), Permission.CATALOG_VIEW)
    assert decide(UserFactory(county=True), Permission.CATALOG_VIEW)
    assert "请先增加应用" in reason(UserFactory(), Permission.CATALOG_VIEW)


@pytest.mark.parametrize(
    ("trait", "allowed"),
    [("complete", True), ("returned", True), ("submitted", False), ("changed", False)],
)
def test_editing_rests_while_the_authority_decides(trait, allowed):
    filing = FilingFactory(**{trait: True})
    user = filing.enterprise.staff.get()
    assert decide(user, Permission.FILING_EDIT, filing).allowed is allowed
    assert decide(user, Permission.FILING_SUBMIT, filing).allowed is allowed


def test_suspended_enterprise_neither_edits_nor_prints():
    filing = FilingFactory(confirmed=True)
    Enterprise.objects.update(status="SUSPENDED")
    filing.enterprise.refresh_from_db()
    user = filing.enterprise.staff.get()
    assert "暂停" in reason(user, Permission.FILING_EDIT, filing)
    assert "暂停" in reason(user, Permission.FILING_PRINT, filing.enterprise)


@pytest.mark.parametrize(
    ("trait", "allowed"),
    [("confirmed", True), ("changed", True), ("submitted", False), ("returned", False)],
)
def test_printing_needs_a_version_in_force(trait, allowed):
    filing = FilingFactory(**{trait: True})
    user = filing.enterprise.staff.get()
    assert decide(user, Permission.FILING_PRINT, filing.enterprise).allowed is allowed
    assert decide(user, Permission.FILING_PRINT).allowed is allowed


def test_printing_before_the_service_is_opened_says_what_comes_first():
    assert reason(UserFactory(), Permission.FILING_PRINT) == "确认通过后可打印。"


def test_confirming_is_for_the_holding_body_while_it_waits():
    waiting, done = FilingFactory(submitted=True), FilingFactory(confirmed=True)
    county, province = UserFactory(county=True), UserFactory(province=True)
    assert decide(county, Permission.FILING_CONFIRM, waiting)
    assert reason(province, Permission.FILING_CONFIRM, waiting) == (
        "您所在机构没有本企业备案的确认权限。由西湖区商务局办理。"
    )
    assert "无需办理" in reason(county, Permission.FILING_CONFIRM, done)


def test_opening_the_service_happens_once():
    assert reason(EnterpriseFactory().staff.get(), Permission.SERVICE_OPEN) == "本应用已增加，无需重复增加。"
