"""The monthly report of a market at the browser: balances and totals follow the typing, arrows move."""

from datetime import timedelta

import pytest
from django.utils import timezone

from filing.models import Filing
from reporting.models import WindowRule
from reporting.periods import Period
from reporting.services import start_report
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import UserFactory
from tests.usedcar.market import market_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "Ein-langes-Kennwort-9"


@pytest.fixture
def report():
    """Last month of a market, open whatever the day."""
    market, now = market_of(), timezone.now()
    clerk = market.staff.first()
    clerk.set_password(PASSWORD)
    clerk.save()
    period = Period.of_day(timezone.localdate(now)).previous
    WindowRule.objects.create(
        form="market_monthly",
        period=period.start,
        opens_at=now - timedelta(days=1),
        due_at=now + timedelta(days=5),
        locks_at=now + timedelta(days=9),
        reason="测试",
        set_by=Filing.objects.get().decided_by or UserFactory(nation=True),
    )
    return start_report(form="market_monthly", period=period, by=clerk)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_balances_and_totals_follow_the_typing(report, at_browser, viewport):
    person = at_browser(viewport=viewport)
    person.sign_in(report.created_by.username, PASSWORD)
    person.open(report.url("edit"))
    page = person.page

    page.fill("[name=matrix-SEDAN-qty]", "5")
    page.fill("[name=matrix-SEDAN-amount]", "30.5")
    page.fill("[name=matrix-SUV-qty]", "2")
    balance = page.locator("[data-row]").first.locator("[data-balance=origin] span")
    assert (balance.inner_text(), balance.get_attribute("class")) == ("差 5", "grid-difference")
    page.fill("[name=matrix-SEDAN-origin-DOMESTIC]", "3")
    assert balance.inner_text() == "差 2"
    page.fill("[name=matrix-SEDAN-origin-IMPORTED]", "2")
    assert (balance.inner_text(), balance.get_attribute("class")) == ("差 0", "grid-even")
    assert page.locator("[data-total-of=qty]").inner_text() == "7"
    assert page.locator("[data-total-of=amount]").inner_text() == "30.50"

    page.focus("[name=matrix-SEDAN-qty]")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "matrix-SUV-qty"
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.name") == "matrix-SUV-trade_type-DIRECT"
    assert not person.faults()

    person.press("button[value=submit]")
    assert not person.faults()
    assert "各项之和为0，应等于交易量2" in person.text
