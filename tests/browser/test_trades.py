"""The form of a trade in a browser: fields under their choice, numbers checked as typed, nothing lost."""

import pytest
from django.urls import reverse

from filing.models import Enterprise
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import PASSWORD, FilingFactory, TradeFactory, UserFactory, resident_id_of
from usedcar.models import Trade

pytestmark = pytest.mark.browser


@pytest.fixture
def reporter(transactional_db):
    filing = FilingFactory(confirmed=True)
    Enterprise.objects.filter(pk=filing.enterprise_id).update(types=["B1"])
    return Enterprise.objects.get(pk=filing.enterprise_id)


@pytest.fixture
def clerk(at_browser, reporter):
    def signed_in(**options):
        person = at_browser(**options)
        person.sign_in(reporter.staff.first().username, PASSWORD)
        return person

    return signed_in


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_fields_appear_under_the_choice_and_numbers_are_checked_as_typed(clerk, viewport):
    person = clerk(viewport=viewport)
    person.open(reverse("usedcar:trade-add"))
    page = person.page
    assert not page.is_visible("[name=seller_uscc]")
    page.check("[name=seller_party_kind][value=ORG]")
    assert page.is_visible("[name=seller_uscc]")
    page.check("[name=buyer_party_kind][value=PERSON]")
    assert page.is_visible("[name=buyer_ethnic_group]")
    assert page.input_value("[name=buyer_id_type]") == "RESIDENT_ID"
    page.select_option("[name=buyer_nationality]", "US")
    assert not page.is_visible("[name=buyer_ethnic_group]")
    assert page.input_value("[name=buyer_id_type]") == "FOREIGN_PASSPORT"
    page.select_option("[name=buyer_nationality]", "CN")
    right = resident_id_of(5)
    page.fill("[name=buyer_id_number]", right[:-1] + ("0" if right[-1] != "0" else "1"))
    page.fill("[name=vin]", "LSVTESTI1N2000001")
    page.fill("[name=plate_no]", "浙A1")
    page.fill("[name=maker_model]", "演示牌A1")
    for words in ("身份证号码校验不通过", "第8位“I”", "车牌号码格式不正确"):
        assert words in person.text
    page.click("text=改为 LSVTEST11N2000001")
    assert "第8位" not in person.text
    assert page.input_value("[name=vin]") == "LSVTEST11N2000001"
    assert person.faults() == []
    person.press("main form button.btn-primary[type=submit]")
    assert page.input_value("[name=vin]") == "LSVTEST11N2000001"
    assert person.faults() == []


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_trade_is_looked_up_changed_and_deleted(clerk, reporter, viewport):
    trade = TradeFactory(enterprise=reporter)
    person = clerk(viewport=viewport)
    person.open(reverse("usedcar:trade-list"))
    assert person.faults() == []
    person.press("text=修改")
    assert person.faults() == []
    person.page.fill("[name=price]", "34567")
    person.page.fill("[name=reason]", "金额录入有误")
    person.press("text=保存修改")
    if "以上提示我已核对" in person.text:
        person.page.check("[name=warnings_read]")
        person.press("text=保存修改")
    assert Trade.objects.get().price == 34567
    assert "金额录入有误" in person.text
    assert person.faults() == []
    person.press("summary:has-text('删除这笔交易')")
    person.page.fill("dialog[open] [name=reason]", "重复录入")
    person.press("dialog[open] button[type=submit]")
    assert "已删除" in person.page.inner_text("body")
    assert not Trade.objects.filter(pk=trade.pk).exists()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_questions_numbers_history_and_corrections_are_accessible(clerk, at_browser, reporter, viewport):
    trade = TradeFactory(enterprise=reporter)
    old = {"traded_on": "2025-11-03", "invoice_date": "2025-11-03", "first_registered_on": "2020-01-01"}
    locked = TradeFactory(enterprise=reporter, **old)
    person = clerk(viewport=viewport)
    person.open(reverse("usedcar:trade-edit", args=[trade.pk]))
    vin = person.page.input_value("[name=vin]")
    person.page.fill("[name=vin]", f"{vin[:8]}{'1' if vin[8] != '1' else '2'}{vin[9:]}")
    person.page.fill("[name=reason]", "对照行驶证更正")
    person.press("text=保存修改")
    assert "校验位不符" in person.text
    assert person.faults() == []
    person.open(reverse("usedcar:trade-detail", args=[trade.pk]))
    person.press("summary:has-text('方证件号码')")
    person.page.fill("dialog[open] [name=reason]", "核对发票")
    person.press("dialog[open] button[type=submit]")
    assert person.faults() == []
    person.open(reverse("usedcar:trade-detail", args=[locked.pk]))
    person.press("summary:has-text('申请更正')")
    person.page.fill("dialog[open] [name=reason]", "车价录入有误需要更正")
    person.press("dialog[open] button[type=submit]")
    assert person.faults() == []
    officer = at_browser(viewport=viewport)
    officer.sign_in(UserFactory(county=True).username, PASSWORD)
    officer.open(reverse("reviews:correction-list"))
    assert locked.vin in officer.text
    assert officer.faults() == []
