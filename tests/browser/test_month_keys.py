"""A dealer of sixty models does a month with the keyboard alone; keystrokes are counted."""

import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from filing.enums import FilingAction
from filing.models import Filing, FilingEvent
from newcar.lines import CELLS
from reporting import clock
from reporting.models import Report, WindowRule
from reporting.periods import Period
from reporting.services import save_report, start_report, submit_report
from tests.factories import FilingFactory, VehicleModelFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "Ein-langes-Kennwort-9"
MODELS = 60
MOST_KEYS = 560
FIGURES = (5, 10, 8, 6, 1, 1, 0, 7, "120.00", 1, 2, "")


class Keys:
    """The keyboard, counting: a shortcut is one keystroke."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def press(self, key):
        self.page.keyboard.press(key)
        self.count += 1

    def type(self, text):
        for key in str(text):
            self.press(key)


@pytest.fixture
def clerk():
    """A dealer of sixty models whose month before last was reported; last month is open."""
    filing = FilingFactory(confirmed=True)
    step = {"action": FilingAction.CONFIRM, "to_status": "CONFIRMED", "by": filing.decided_by}
    event = FilingEvent.objects.create(filing=filing, **step)
    last = Period.of_day(timezone.localdate()).previous
    FilingEvent.objects.filter(pk=event.pk).update(at=clock.now() - timedelta(days=400))
    filing.brand_lines.update(authorized_from="2020-01-01", authorized_to="2099-12-31")
    offer = filing.brand_lines.get()
    names = {"supplier_name": offer.supplier_name, "displacement": "1.5"}
    ids = {"brand_id": offer.brand_id, "producer_id": offer.producer_id}
    cars = [VehicleModelFactory(brand=offer.brand, name=f"演练{number:02}型") for number in range(MODELS)]
    lines = [{**names, **ids, "model_id": car.pk, **dict(zip(CELLS, FIGURES, strict=True))} for car in cars]
    clerk = filing.enterprise.staff.first()
    clerk.set_password(PASSWORD)
    clerk.save()
    for period in (last.previous, last):
        open_now(period, filing)
    report = start_report(form="newcar_monthly", period=last.previous, by=clerk)
    values = {"preparer_name": "测试填表人", "preparer_phone": "0571-87654321"}
    kept = {"values": values, "content": {"lines": lines}, "reasons": {}}
    report = save_report(report_id=report.pk, revision=0, **kept, by=clerk)
    submit_report(report_id=report.pk, revision=report.revision, by=clerk)
    start_report(form="newcar_monthly", period=last, by=clerk)
    return clerk


def open_now(period, filing):
    now = timezone.now()
    WindowRule.objects.create(
        form="newcar_monthly",
        period=period.start,
        opens_at=now - timedelta(days=1),
        due_at=now + timedelta(days=5),
        locks_at=now + timedelta(days=9),
        reason="测试",
        set_by=Filing.objects.get(pk=filing.pk).decided_by,
    )


def test_sixty_models_are_reported_with_keys_only(clerk, at_browser, capsys):
    person = at_browser()
    person.sign_in(clerk.username, PASSWORD)
    report = Report.objects.order_by("-period")[0]
    person.open(report.url("edit"))
    page, keys, begun = person.page, Keys(person.page), timezone.now()

    go(page, keys, "Alt+KeyC")  # 复制上月的行
    for column in ("purchase_qty", "sales_qty"):
        assert page.evaluate("document.activeElement.dataset.cell") == column
        for _ in range(MODELS):
            keys.type("10" if column == "purchase_qty" else "8")
            keys.press("Enter")
    go(page, keys, "Alt+KeyB")  # 补齐空格
    assert page.evaluate("document.activeElement.dataset.cell") == "sales_amount"
    for _ in range(MODELS):
        keys.type("120")
        keys.press("Enter")
    go(page, keys, "Alt+KeyY")  # 上报

    report.refresh_from_db()
    assert (report.status, report.line_count, report.qty) == ("SUBMITTED", MODELS, 8 * MODELS)
    assert keys.count <= MOST_KEYS
    with capsys.disabled():
        seconds = (timezone.now() - begun).total_seconds()
        sys.stderr.write(f"{keys.count} keystrokes, {seconds:.1f} s in the browser\n")


def test_lookalikes_of_a_new_model_are_told_while_typing(clerk, at_browser):
    person = at_browser()
    person.sign_in(clerk.username, PASSWORD)
    person.open(Report.objects.order_by("-period")[0].url("edit"))
    page = person.page
    page.click("#ask-model > summary")
    page.fill("[name=model_name]", "演练00型车")
    page.select_option("[name=brand_line]", index=1)
    page.wait_for_selector("#ask-model input[value='C-005:model_name']")
    assert "演练00型" in page.locator("#ask-model .guard-known").inner_text()
    assert not person.faults()


def go(page, keys, shortcut):
    """A shortcut that sends the page; what follows it is there."""
    with page.expect_navigation():
        keys.press(shortcut)
    page.wait_for_load_state("networkidle")
