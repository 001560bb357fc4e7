import pytest
from django.urls import reverse

from accounts.models import AuditRecord
from catalog.enums import CatalogStatus
from filing.enums import FilingStatus
from filing.models import Enterprise, Filing
from filing.services import start_filing
from tests.factories import (
    BrandFactory,
    EnterpriseFactory,
    FilingFactory,
    UserFactory,
    picture,
    uscc_of,
)
from tests.filing.posts import posted, upload

pytestmark = pytest.mark.django_db
EDIT, DETAIL, OPEN, PRINT = (
    reverse(f"filing:{name}") for name in ("edit", "detail", "open-service", "print")
)
OTHERS = ["county", "city", "province", "nation", "admin", "auditor"]


@pytest.fixture
def draft():
    return FilingFactory(complete=True)


@pytest.fixture
def signed_in(client_for):
    """The manager of the filing's enterprise in a browser."""
    return lambda filing: client_for(filing.enterprise.staff.get())


def image_url(filing, slot="seal_image"):
    return reverse("filing:image", args=[filing.pk, slot])


def text_of(response):
    return response.content.decode()


def test_enterprise_without_the_service_is_led_to_it(client_for):
    client = client_for(UserFactory())
    for url in (DETAIL, EDIT):
        assert client.get(url).url == OPEN
    assert "增加应用" in text_of(client.get(OPEN))


def test_open_service_goes_on_to_the_form_and_happens_once(client_for):
    client = client_for(UserFactory())
    assert client.post(OPEN).url == EDIT
    assert client.post(OPEN).url == DETAIL
    assert Enterprise.objects.count() == 1
    assert client.get(DETAIL).status_code == 200
    assert client.get(EDIT).status_code == 200
    assert not Filing.objects.exists()


@pytest.mark.parametrize("trait", OTHERS)
@pytest.mark.parametrize("url", [OPEN, DETAIL, EDIT, PRINT, "/filing/versions/1/"])
def test_pages_of_enterprises_are_closed_to_other_roles(client_for, trait, url):
    assert client_for(UserFactory(**{trait: True})).get(url).status_code == 403


def test_first_save_makes_the_first_version(client_for):
    enterprise = EnterpriseFactory()
    client = client_for(enterprise.staff.get())
    answer = client.post(EDIT, {"revision": 0, "action": "save", "enterprise_name": "杭州新名字有限公司"})
    assert answer.url == EDIT
    filing = Filing.objects.get()
    assert (filing.version, filing.revision, filing.enterprise_name) == (1, 1, "杭州新名字有限公司")


def test_unchanged_page_saves_the_same_content(signed_in, draft):
    before = {field.attname: getattr(draft, field.attname) for field in Filing._meta.concrete_fields}
    client = signed_in(draft)
    draft.refresh_from_db()
    assert client.post(EDIT, posted(draft)).url == EDIT
    draft.refresh_from_db()
    after = {field.attname: getattr(draft, field.attname) for field in Filing._meta.concrete_fields}
    changed = {name for name in before if str(before[name]) != str(after[name])}
    figures = {"registered_capital", "business_area", "showroom_area"}
    assert changed <= {"revision", "saved_at", "contact_mobile_index", *figures}
    assert draft.brand_lines.count() == 1


