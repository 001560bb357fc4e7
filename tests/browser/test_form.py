"""The long form in a real browser: parts come and go, brands by keyboard, drafts save themselves."""

import re

import pytest
from django.http import HttpResponse
from django.urls import NoReverseMatch, clear_url_caches, path, reverse
from django.utils.html import format_html

from catalog import urls
from filing.models import Filing
from tests.browser.conftest import PHONE
from tests.factories import PASSWORD, BrandFactory, EnterpriseFactory, FilingFactory, ProducerFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EDIT = "/filing/edit/"


@pytest.fixture
def clerk(at_browser):
    """A person who keeps the filing of an enterprise, at its form."""

    def arrive(filing, **options):
        person = at_browser(**options)
        person.sign_in(filing.enterprise.staff.get().username, PASSWORD)
        person.open(EDIT)
        person.page.wait_for_load_state("networkidle")
        return person

    return arrive


@pytest.fixture
def draft():
    return FilingFactory(complete=True, brand_lines=[])


def until(page, expression):
    """Wait for what the page's policy lets nobody evaluate from inside it."""
    for _ in range(100):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    pytest.fail(expression)


def note(person):
    return person.page.locator("[data-unsaved-note]")


def saved_by_itself(person):
    """Leave the field and wait for the save that follows."""
    person.page.keyboard.press("Tab")
    note(person).filter(has_text="已自动保存").wait_for(timeout=8000)


def missing(person, part):
    return person.page.locator(f"[data-task='#{part}'] [data-task-state]").inner_text()


def pick(page, row, typed, expected):
    box = page.locator(f"#id_brand_lines-{row}-brand_id")
    box.click()
    box.press_sequentially(typed)
    page.locator("[role=option]", has_text=expected).first.wait_for()
    box.press("Enter")


def test_parts_come_and_go_and_lose_nothing(clerk, draft):
    page = (person := clerk(draft)).page
    assert page.locator("#market").is_hidden()
    page.check("[name=enterprise_types][value=B1]")
    assert page.locator("#market").is_visible()
    page.fill("[name=market_name]", "西湖二手车市场")
    page.click("[data-formset=residents] [data-formset-add]")
    page.locator("[name$='-name'][name^='residents-']").last.fill("甲商户")
    page.uncheck("[name=enterprise_types][value=B1]")
    assert page.locator("#market").is_hidden()
    page.check("[name=enterprise_types][value=B1]")
    assert page.input_value("[name=market_name]") == "西湖二手车市场"
    assert page.locator("[name$='-name'][name^='residents-']").last.input_value() == "甲商户"
    page.uncheck("[name=enterprise_types][value=B1]")
    person.press("button[name=action][value=save]")
    page.check("[name=enterprise_types][value=B1]")
    assert page.input_value("[name=market_name]") == "西湖二手车市场"
    assert person.complaints == []


def test_controls_that_depend_on_an_answer_appear_with_it(clerk):
    page = clerk(FilingFactory(enterprise__types=["B2"])).page
    market = page.locator("[data-field=resident_market_id]")
    assert market.is_hidden()
    page.select_option("[name=place_type]", "IN_MARKET")
    assert market.is_visible()
    page.select_option("[name=place_type]", "OWN_SITE")
    assert market.is_hidden()


def test_list_of_parts_counts_down_while_one_types(clerk):
    page = (person := clerk(FilingFactory())).page
    before = int(re.search(r"\d+", missing(person, "basic"))[0])
    page.fill("[name=legal_representative]", "赵明")
    assert missing(person, "basic") == f"还差 {before - 1} 项"
    page.fill("[name=registered_address]", "浙江省杭州市西湖区文三路1号")
    page.click("[data-copy-from=registered_address]")
    assert page.input_value("[name=business_address]") == "浙江省杭州市西湖区文三路1号"
    assert missing(person, "basic") == f"还差 {before - 3} 项"


