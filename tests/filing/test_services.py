import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone

from accounts.enums import Outcome
from accounts.models import AuditRecord
from autoflow.common.errors import BusinessError, ConflictError
from autoflow.common.images import clean_image
from filing.enums import ConfirmLevel, FilingStatus, LineStatus
from filing.models import BrandLine, ConfirmPolicy, Enterprise
from filing.services import (
    confirm_filing,
    open_service,
    return_filing,
    save_draft,
    start_filing,
    submit_filing,
)
from tests.factories import (
    BrandFactory,
    BrandLineFactory,
    EnterpriseFactory,
    FilingFactory,
    UserFactory,
    picture,
)

pytestmark = pytest.mark.django_db
REASON = "营业执照影像不清晰，请重新上传。"


def manager_of(filing):
    return filing.enterprise.staff.get()


def submit(filing):
    return submit_filing(filing_id=filing.pk, revision=filing.revision, by=manager_of(filing))


def confirm(filing, by, **changes):
    arguments = {"filing_id": filing.pk, "content_hash": filing.content_hash, "by": by} | changes
    return confirm_filing(**arguments)


def give_back(filing, by, **changes):
    arguments = {"reason": REASON, "fields": ["seal_image"], "content_hash": filing.content_hash}
    return return_filing(filing_id=filing.pk, by=by, **arguments | changes)


def state_of(filing):
    filing.refresh_from_db()
    return filing.status, filing.is_in_force, Enterprise.objects.get(pk=filing.enterprise_id).status


def line(brand, **values):
    columns = {"authorization_type": "UNAUTHORIZED", "supplier_name": "测试供应商"}
    return {"brand_id": brand.pk, "producer_id": brand.producers.get().pk, **columns, **values}


@pytest.fixture
def county():
    return UserFactory(county=True)


@pytest.fixture
def county_confirms():
    return ConfirmPolicy.objects.create(
        jurisdiction_id="330000",
        division_prefix="330106",
        level=ConfirmLevel.COUNTY,
        effective_from=timezone.now(),
        set_by=UserFactory(province=True),
    )


def test_open_service_makes_the_enterprise_of_the_account_once():
    by = UserFactory()
    colleague = UserFactory(operator=True, uscc=by.uscc)
    enterprise = open_service(by=by)
    assert (enterprise.uscc, enterprise.name) == (by.uscc, by.organisation)
    assert (enterprise.division_code, enterprise.jurisdiction_code) == ("330106", "330000")
    assert set(enterprise.staff.all()) == {by, colleague}
    assert open_service(by=by) == enterprise
    assert AuditRecord.objects.filter(action="service.open").count() == 1


def test_open_service_names_the_authority_where_the_code_is_filed_already():
    by = UserFactory()
    EnterpriseFactory(uscc=by.uscc, ningbo=True, staff=[])
    with pytest.raises(BusinessError, match="该统一社会信用代码已在“宁波市商务局”备案"):
        open_service(by=by)


@pytest.mark.parametrize("trait", ["operator", "county", "nation", "admin", "auditor"])
def test_open_service_is_the_managers(trait):
    with pytest.raises(PermissionDenied):
        open_service(by=UserFactory(**{trait: True}))


def test_start_filing_prefills_the_first_version_and_finds_it_again():
    enterprise = EnterpriseFactory()
    by = enterprise.staff.get()
    filing = start_filing(by=by)
    assert (filing.version, filing.status) == (1, FilingStatus.DRAFT)
    assert (filing.uscc, filing.enterprise_name) == (enterprise.uscc, enterprise.name)
    assert (filing.contact_mobile, filing.contact_email) == (by.phone, by.email)
    assert start_filing(by=by) == filing
    assert list(filing.events.values_list("action", "from_status", "to_status")) == [("START", "", "DRAFT")]


def test_start_filing_copies_the_version_in_force_with_its_rows_and_asks_for_new_declarations():
    in_force = FilingFactory(confirmed=True)
    filing = start_filing(by=manager_of(in_force))
    assert (filing.version, filing.status, filing.is_in_force) == (2, FilingStatus.DRAFT, False)
    assert filing.legal_representative == in_force.legal_representative
    assert filing.seal_image_id == in_force.seal_image_id
    assert filing.brand_lines.get().brand == in_force.brand_lines.get().brand
    assert (filing.truth_declared, filing.image_sync_acknowledged) == (None, None)
    assert state_of(in_force) == (FilingStatus.CONFIRMED, True, FilingStatus.CONFIRMED)


def test_start_filing_refuses_a_suspended_enterprise():
    in_force = FilingFactory(confirmed=True)
    Enterprise.objects.update(status=FilingStatus.SUSPENDED)
    with pytest.raises(BusinessError, match="备案已暂停"):
        start_filing(by=manager_of(in_force))


