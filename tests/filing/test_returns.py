"""A return says at each field what is wrong, and the enterprise reads it there."""

import pytest
from django.db import connection
from django.urls import reverse

from autoflow.common.errors import BusinessError
from filing.models import Filing, ReturnedContent
from filing.presentation import former_problems, problems, problems_by_field
from filing.reasons import reasons_for, return_reasons, words_of
from filing.sections import LABELS
from filing.services import return_filing, save_draft, submit_filing
from tests.factories import FilingFactory, UserFactory

pytestmark = pytest.mark.django_db


def give_back(filing, reasons, **more):
    arguments = {"content_hash": filing.content_hash, "fields": [*reasons], "reasons": reasons} | more
    returned = return_filing(filing_id=filing.pk, by=UserFactory(county=True), **arguments)
    returned.refresh_from_db()
    return returned


def test_reasons_are_said_of_known_fields():
    for reason in return_reasons().values():
        assert set(reason.fields) <= LABELS.keys() | {"*"}, reason.code
    assert [reason.code for reason in reasons_for("remark")] == ["INCOMPLETE", "OTHER"]
    assert reasons_for("legal_representative")[0].code == "LICENCE_MISMATCH"


def test_words_of_other_are_the_note_alone():
    assert words_of("OTHER", "缺第二页") == "缺第二页"
    assert words_of("IMAGE_UNCLEAR", "左上角") == "影像不清晰（左上角）"
    assert words_of("GONE", "") == "GONE"


def test_return_keeps_a_reason_at_each_field_and_sums_them_up():
    filing = give_back(
        FilingFactory(submitted=True),
        {"seal_image": ("SEAL_MISSING", ""), "legal_representative": ("LICENCE_MISMATCH", "执照上是李四")},
    )
    items = filing.return_items.order_by("field").values_list("field", "reason_code", "note")
    assert list(items) == [
        ("legal_representative", "LICENCE_MISMATCH", "执照上是李四"),
        ("seal_image", "SEAL_MISSING", ""),
    ]
    summary = "法定代表人（负责人）：与营业执照不一致（执照上是李四）；公章影像：缺少公章或印迹不清。"
    assert filing.return_reason == filing.events.get().note == summary
    by_field = problems_by_field(filing, problems(filing))
    assert by_field["seal_image"] == "缺少公章或印迹不清。请上传印迹完整清晰的公章影像。"


def test_return_in_words_of_the_officer_keeps_both():
    reasons = {"seal_image": ("OTHER", "印章名称不是本企业")}
    filing = give_back(FilingFactory(submitted=True), reasons, reason="请尽快修改后重新提交。")
    assert filing.return_reason == "请尽快修改后重新提交。"
    assert [problem["text"] for problem in problems(filing)] == ["印章名称不是本企业。"]


@pytest.mark.parametrize(
    ("reasons", "message"),
    [
        ({"seal_image": ("LICENCE_MISMATCH", "")}, "选择退回原因"),
        ({"seal_image": ("NONSENSE", "")}, "选择退回原因"),
        ({"seal_image": ("OTHER", "")}, "写明“公章影像”"),
        ({"seal_image": ("OTHER", "长" * 201)}, "写明“公章影像”"),
    ],
)
def test_return_refuses_a_reason_that_says_nothing_of_the_field(reasons, message):
    filing = FilingFactory(submitted=True)
    with pytest.raises(BusinessError, match=message):
        give_back(filing, reasons)
    assert Filing.objects.get().status == "SUBMITTED"


def test_summary_of_very_many_items_stays_within_the_history():
    filing = FilingFactory(submitted=True)
    names = [name for name in LABELS if name not in {"brand_lines", "authorization_lines", "residents"}]
    filing = give_back(filing, dict.fromkeys(names, ("OTHER", "很长的说明" * 10)))
    assert len(filing.return_reason) == 500
    assert filing.return_reason.endswith(f"共 {len(names)} 项，详见各项说明。")


def test_items_of_the_former_return_stay_for_the_officer_until_the_next_one():
    filing = give_back(FilingFactory(submitted=True), {"seal_image": ("SEAL_MISSING", "")})
    manager = filing.enterprise.staff.get()
    filing = submit_filing(filing_id=filing.pk, revision=filing.revision, by=manager)
    assert problems(filing) == []
    assert [problem["summary"] for problem in former_problems(filing)] == ["公章影像：缺少公章或印迹不清"]
    Filing.objects.update(confirm_level="COUNTY")
    filing = give_back(filing, {"remark": ("OTHER", "看不懂")})
    assert [item.field for item in filing.return_items.all()] == ["remark"]


def resubmitted(filing, **values):
    """Returned, mended by the enterprise, and handed in again."""
    filing = give_back(filing, {"seal_image": ("SEAL_MISSING", "")})
    manager = filing.enterprise.staff.get()
    filing = save_draft(filing_id=filing.pk, revision=filing.revision, values=values, by=manager)
    filing = submit_filing(filing_id=filing.pk, revision=filing.revision, by=manager)
    Filing.objects.update(confirm_level="COUNTY")
    filing.refresh_from_db()
    return filing


def test_officer_reads_first_what_was_mended_since_the_return(client_for):
    filing = resubmitted(FilingFactory(submitted=True), employee_count=61, contact_mobile="13700000001")
    url = reverse("reviews:filing-detail", args=[filing.pk])
    answer = client_for(UserFactory(county=True)).get(url)
    found = [(change.label, change.old, change.new) for change in answer.context["mends"]]
    assert ("从业人数", "60 人", "61 人") in found
    assert {label for label, _, _ in found} == {"从业人数", "联系手机"}
    page = answer.content.decode()
    assert page.index("退回后修改的内容") < page.index("part-basic")


def test_officer_is_told_that_nothing_was_mended(client_for):
    filing = resubmitted(FilingFactory(submitted=True))
    url = reverse("reviews:filing-detail", args=[filing.pk])
    assert "退回后内容没有修改" in client_for(UserFactory(county=True)).get(url).content.decode()


def test_content_kept_at_a_return_is_encrypted_and_replaced_by_the_next():
    filing = resubmitted(FilingFactory(submitted=True), employee_count=61)
    give_back(filing, {"remark": ("OTHER", "看不懂")})
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM filing_returnedcontent")
        (stored,) = cursor.fetchone()
    assert filing.contact_mobile.encode() not in bytes(stored)
    assert ReturnedContent.objects.get().statement["fields"]["employee_count"] == "61 人"


def test_enterprise_reads_each_reason_with_the_way_to_its_field(client_for):
    filing = give_back(FilingFactory(submitted=True), {"seal_image": ("SEAL_MISSING", "只有一半")})
    page = client_for(filing.enterprise.staff.get()).get(reverse("filing:detail")).content.decode()
    assert f'href="{reverse("filing:edit")}#id_seal_image"' in page
    assert "缺少公章或印迹不清（只有一半）" in page
    assert (
        page.count("缺少公章或印迹不清（只有一半）") == 2
    )  # at the field and in the history, not a third time