def test_brand_is_chosen_by_keyboard_with_its_producer(clerk, draft):
    makers = [ProducerFactory(name="一汽-大众汽车有限公司"), ProducerFactory(name="上汽大众汽车有限公司")]
    brand = BrandFactory(name="大众", name_en="Volkswagen", producers=makers)
    BrandFactory.create_batch(30)
    page = (person := clerk(draft)).page
    box = page.locator("#id_brand_lines-0-brand_id")
    box.focus()
    page.keyboard.type("dz")
    page.locator("[role=option]").nth(1).wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    assert not person.faults()
    page.keyboard.press("ArrowDown")
    active = page.locator(f"#{box.get_attribute('aria-activedescendant')}")
    assert "上汽大众" in active.inner_text()
    page.keyboard.press("Enter")
    assert box.input_value() == "大众"
    assert page.input_value("#id_brand_lines-0-producer_id") == "上汽大众汽车有限公司"
    page.keyboard.press("Escape")
    page.select_option("[name=brand_lines-0-authorization_type]", "UNAUTHORIZED")
    page.fill("[name=brand_lines-0-supplier_name]", "杭州供应商有限公司")
    person.press("button[name=action][value=save]")
    line = draft.brand_lines.get()
    assert (line.brand, line.producer) == (brand, makers[1])
    assert page.input_value("#id_brand_lines-0-brand_id") == "大众"
    assert person.complaints == []


def test_division_is_found_by_initials_and_by_level(clerk, draft):
    page = (person := clerk(draft)).page
    box = page.locator("[data-field=division_code] .division-search")
    box.click()
    box.press_sequentially("nbshs")
    page.locator("[role=option]", has_text="宁波市海曙区").wait_for()
    assert not person.faults()
    box.press("Enter")
    until(page, "document.querySelector('[name=division_code]').value === '330203'")
    saved_by_itself(person)
    assert page.input_value("[name=jurisdiction_code]") == "宁波市商务局"
    assert Filing.objects.get(pk=draft.pk).division_code == "330203"


def test_draft_saves_itself_and_leaving_asks_no_more(clerk, draft):
    page = (person := clerk(draft)).page
    page.fill("[name=contact_name]", "新联系人")
    assert note(person).inner_text() == "有未保存的修改"
    saved_by_itself(person)
    draft.refresh_from_db()
    assert draft.contact_name == "新联系人"
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    person.open("/filing/")
    assert asked == []
    person.open(EDIT)
    page.fill("[name=contact_name]", "没有保存")
    person.open("/filing/")
    assert asked == ["beforeunload"]
    assert person.complaints == []


def test_saving_oneself_keeps_rows_apart_and_pictures_where_they_are(clerk, draft):
    BrandFactory(name="星海"), BrandFactory(name="云川")
    page = (person := clerk(draft)).page
    for row, name in enumerate(["星海", "云川"]):
        if row:
            page.click("[data-formset=brand_lines] [data-formset-add]")
        pick(page, row, name, name)
        page.select_option(f"[name=brand_lines-{row}-authorization_type]", "UNAUTHORIZED")
        page.fill(f"[name=brand_lines-{row}-supplier_name]", f"{name}供应商")
    saved_by_itself(person)
    assert page.input_value("[name=brand_lines-1-place]") == "1"
    page.click("[data-formset=brand_lines] [data-formset-row]:first-child [data-formset-remove]")
    page.fill("[name=brand_lines-1-supplier_name]", "改名供应商")
    note(person).filter(has_text="有未保存的修改").wait_for()
    saved_by_itself(person)
    assert [line.supplier_name for line in draft.brand_lines.all()] == ["改名供应商"]
    assert page.input_value("[name=brand_lines-1-place]") == "0"


def test_second_tab_is_told_and_may_go_on(clerk, draft):
    first = clerk(draft)
    second = clerk(draft)
    first.page.fill("[name=contact_name]", "第一个")
    saved_by_itself(first)
    second.page.fill("[name=contact_name]", "第二个")
    second.page.keyboard.press("Tab")
    panel = second.page.locator("[data-conflict]")
    panel.wait_for()
    assert "已被他人更新" in panel.inner_text()
    assert second.page.input_value("[name=contact_name]") == "第二个"
    assert not second.faults()
    panel.locator("button", has_text="以本页内容为准").click()
    note(second).filter(has_text="已自动保存").wait_for()
    draft.refresh_from_db()
    assert draft.contact_name == "第二个"