def test_save_draft_keeps_fields_rows_and_images():
    filing, brand = FilingFactory(), BrandFactory()
    image = clean_image(picture())
    saved = save_draft(
        filing_id=filing.pk,
        revision=0,
        values={"legal_representative": "测试法人", "division_code": "330203", "seal_image": image},
        rows={"brand_lines": [line(brand)]},
        by=manager_of(filing),
    )
    assert (saved.revision, saved.legal_representative) == (1, "测试法人")
    assert saved.jurisdiction_code == "330200"
    assert saved.seal_image.sha256 == image.sha256
    assert saved.brand_lines.get().brand == brand


def test_save_draft_writes_neither_state_nor_what_the_account_decides():
    filing = FilingFactory()
    values = {"status": "CONFIRMED", "is_in_force": True, "uscc": "x", "enterprise_id": 1, "revision": 9}
    save_draft(filing_id=filing.pk, revision=0, values=values, by=manager_of(filing))
    filing.refresh_from_db()
    assert (filing.status, filing.is_in_force, filing.revision) == (FilingStatus.DRAFT, False, 1)
    assert filing.uscc == filing.enterprise.uscc


def test_save_draft_refuses_a_value_no_control_offers():
    filing = FilingFactory()
    with pytest.raises(BusinessError):
        save_draft(filing_id=filing.pk, revision=0, values={"place_type": "MOON"}, by=manager_of(filing))


def test_save_draft_from_an_older_page_is_refused_and_changes_nothing():
    filing = FilingFactory(revision=3, legal_representative="新")
    with pytest.raises(ConflictError, match="该备案已被他人更新"):
        save_draft(
            filing_id=filing.pk, revision=2, values={"legal_representative": "旧"}, by=manager_of(filing)
        )
    filing.refresh_from_db()
    assert (filing.revision, filing.legal_representative) == (3, "新")


@pytest.mark.parametrize("trait", ["submitted", "confirmed"])
def test_save_draft_leaves_a_version_handed_in_as_it_is(trait):
    filing = FilingFactory(**{trait: True})
    with pytest.raises(ConflictError, match="不能再修改"):
        save_draft(filing_id=filing.pk, revision=0, values={"remark": "x"}, by=manager_of(filing))


def test_save_draft_of_another_enterprise_is_not_found():
    filing = FilingFactory()
    with pytest.raises(Http404):
        save_draft(filing_id=filing.pk, revision=0, values={}, by=UserFactory())


def test_save_draft_keeps_a_brand_no_longer_listed_as_ended():
    in_force = FilingFactory(confirmed=True)
    by, other = manager_of(in_force), BrandFactory()
    filing = start_filing(by=by)
    rows = {"brand_lines": [line(other)]}
    save_draft(filing_id=filing.pk, revision=0, values={}, rows=rows, by=by)
    assert list(filing.brand_lines.values_list("brand", "line_status")) == [
        (other.pk, LineStatus.ACTIVE),
        (in_force.brand_lines.get().brand_id, LineStatus.ENDED),
    ]
    assert BrandLine.objects.filter(filing=in_force).count() == 1


def test_submit_filing_freezes_the_version_and_names_who_confirms(county_confirms):
    filing = FilingFactory(complete=True)
    submitted = submit(filing)
    assert state_of(filing) == (FilingStatus.SUBMITTED, False, FilingStatus.SUBMITTED)
    assert (submitted.confirm_level, submitted.confirm_body) == (ConfirmLevel.COUNTY, "西湖区商务局")
    assert len(submitted.content_hash) == 64
    assert submitted.due_at > timezone.now()
    assert submitted.submitted_by == manager_of(filing)
    assert list(filing.events.values_list("action", "to_status")) == [("SUBMIT", "SUBMITTED")]


def test_submit_filing_tells_what_is_missing_and_keeps_the_draft():
    filing = FilingFactory()
    with pytest.raises(BusinessError, match="处需要修改") as caught:
        submit(filing)
    assert {found.field for found in caught.value.findings} >= {"legal_representative", "brand_lines"}
    assert state_of(filing) == (FilingStatus.DRAFT, False, FilingStatus.DRAFT)
    refused = AuditRecord.objects.get(action="filing.submit")
    assert (refused.outcome, refused.object_id) == (Outcome.REFUSED, str(filing.pk))


def test_submit_filing_is_the_managers():
    filing = FilingFactory(complete=True)
    operator = UserFactory(operator=True)
    filing.enterprise.staff.add(operator)
    with pytest.raises(PermissionDenied):
        submit_filing(filing_id=filing.pk, revision=0, by=operator)
    assert state_of(filing)[0] == FilingStatus.DRAFT


def test_submit_filing_twice_is_refused():
    filing = FilingFactory(complete=True)
    submit(filing)
    with pytest.raises(ConflictError):
        submit(filing)
    assert filing.events.count() == 1


def test_submit_filing_of_a_change_makes_it_changed_whatever_changed():
    in_force = FilingFactory(confirmed=True)
    by = manager_of(in_force)
    filing = start_filing(by=by)
    declared = {"truth_declared": True, "image_sync_acknowledged": True}
    save_draft(filing_id=filing.pk, revision=0, values=declared, by=by)
    submit_filing(filing_id=filing.pk, revision=1, by=by)
    assert state_of(filing) == (FilingStatus.CHANGED, False, FilingStatus.CHANGED)
    assert state_of(in_force)[:2] == (FilingStatus.CONFIRMED, True)


