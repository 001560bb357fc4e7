import pytest

from accounts.enums import Permission
from accounts.models import AuditRecord
from accounts.permissions import decide
from autoflow.common.errors import BusinessError
from catalog.enums import CatalogKind
from filing.enums import Use
from filing.models import Enterprise, Filing, ProvinceSetting
from filing.permissions import is_open, reason_not_to_report
from filing.services import confirm_filing
from tests.factories import EnterpriseFactory, FilingFactory, UserFactory, uscc_of
from tests.filing import life

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


@pytest.mark.parametrize(
    ("own", "word"),
    [
        ({"phone": "13912345678"}, "手机号"),
        ({"email": "Same@Example.com"}, "电子邮箱"),
        ({"uscc": uscc_of(700_001)}, "统一社会信用代码"),
    ],
)
def test_nobody_confirms_what_he_filed(own, word):
    contact = {"contact_mobile": "13912345678", "contact_email": "same@example.com", "uscc": uscc_of(700_001)}
    filing = FilingFactory(submitted=True, **contact)
    assert f"本备案的{word}相同" in reason(UserFactory(county=True, **own), Permission.FILING_CONFIRM, filing)
    assert decide(UserFactory(county=True), Permission.FILING_CONFIRM, filing)


def test_nobody_confirms_what_his_own_account_handed_in():
    filing = FilingFactory(submitted=True)
    officer = UserFactory(county=True, phone=filing.submitted_by.phone)
    assert "手机号" in reason(officer, Permission.FILING_CONFIRM, filing)
    filing.submitted_by = officer
    assert "提交账号" in reason(officer, Permission.FILING_CONFIRM, filing)


def test_confirming_ones_own_filing_is_refused_by_the_service_and_leaves_a_trace():
    filing = FilingFactory(submitted=True)
    officer = UserFactory(county=True, phone=filing.contact_mobile)
    with pytest.raises(BusinessError, match="不能确认自己的备案"):
        confirm_filing(filing_id=filing.pk, content_hash=filing.content_hash, by=officer)
    assert AuditRecord.objects.get(action="filing.confirm").outcome == "REFUSED"
    assert Filing.objects.get().status == "SUBMITTED"


# The second table of the specification: edit, print, report, report where the province lets it, read.
OPEN = {
    "DRAFT": (True, False, False, False, False),
    "SUBMITTED": (False, False, False, False, True),
    "CONFIRMED": (True, True, True, True, True),
    "CONFIRMED, draft of a change": (True, True, True, True, True),
    "RETURNED": (True, False, False, False, True),
    "RETURNED, confirmed before": (True, True, False, True, True),
    "CHANGED": (False, True, False, True, True),
    "SUSPENDED": (False, False, False, False, True),
    "CANCELLED": (False, False, False, False, True),
}


@pytest.mark.parametrize("state", life.STATES)
def test_state_opens_what_the_table_says(state):
    enterprise = life.world(state)
    edits, prints, reports, _, reads = OPEN[state]
    found = [is_open(enterprise, use) for use in (Use.EDIT, Use.PRINT, Use.REPORT, Use.READ)]
    assert found == [edits, prints, reports, reads]
    assert (reason_not_to_report(enterprise) == "") == reports


@pytest.mark.parametrize("jurisdiction", ["330000", None])
@pytest.mark.parametrize("state", life.STATES)
def test_province_or_nation_lets_enterprises_report_while_a_change_waits(state, jurisdiction):
    enterprise, by = life.world(state), UserFactory(nation=True)
    ProvinceSetting.objects.create(jurisdiction_id=jurisdiction, reports_while_changed=True, set_by=by)
    assert is_open(enterprise, Use.REPORT) is OPEN[state][3]


def test_switch_of_another_province_opens_nothing():
    enterprise, by = life.world("CHANGED"), UserFactory(nation=True)
    ProvinceSetting.objects.create(jurisdiction_id="330200", reports_while_changed=True, set_by=by)
    assert not is_open(enterprise, Use.REPORT)
    assert reason_not_to_report(enterprise) == "备案确认通过后才能填报，目前状态：已变更。"


def test_enterprise_filed_anew_is_the_one_an_account_acts_for():
    enterprise = life.world("CANCELLED")
    by = enterprise.staff.get()
    assert decide(by, Permission.SERVICE_OPEN)
    EnterpriseFactory(uscc=enterprise.uscc, staff=[by])
    assert not decide(by, Permission.SERVICE_OPEN)
