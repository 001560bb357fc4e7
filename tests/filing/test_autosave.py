"""Drafts that save themselves, rows that cannot be read yet, and pictures that stay with their rows."""

import pytest
from django.urls import reverse

from catalog.enums import CatalogStatus
from filing.enums import FilingStatus
from filing.models import Filing, StoredImage
from tests.factories import (
    BrandFactory,
    BrandLineFactory,
    EnterpriseFactory,
    FilingFactory,
    UserFactory,
    stored_image,
)
from tests.filing.posts import posted, upload

pytestmark = pytest.mark.django_db
EDIT = reverse("filing:edit")


@pytest.fixture
def draft():
    return FilingFactory(complete=True)


@pytest.fixture
def browser(client_for, draft):
    return client_for(draft.enterprise.staff.get())


def autosave(browser, filing, **changes):
    return browser.post(EDIT, posted(filing, action="autosave", **changes))


def test_autosave_answers_with_what_the_page_needs(browser, draft):
    answer = autosave(browser, draft, contact_name="新联系人", postal_code="31")
    told = answer.json()
    draft.refresh_from_db()
    assert (draft.contact_name, draft.status) == ("新联系人", FilingStatus.DRAFT)
    assert told["text"].startswith("已自动保存 ")
    assert (told["revision"], told["complete"]) == (draft.revision, True)
    assert told["faults"]["basic"] == ["postal_code"]
    assert told["authority"] == "浙江省商务厅"
    assert told["places"] == {"brand_lines-0": 0}


def test_autosave_says_what_it_could_not_keep(browser, draft):
    rows = {"brand_lines-1-supplier_name": "只有供应商"}
    told = autosave(browser, draft, employee_count="三十", remark="说明", **rows).json()
    draft.refresh_from_db()
    assert "“从业人数”和没有填完的 1 行还没有保存" in told["text"]
    assert (told["complete"], draft.remark, draft.employee_count) == (False, "说明", 60)


def test_autosave_of_an_old_page_is_refused_and_tells_how_to_go_on(browser, draft):
    old = posted(draft, action="autosave", contact_name="第二个")
    autosave(browser, draft, contact_name="第一个")
    answer = browser.post(EDIT, old)
    draft.refresh_from_db()
    assert answer.status_code == 409
    assert "该备案已被他人更新" in answer.json()["message"]
    assert (answer.json()["revision"], draft.contact_name) == (draft.revision, "第一个")
    assert answer.json()["places"] == {"brand_lines-0": 0}


def test_autosave_of_a_page_older_than_the_confirmation_begins_no_change(client_for):
    filing = FilingFactory(confirmed=True)
    answer = autosave(client_for(filing.enterprise.staff.get()), filing)
    assert answer.status_code == 409
    assert "不能再修改" in answer.json()["message"]
    assert Filing.objects.count() == 1


def test_autosave_is_for_the_enterprise_itself(client_for, draft):
    assert autosave(client_for(UserFactory(county=True)), draft).status_code == 403
    autosave(client_for(EnterpriseFactory().staff.get()), draft, contact_name="别人")
    draft.refresh_from_db()
    assert draft.contact_name != "别人"


def test_a_row_that_became_unreadable_stays_as_it_was_stored(browser, draft):
    line = draft.brand_lines.get()
    autosave(browser, draft, **{"brand_lines-0-brand_id": "", "brand_lines-0-supplier_name": "改名"})
    kept = draft.brand_lines.get()
    assert (kept.brand_id, kept.supplier_name) == (line.brand_id, line.supplier_name)


def test_a_row_emptied_altogether_is_gone(browser, draft):
    names = [name for name in posted(draft) if name.startswith("brand_lines-0-") and "place" not in name]
    autosave(browser, draft, **dict.fromkeys(names, ""))
    assert not draft.brand_lines.exists()