def test_draft_saves_the_rest_when_a_value_cannot_be_read(signed_in, draft):
    changes = {"employee_count": "三十", "contact_name": "新联系人", "seal_image": upload("#00ff00")}
    seal = draft.seal_image_id
    answer = signed_in(draft).post(EDIT, posted(draft, **changes))
    assert answer.status_code == 422
    assert "请填写数字" in text_of(answer)
    assert 'value="三十"' in text_of(answer)
    draft.refresh_from_db()
    assert (draft.contact_name, draft.employee_count) == ("新联系人", 60)
    assert draft.seal_image_id != seal


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("employee_count", "-1"),
        ("employee_count", "200001"),
        ("employee_count", "8_6"),
        ("employee_count", "1e308"),
        ("business_area", "NaN"),
        ("business_area", "8,60"),
        ("business_area", "0.001"),
        ("established_on", "2026-02-30"),
        ("established_on", "0001-01-01"),
        ("contact_name", "张\u200b三"),
        ("contact_name", "张\x00三"),
        ("contact_name", "长" * 51),
        ("division_code", "330100"),
        ("enterprise_types", "Z9"),
        ("sells_nev", "maybe"),
        ("place_type", "MOON"),
        ("resident_market_id", "1e3"),
    ],
)
def test_hostile_values_come_back_with_a_message_and_change_nothing(signed_in, name, value):
    draft = FilingFactory(complete=True, enterprise__types=["A3", "B2"])
    stored = str(getattr(draft, name))
    answer = signed_in(draft).post(EDIT, posted(draft, **{name: value}))
    assert answer.status_code == 422
    assert answer.context["page"].form.errors.keys() == {name}
    draft.refresh_from_db()
    assert str(getattr(draft, name)).rstrip("0") == stored.rstrip("0")


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("employee_count", "８６", "86"),
        ("business_area", "86,000.5", "86000.50"),
        ("contact_mobile", "+86 138-0000-0002", "13800000002"),
        ("established_on", "2026年10月1日", "2026-10-01"),
        ("division_code", "浙江省宁波市海曙区", "330203"),
        ("contact_name", "买买提·艾力", "买买提·艾力"),
        ("remark", "<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_values_are_read_as_people_type_them(signed_in, draft, name, value, stored):
    client = signed_in(draft)
    assert client.post(EDIT, posted(draft, **{name: value})).status_code == 302
    draft.refresh_from_db()
    assert str(getattr(draft, name)) == stored
    assert "<script>alert" not in text_of(client.get(DETAIL))


def test_unreadable_value_of_a_part_that_does_not_concern_the_types_is_passed_over(signed_in, draft):
    assert signed_in(draft).post(EDIT, posted(draft, display_slots="many")).status_code == 302
    draft.refresh_from_db()
    assert draft.display_slots == 50


def test_submission_with_errors_keeps_the_draft_and_names_every_field(signed_in):
    filing = FilingFactory()
    answer = signed_in(filing).post(EDIT, posted(filing, action="submit", remark="说明"))
    assert answer.status_code == 422
    assert "请填写“法定代表人（负责人）”" in text_of(answer)
    assert 'href="#id_legal_representative"' in text_of(answer)
    filing.refresh_from_db()
    assert (filing.status, filing.remark) == (FilingStatus.DRAFT, "说明")


def test_messages_about_rows_stand_in_their_rows(signed_in, draft):
    brand, other = BrandFactory(), BrandFactory()
    rows = {"brand_lines-TOTAL_FORMS": 3}
    for number, producer in ((0, other), (2, brand)):
        rows |= {
            f"brand_lines-{number}-brand_id": brand.pk,
            f"brand_lines-{number}-producer_id": producer.producers.get().pk,
            f"brand_lines-{number}-authorization_type": "UNAUTHORIZED",
        }
    rows |= {f"brand_lines-{0}-authorized_from": "", f"brand_lines-{0}-authorized_to": ""}
    rows |= {f"brand_lines-{0}-supplier_name": ""}
    answer = signed_in(draft).post(EDIT, posted(draft, action="submit", **rows))
    first, blank, third = answer.context["page"].row_sets["brand_lines"].forms
    assert first.errors.keys() == {"producer_id", "supplier_name"}
    assert (blank.errors, third.errors.keys()) == ({}, {"supplier_name"})


def test_half_a_row_comes_back_and_the_rest_is_kept(signed_in, draft):
    rows = {"brand_lines-1-supplier_name": "只有供应商"}
    answer = signed_in(draft).post(EDIT, posted(draft, remark="说明", **rows))
    assert answer.status_code == 422
    assert "只有供应商" in text_of(answer)
    draft.refresh_from_db()
    assert (draft.remark, draft.brand_lines.count()) == ("说明", 1)


def test_equal_rows_are_refused(signed_in, draft):
    first = {name: value for name, value in posted(draft).items() if name.startswith("brand_lines-0-")}
    second = {name.replace("-0-", "-1-"): value for name, value in first.items()}
    answer = signed_in(draft).post(EDIT, posted(draft, **second))
    assert answer.status_code == 422
    assert draft.brand_lines.count() == 1


def test_removed_row_is_gone(signed_in, draft):
    assert signed_in(draft).post(EDIT, posted(draft, **{"brand_lines-0-DELETE": "on"})).status_code == 302
    assert not draft.brand_lines.exists()


def test_complete_filing_is_handed_in_and_shown_as_waiting(signed_in, draft):
    client = signed_in(draft)
    assert client.post(EDIT, posted(draft, action="submit")).url == DETAIL
    page = text_of(client.get(DETAIL))
    assert "已提交，等待浙江省商务厅确认；办理期限到 " in page
    assert client.get(EDIT).url == DETAIL


def test_warnings_ask_for_a_tick_before_it_goes_through(signed_in):
    draft = FilingFactory(complete=True, employee_count=1, sales_staff_count=2)
    client = signed_in(draft)
    answer = client.post(EDIT, posted(draft, action="submit"))
    assert answer.status_code == 422
    assert "勾选“我已核对以上提示”，再点“提交”" in text_of(answer)
    assert "warnings_checked" in text_of(answer)
    assert '<a href="#id_sales_staff_count">“销售人员数”' in text_of(answer)
    draft.refresh_from_db()
    assert draft.status == FilingStatus.DRAFT
    assert client.post(EDIT, posted(draft, action="submit", warnings_checked="on")).url == DETAIL
    assert "F-021" in AuditRecord.objects.get(action="filing.submit").detail["warnings"]


@pytest.mark.parametrize(
    ("values", "is_kept"),
    [({"action": "submit"}, True), ({"action": "submit", "employee_count": "很多"}, False)],
)
def test_page_that_came_back_says_whether_its_input_was_kept(signed_in, values, is_kept):
    draft = FilingFactory(complete=True, truth_declared=False)
    answer = signed_in(draft).post(EDIT, posted(draft, **values))
    assert answer.status_code == 422
    assert ('data-warn-unsaved="kept"' in text_of(answer)) == is_kept
    assert ('data-autosave="posted"' in text_of(answer)) != is_kept


def test_operator_saves_but_does_not_submit(client_for, draft):
    operator = UserFactory(operator=True)
    draft.enterprise.staff.add(operator)
    client = client_for(operator)
    assert "没有“提交备案”的权限" in text_of(client.get(EDIT))
    assert client.post(EDIT, posted(draft)).status_code == 302
    draft.refresh_from_db()
    assert client.post(EDIT, posted(draft, action="submit")).status_code == 403


def test_second_tab_is_told_and_keeps_its_input(signed_in, draft):
    client = signed_in(draft)
    old_page = posted(draft, contact_name="第二个标签页")
    client.post(EDIT, posted(draft, contact_name="第一个标签页"))
    answer = client.post(EDIT, old_page)
    assert answer.status_code == 409
    assert "该备案已被他人更新" in text_of(answer)
    assert "第二个标签页" in text_of(answer)
    draft.refresh_from_db()
    assert draft.contact_name == "第一个标签页"


def test_save_after_submission_in_another_tab_keeps_the_input_and_changes_nothing(signed_in, draft):
    client = signed_in(draft)
    old_page = posted(draft, contact_name="晚到")
    client.post(EDIT, posted(draft, action="submit"))
    answer = client.post(EDIT, old_page)
    assert answer.status_code == 409
    assert "晚到" in text_of(answer)


def test_hidden_values_of_others_and_of_the_model_change_nothing(signed_in, draft):
    foreign = FilingFactory(complete=True)
    line = foreign.brand_lines.get()
    hidden = {
        "id": foreign.pk,
        "pk": foreign.pk,
        "enterprise": foreign.enterprise_id,
        "enterprise_id": foreign.enterprise_id,
        "uscc": uscc_of(99),
        "jurisdiction_code": "320000",
        "status": "CONFIRMED",
        "is_in_force": "on",
        "version": 9,
        "content_hash": "0" * 64,
        "submitted_at": "2026-01-01",
        "confirm_level": "COUNTY",
        "decided_by": 1,
        "brand_lines-0-id": line.pk,
        "brand_lines-0-filing": foreign.pk,
        "seal_image_id": 1,
    }
    assert signed_in(draft).post(EDIT, posted(draft, **hidden)).status_code == 302
    draft.refresh_from_db()
    assert (draft.status, draft.version, draft.is_in_force) == (FilingStatus.DRAFT, 1, False)
    assert (draft.uscc, draft.jurisdiction_code) == (draft.enterprise.uscc, "330000")
    assert (draft.content_hash, draft.confirm_level, draft.decided_by) == ("", "", None)
    foreign.refresh_from_db()
    assert foreign.revision == 0
    assert foreign.brand_lines.get() == line


def test_brands_not_approved_cannot_be_chosen(signed_in, draft):
    brand = BrandFactory(status=CatalogStatus.PENDING)
    row = {"brand_lines-0-brand_id": brand.pk, "brand_lines-0-producer_id": brand.producers.get().pk}
    assert signed_in(draft).post(EDIT, posted(draft, **row)).status_code == 422


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"MZ" + b"\0" * 400_000, "图片须为 jpg 或 png 且不超过300KB；当前文件格式不明，391KB"),
        (picture()[:2000], "图片已损坏或不完整"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "图片须为 jpg 或 png"),
        (picture(size=(150, 150)), "图片尺寸过小"),
    ],
)
def test_refused_image_says_why_and_keeps_the_accepted_ones(signed_in, draft, content, message):
    stored = draft.seal_image_id
    images = {"seal_image": upload(content=content), "licence_original_image": upload("#0000ff")}
    original = draft.licence_original_image_id
    answer = signed_in(draft).post(EDIT, posted(draft, **images))
    assert answer.status_code == 422
    assert message in text_of(answer)
    draft.refresh_from_db()
    assert draft.seal_image_id == stored
    assert draft.licence_original_image_id != original


