"""The review page and the two decisions: for the body that holds the right, and for nobody else."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from filing.enums import ConfirmLevel, FilingStatus
from filing.models import Filing
from tests.elements import Elements
from tests.factories import FilingFactory, UserFactory


@pytest.fixture
def filing(db):
    filing = FilingFactory(submitted=True)
    Filing.objects.filter(pk=filing.pk).update(confirm_level=ConfirmLevel.COUNTY, confirm_body="西湖区商务局")
    filing.refresh_from_db()
    return filing


def confirm(client, filing, content_hash=None):
    url = reverse("reviews:filing-confirm", args=[filing.pk])
    return client.post(url, {"content_hash": content_hash or filing.content_hash})


def give_back(client, filing, **data):
    url = reverse("reviews:filing-return", args=[filing.pk])
    return client.post(url, {"content_hash": filing.content_hash, **data})


def status_of(filing):
    return Filing.objects.get(pk=filing.pk).status


def test_review_page_shows_data_images_and_the_decision(client_for, filing):
    answer = client_for(UserFactory(county=True)).get(reverse("reviews:filing-detail", args=[filing.pk]))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert filing.legal_representative in page
    assert page.count("data-viewer-image") == 3
    assert "确认通过" in page


def test_confirm_by_the_holder_puts_the_version_in_force(client_for, filing):
    answer = confirm(client_for(UserFactory(county=True)), filing)

    assert answer.status_code == 302
    filing.refresh_from_db()
    assert (filing.status, filing.is_in_force) == (FilingStatus.CONFIRMED, True)
    assert filing.enterprise.__class__.objects.get(pk=filing.enterprise_id).is_confirmed


def test_confirm_of_ones_own_filing_is_refused_and_the_page_says_why(client_for, filing):
    officer = client_for(UserFactory(county=True, phone=filing.contact_mobile))

    page = officer.get(reverse("reviews:filing-detail", args=[filing.pk])).content.decode()
    answer = confirm(officer, filing)

    assert "不能确认自己的备案" in page
    assert answer.status_code == 422
    assert status_of(filing) == FilingStatus.SUBMITTED


@pytest.mark.parametrize("trait", ["city", "province"])
def test_confirm_by_an_upper_authority_is_refused(client_for, filing, trait):
    answer = confirm(client_for(UserFactory(**{trait: True})), filing)

    assert answer.status_code == 422
    assert "没有本企业备案的确认权限" in answer.content.decode()
    assert status_of(filing) == FilingStatus.SUBMITTED


def test_confirm_by_another_county_finds_nothing(client_for, filing):
    other = UserFactory(role=Role.COUNTY, organisation="上城区商务局", uscc="", division_id="330102")
    assert confirm(client_for(other), filing).status_code == 404
    assert status_of(filing) == FilingStatus.SUBMITTED


def test_confirm_of_other_content_is_refused(client_for, filing):
    answer = confirm(client_for(UserFactory(county=True)), filing, content_hash="0" * 64)

    assert answer.status_code == 409
    assert "内容已变更，请重新查看" in answer.content.decode()
    assert status_of(filing) == FilingStatus.SUBMITTED


def test_confirm_twice_happens_once(client_for, filing):
    officer = client_for(UserFactory(county=True))
    assert [confirm(officer, filing).status_code for _ in range(2)] == [302, 409]
    assert filing.events.filter(action="CONFIRM").count() == 1


def test_return_names_reason_and_items(client_for, filing):
    answer = give_back(
        client_for(UserFactory(county=True)),
        filing,
        reason="法定代表人与执照不一致。",
        fields=["legal_representative"],
    )

    assert answer.status_code == 302
    filing.refresh_from_db()
    assert (filing.status, filing.return_fields) == (FilingStatus.RETURNED, ["legal_representative"])


@pytest.mark.parametrize("data", [{"reason": "不对", "fields": ["uscc"]}, {"reason": "请修改后再提交"}])
def test_return_without_reason_or_items_keeps_what_was_written(client_for, filing, data):
    answer = give_back(client_for(UserFactory(county=True)), filing, **data)

    assert answer.status_code == 422
    assert data["reason"] in answer.content.decode()
    assert status_of(filing) == FilingStatus.SUBMITTED


@pytest.mark.django_db
@pytest.mark.parametrize("tab", ["", "all"])
def test_work_list_asks_the_same_queries_for_one_and_for_three(client_for, queries_of, filing, tab):
    officer = client_for(UserFactory(county=True))
    url = reverse("reviews:filing-list") + f"?tab={tab}"
    officer.get(url)
    with queries_of() as one:
        officer.get(url)
    FilingFactory.create_batch(2, submitted=True)
    with queries_of() as three:
        officer.get(url)
    assert len(one) == len(three) <= 15


@pytest.mark.django_db
def test_notes_of_a_refused_return_come_back_escaped_at_their_items(client_for, filing):
    hostile = "<script>\"&'{0}{note}"
    said = {"fields": ["uscc"], "note-uscc": hostile, "reason-uscc": hostile, "reason": ""}
    officer = client_for(UserFactory(county=True))
    for _ in range(2):
        drawn = Elements(give_back(officer, filing, **said).content.decode())
        assert drawn.named("note-uscc")["value"] == hostile
        assert drawn.named("note-enterprise_name")["value"] == ""
        assert [attrs["value"] for _, attrs in drawn.elements if "checked" in attrs] == ["uscc"]
    fresh = Elements(officer.get(reverse("reviews:filing-detail", args=[filing.pk])).content.decode())
    assert fresh.named("note-uscc")["value"] == ""
    assert not [attrs for _, attrs in fresh.elements if "checked" in attrs]