def test_confirm_filing_puts_the_version_in_force(county):
    filing = FilingFactory(submitted=True)
    confirmed = confirm(filing, county)
    assert state_of(filing) == (FilingStatus.CONFIRMED, True, FilingStatus.CONFIRMED)
    assert (confirmed.decided_by, filing.events.get().to_status) == (county, FilingStatus.CONFIRMED)
    assert AuditRecord.objects.get(action="filing.confirm").outcome == Outcome.DONE


def test_confirm_filing_of_a_change_replaces_the_version_in_force(county):
    filing = FilingFactory(changed=True, enterprise_name="杭州新名字有限公司")
    confirm(filing, county)
    assert list(filing.enterprise.filings.order_by("version").values_list("is_in_force", flat=True)) == [
        False,
        True,
    ]
    filing.enterprise.refresh_from_db()
    assert filing.enterprise.name == "杭州新名字有限公司"


def test_return_filing_keeps_reason_items_and_the_version_in_force(county):
    filing = FilingFactory(changed=True)
    give_back(filing, county, fields=["seal_image", "nonsense"])
    assert state_of(filing) == (FilingStatus.RETURNED, False, FilingStatus.RETURNED)
    assert (filing.return_reason, filing.return_fields) == (REASON, ["seal_image"])
    assert filing.enterprise.filings.get(version=1).is_in_force
    assert filing.events.get().note == REASON


@pytest.mark.parametrize(
    "changes", [{"reason": "不清楚"}, {"reason": "长" * 501}, {"reason": " "}, {"fields": []}]
)
def test_return_filing_needs_a_reason_and_an_item(county, changes):
    filing = FilingFactory(submitted=True)
    with pytest.raises(BusinessError, match="请填写退回原因"):
        give_back(filing, county, **changes)
    assert state_of(filing)[0] == FilingStatus.SUBMITTED


@pytest.mark.parametrize("decide", [confirm, give_back])
def test_deciding_what_one_did_not_see_is_refused(county, decide):
    filing = FilingFactory(submitted=True)
    with pytest.raises(ConflictError, match="内容已变更，请重新查看"):
        decide(filing, county, content_hash="0" * 64)
    assert state_of(filing) == (FilingStatus.SUBMITTED, False, FilingStatus.SUBMITTED)


@pytest.mark.parametrize("decide", [confirm, give_back])
@pytest.mark.parametrize("trait", ["city", "province"])
def test_only_the_body_fixed_at_submission_decides(decide, trait):
    filing = FilingFactory(submitted=True)
    with pytest.raises(BusinessError, match="没有本企业备案的确认权限"):
        decide(filing, UserFactory(**{trait: True}))
    assert state_of(filing)[0] == FilingStatus.SUBMITTED
    assert AuditRecord.objects.get().outcome == Outcome.REFUSED


@pytest.mark.parametrize("decide", [confirm, give_back])
@pytest.mark.parametrize("trait", ["ningbo", "jiangsu"])
def test_filings_of_another_area_are_not_found(decide, trait):
    filing = FilingFactory(submitted=True)
    with pytest.raises(Http404):
        decide(filing, UserFactory(**{trait: True}))


@pytest.mark.parametrize("decide", [confirm, give_back])
@pytest.mark.parametrize("trait", ["operator", "nation", "admin", "auditor"])
def test_roles_without_the_right_never_decide(decide, trait):
    filing = FilingFactory(submitted=True)
    with pytest.raises(PermissionDenied):
        decide(filing, UserFactory(**{trait: True}))


@pytest.mark.parametrize("decide", [confirm, give_back])
@pytest.mark.parametrize("trait", ["confirmed", "returned"])
def test_what_is_decided_stays_decided(county, decide, trait):
    filing = FilingFactory(**{trait: True})
    before = state_of(filing)
    with pytest.raises(ConflictError, match="可能已由他人处理"):
        decide(filing, county)
    assert state_of(filing) == before


def test_returned_filing_is_submitted_again_without_its_old_reason(county):
    filing = FilingFactory(returned=True)
    submit(filing)
    assert state_of(filing) == (FilingStatus.SUBMITTED, False, FilingStatus.SUBMITTED)
    assert (filing.return_reason, filing.return_fields, filing.decided_at) == ("", [], None)


def test_content_hash_tells_any_difference_in_a_row():
    filing = FilingFactory(returned=True)
    first = submit(filing).content_hash
    give_back(filing, UserFactory(province=True), content_hash=first)
    filing.refresh_from_db()
    assert submit(filing).content_hash == first
    give_back(filing, UserFactory(province=True), content_hash=first)
    filing.refresh_from_db()
    BrandLineFactory(filing=filing)
    assert submit(filing).content_hash != first