def test_same_file_for_original_and_duplicate_is_refused_at_submission(signed_in, draft):
    images = {"licence_original_image": upload(), "licence_duplicate_image": upload()}
    answer = signed_in(draft).post(EDIT, posted(draft, action="submit", **images))
    assert "正本与副本不能是同一张图片" in text_of(answer)


def test_change_tells_its_consequences_first_and_then_opens_the_copy(signed_in):
    filing = FilingFactory(confirmed=True)
    client = signed_in(filing)
    assert "重新确认" in text_of(client.get(EDIT))
    assert Filing.objects.count() == 1
    assert client.post(EDIT, {"action": "change"}).url == EDIT
    assert "变更备案" in text_of(client.get(EDIT))
    page = text_of(client.get(DETAIL))
    assert "还没有提交的变更草稿" in page
    assert "继续变更" in page


def test_new_image_on_a_confirmed_filing_makes_a_new_version(signed_in):
    filing = FilingFactory(confirmed=True)
    client, stored = signed_in(filing), filing.seal_image_id
    change = start_filing(by=filing.enterprise.staff.get())
    declared = {"truth_declared": "on", "image_sync_acknowledged": "on"}
    data = posted(change, action="submit", seal_image=upload("#123456"), **declared)
    assert client.post(EDIT, data).url == DETAIL
    filing.refresh_from_db()
    assert (filing.seal_image_id, filing.is_in_force) == (stored, True)
    assert Filing.objects.get(version=2).status == FilingStatus.CHANGED