def test_session_that_ended_loses_nothing(clerk, draft):
    page = (person := clerk(draft)).page
    person.context.clear_cookies()
    page.fill("[name=contact_name]", "超时之后")
    page.keyboard.press("Tab")
    page.locator("[data-signed-out]").wait_for()
    page.click("[data-signed-out] a")
    page.fill("[name=username]", draft.enterprise.staff.get().username)
    page.fill("[name=password]", PASSWORD)
    person.press("main form button[type=submit], main form button.btn-primary")
    assert page.url.endswith(EDIT)
    assert page.input_value("[name=contact_name]") == "超时之后"
    saved_by_itself(person)
    draft.refresh_from_db()
    assert draft.contact_name == "超时之后"


def test_what_was_not_saved_is_offered_and_only_to_the_same_person(clerk, draft):
    page = (person := clerk(draft)).page
    page.on("dialog", lambda dialog: dialog.accept())
    page.fill("[name=remark]", "还没有保存")
    until(page, "sessionStorage.length > 0")
    page.reload()
    page.locator("button", has_text=re.compile("^恢复$")).click()
    assert page.input_value("[name=remark]") == "还没有保存"
    until(page, "sessionStorage.length > 0")
    person.press("[data-sign-out] button")
    assert page.evaluate("sessionStorage.length") == 0


@pytest.fixture
def catalogue_requests():
    """The pages that ask for a new brand or producer, where the catalogue has none yet: a way back only."""
    try:
        reverse("catalog:brand-add")
        yield
        return
    except NoReverseMatch:
        added = [path(f"{kind}s/add/", way_back, name=f"{kind}-add") for kind in ("brand", "producer")]
    urls.urlpatterns += added
    clear_url_caches()
    yield
    del urls.urlpatterns[-len(added) :]
    clear_url_caches()


def way_back(request):
    return HttpResponse(format_html('<a href="{}">back</a>', request.GET["next"]))


def test_way_to_a_new_brand_and_back_keeps_half_a_row(catalogue_requests, clerk, draft):
    page = (person := clerk(draft)).page
    page.fill("[name=contact_name]", "新联系人")
    page.fill("[name=brand_lines-0-supplier_name]", "还没有品牌的供应商")
    page.locator("a[data-save-first]").first.click()
    page.wait_for_url("**/catalog/brands/add/?next=/filing/edit/%23brands")
    draft.refresh_from_db()
    assert draft.contact_name == "新联系人"
    person.open("/filing/edit/#brands")
    assert page.input_value("[name=brand_lines-0-supplier_name]") == "还没有品牌的供应商"
    assert "已恢复" in note(person).inner_text()


def test_phone_shows_the_form_without_sideways_scrolling(clerk, draft):
    BrandFactory(name="星海")
    person = clerk(draft, viewport=PHONE)
    pick(person.page, 0, "xh", "星海")
    assert not person.faults()


def test_form_works_without_scripts(at_browser):
    filing = FilingFactory(complete=True)
    line, other = filing.brand_lines.get(), BrandFactory()
    person = at_browser(java_script_enabled=False)
    person.sign_in(filing.enterprise.staff.get().username, PASSWORD)
    person.open(EDIT)
    page = person.page
    assert page.locator("#market").is_hidden()
    assert page.locator("[name=brand_lines-1-authorized_from]").is_visible()
    page.check("[name=enterprise_types][value=B1]")
    page.select_option("[name=brand_lines-1-brand_id]", str(other.pk))
    page.select_option("[name=brand_lines-1-producer_id]", str(other.producers.get().pk))
    page.select_option("[name=brand_lines-1-authorization_type]", "UNAUTHORIZED")
    page.fill("[name=brand_lines-1-supplier_name]", "另一供应商")
    person.press("button[name=action][value=save]")
    assert page.locator("#market").is_visible()
    assert [row.brand_id for row in filing.brand_lines.all()] == [line.brand_id, other.pk]


def test_first_form_of_a_new_enterprise_saves_itself(at_browser):
    enterprise = EnterpriseFactory()
    person = at_browser()
    person.sign_in(enterprise.staff.get().username, PASSWORD)
    person.open(EDIT)
    person.page.fill("[name=legal_representative]", "赵明")
    saved_by_itself(person)
    assert Filing.objects.get().legal_representative == "赵明"
    assert person.page.input_value("[name=revision]") == "1"