def test_an_unreadable_row_gives_way_to_one_that_took_its_name(browser, draft):
    first = draft.brand_lines.get()
    BrandLineFactory(filing=draft, brand=first.brand, supplier_name="另一供应商")
    changes = {"brand_lines-0-brand_id": "", "brand_lines-1-supplier_name": first.supplier_name}
    assert autosave(browser, draft, **changes).status_code == 200
    assert [line.supplier_name for line in draft.brand_lines.all()] == [first.supplier_name]


def test_rows_of_a_type_no_longer_ticked_are_kept_all_the_same(browser, draft):
    rows = {"brand_lines-1-brand_id": (brand := BrandFactory()).pk}
    rows |= {"brand_lines-1-producer_id": brand.producers.get().pk}
    assert browser.post(EDIT, posted(draft, enterprise_types=["B2"], **rows)).status_code == 302
    assert draft.brand_lines.count() == 2


def test_picture_of_a_row_stays_with_it_and_is_shown_in_scope_only(browser, client_for, draft):
    picture = {"brand_lines-0-authorization_image": upload("#334455")}
    assert browser.post(EDIT, posted(draft, **picture)).status_code == 302
    stored = draft.brand_lines.get().authorization_image
    url = reverse("filing:line-image", args=[draft.pk, stored.sha256])
    draft.refresh_from_db()
    assert url in browser.get(EDIT).content.decode()
    autosave(browser, draft, **{"brand_lines-0-supplier_name": "改名供应商"})
    line = draft.brand_lines.get()
    assert (line.supplier_name, line.authorization_image) == ("改名供应商", stored)
    assert browser.get(url)["Cache-Control"] == "private, no-store"
    assert client_for(FilingFactory().enterprise.staff.get()).get(url).status_code == 404
    assert client_for(UserFactory(county=True)).get(url).status_code == 404
    other = reverse("filing:line-image", args=[draft.pk, stored_image().sha256])
    assert browser.get(other).status_code == 404


@pytest.mark.parametrize("place", ["1", "-1", "x", "99999999999"])
def test_a_place_nobody_gave_brings_no_picture(browser, draft, place):
    foreign = FilingFactory(complete=True).brand_lines.get()
    foreign.authorization_image = stored_image()
    foreign.save()
    autosave(browser, draft, **{"brand_lines-0-place": place})
    assert all(line.authorization_image is None for line in draft.brand_lines.all())


def test_refused_picture_of_a_row_says_why(browser, draft):
    picture = {"brand_lines-0-authorization_image": upload(content=b"MZ" + b"\0" * 100)}
    answer = browser.post(EDIT, posted(draft, **picture))
    assert answer.status_code == 422
    assert "图片须为 jpg 或 png" in answer.content.decode()
    assert StoredImage.objects.count() == 3


def test_stored_row_of_an_entry_that_was_disabled_is_still_shown(browser, draft):
    brand = draft.brand_lines.get().brand
    brand.status = CatalogStatus.DISABLED
    brand.save()
    assert browser.get(EDIT).content.decode().count(f">{brand.name}</option>") >= 1
    assert autosave(browser, draft).json()["faults"]["brands"] == ["brand_lines-0-producer_id"]


def test_form_asks_the_same_queries_for_one_row_and_for_three(browser, draft, queries_of):
    counts = []
    for rows in (0, 2):
        BrandLineFactory.create_batch(rows, filing=draft)
        browser.get(EDIT)
        with queries_of() as queries:
            browser.get(EDIT)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_shells_draw_the_same_as_the_template(browser, draft):
    """What is drawn from a shell is what the template would draw for this value."""
    first, again = (browser.get(EDIT).content.decode() for _ in range(2))
    assert 'value="测试法人"' in first
    strip = [line for line in first.splitlines() if "csrfmiddlewaretoken" not in line]
    assert strip == [line for line in again.splitlines() if "csrfmiddlewaretoken" not in line]
    draft.legal_representative = "{value} <b>&"
    draft.save()
    assert 'value="{value} &lt;b&gt;&amp;"' in browser.get(EDIT).content.decode()