def test_returned_filing_shows_the_reason_with_links_to_the_controls(signed_in):
    filing = FilingFactory(returned=True, return_fields=["seal_image", "brand_lines"])
    client = signed_in(filing)
    detail, form = text_of(client.get(DETAIL)), text_of(client.get(EDIT))
    for page in (detail, form):
        assert "营业执照影像不清晰" in page
        assert '#id_seal_image"' in page
        assert '#brands"' in page


def test_versions_are_ones_own(signed_in):
    filing = FilingFactory(changed=True)
    client = signed_in(filing)
    for number in (1, 2):
        assert client.get(reverse("filing:version", args=[number])).status_code == 200
    assert client.get(reverse("filing:version", args=[3])).status_code == 404
    assert signed_in(FilingFactory()).get(reverse("filing:version", args=[2])).status_code == 404


@pytest.mark.parametrize(("trait", "status"), [("confirmed", 200), ("changed", 200), ("submitted", 422)])
def test_print_shows_the_version_in_force(signed_in, trait, status):
    filing = FilingFactory(**{trait: True})
    answer = signed_in(filing).get(PRINT)
    assert answer.status_code == status
    assert ("变更待确认" in text_of(answer)) == (trait == "changed")


def test_image_is_served_as_it_was_accepted_and_nowhere_kept(signed_in, draft):
    answer = signed_in(draft).get(image_url(draft))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert AuditRecord.objects.get(action="filing.image").object_id == str(draft.pk)


@pytest.mark.parametrize(
    ("trait", "status"),
    [("county", 200), ("city", 200), ("nation", 200), ("ningbo", 404), ("jiangsu", 404), ("admin", 403)],
)
def test_images_are_seen_within_the_area_only(client_for, trait, status):
    filing = FilingFactory(submitted=True)
    assert client_for(UserFactory(**{trait: True})).get(image_url(filing)).status_code == status


def test_images_of_a_draft_and_of_others_are_not_found(client_for, signed_in, draft):
    assert client_for(UserFactory(county=True)).get(image_url(draft)).status_code == 404
    assert signed_in(FilingFactory()).get(image_url(draft)).status_code == 404
    assert signed_in(draft).get(image_url(draft, "brand_lines")).status_code == 404
    assert signed_in(draft).get(image_url(draft, "licence-x")).status_code == 404


def test_detail_needs_as_many_queries_for_one_version_as_for_more(signed_in, queries_of):
    counts, filing = [], FilingFactory(confirmed=True)
    client = signed_in(filing)
    for version in (2, 3):
        with queries_of() as queries:
            client.get(DETAIL)
        counts.append(len(queries))
        Filing.objects.update(is_in_force=False)
        FilingFactory(enterprise=filing.enterprise, confirmed=True, version=version)
    assert counts[0] == counts[1]


def test_reason_of_a_return_stands_at_its_field(client_for):
    filing = FilingFactory(returned=True)
    page = client_for(filing.enterprise.staff.first()).get(EDIT).content.decode()
    assert page.count("退回意见：") == len(filing.return_fields)
