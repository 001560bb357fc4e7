"""A county officer's morning: twenty filings in a row without touching the mouse, and one returned."""

from datetime import timedelta

import pytest
from django.utils import timezone

from filing.enums import FilingStatus
from filing.models import Filing, ReturnItem
from filing.services import claim_filing
from tests.browser.conftest import PHONE
from tests.factories import FilingFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "Lake-and-Hills-1906"
IN_A_ROW = 20


@pytest.fixture
def officer():
    user = UserFactory(county=True, username="officer")
    user.set_password(PASSWORD)
    user.save()
    return user


def waiting(count):
    """So many, each a minute after the other."""
    filings = FilingFactory.create_batch(count, submitted=True)
    for number, filing in enumerate(filings):
        moment = timezone.now() - timedelta(minutes=count - number)
        Filing.objects.filter(pk=filing.pk).update(submitted_at=moment)
    return filings


def press(person, *keys):
    for key in keys:
        person.page.keyboard.press(key)


def shown_filing(person):
    return int(person.page.url.rstrip("/").rsplit("/", 1)[-1])


def focused(person):
    return person.page.evaluate("document.activeElement.innerText || ''")


def tab_to(person, text, most=60):
    """The Tab key until the control with this text has the focus."""
    for _ in range(most):
        press(person, "Tab")
        if focused(person).startswith(text):
            return
    raise AssertionError(f"Tab never reaches {text}")


def test_officer_decides_twenty_filings_in_a_row_by_keyboard_alone(at_browser, officer):
    filings = waiting(IN_A_ROW + 1)
    claim_filing(filing_id=filings[2].pk, by=UserFactory(county=True, display_name="张三"))
    person = at_browser()
    person.sign_in("officer", PASSWORD)
    person.open("/reviews/filings/")
    tab_to(person, "开始办理")
    press(person, "Enter")
    person.page.wait_for_url("**/reviews/filings/*/")

    decided = []
    for number in range(IN_A_ROW):
        current = shown_filing(person)
        decided.append(current)
        press(person, "ArrowRight", "ArrowRight")
        assert (
            person.page.locator("[data-viewer-image]:not([hidden]) figcaption")
            .inner_text()
            .startswith("公章")
        )
        if number == 5:
            press(person, "Alt+r")
            tab_to(person, "缺少公章或印迹不清")
            press(person, "Enter")
            tab_to(person, "退回")
        else:
            press(person, "Alt+y")
        with person.page.expect_navigation():
            press(person, "Enter")
        person.page.wait_for_load_state("networkidle")

    assert decided == [filing.pk for filing in filings if filing != filings[2]]
    states = Filing.objects.filter(pk__in=decided).values_list("status", flat=True)
    assert sorted(states) == [FilingStatus.CONFIRMED] * (IN_A_ROW - 1) + [FilingStatus.RETURNED]
    assert ReturnItem.objects.get().reason_code == "SEAL_MISSING"
    assert "没有其他待您确认的备案了" in person.text
    assert person.complaints == []


def test_next_by_keyboard_leaves_one_undecided_and_dialog_closes_by_escape(at_browser, officer):
    first, second = waiting(2)
    person = at_browser()
    person.sign_in("officer", PASSWORD)
    person.open(f"/reviews/filings/{first.pk}/")
    press(person, "Alt+y", "Escape")
    assert person.page.locator("dialog[open]").count() == 0
    with person.page.expect_navigation():
        press(person, "Alt+n")
    assert shown_filing(person) == second.pk
    assert "您正在办理" in person.text
    assert second.claim.by == officer


def test_ticks_reveal_their_reason_and_a_narrow_screen_has_tabs(at_browser, officer):
    (filing,) = waiting(1)
    person = at_browser(viewport=PHONE)
    person.sign_in("officer", PASSWORD)
    person.open(f"/reviews/filings/{filing.pk}/")
    reason = person.page.locator("[name=reason-legal_representative]")
    assert not reason.is_visible()
    person.page.check("#item_legal_representative")
    assert reason.is_visible()
    assert reason.input_value() == "LICENCE_MISMATCH"
    assert not person.page.locator("[data-viewer]").is_visible()
    person.page.click("[data-shows=images]")
    assert person.page.locator("[data-viewer]").is_visible()
    assert not person.page.locator("#item_legal_representative").is_visible()
    assert not person.faults()


def test_pile_is_ticked_confirmed_and_told(at_browser, officer):
    filings = waiting(3)
    person = at_browser()
    person.sign_in("officer", PASSWORD)
    person.open("/reviews/filings/")
    person.page.check("[data-tick-all]")
    assert "已选 3 件" in person.text
    person.press("#bulk-form button")
    assert not person.faults()
    for filing in filings[:2]:
        person.page.check(f"[name=item][value^='{filing.pk}:']")
    person.press("main form button.btn-primary")
    assert "批量确认结果" in person.text
    assert Filing.objects.filter(status=FilingStatus.CONFIRMED).count() == 2
    assert not person.faults()
