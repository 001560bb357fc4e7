"""The catalogue at a browser: the guard while typing, choices that narrow, every page wide and narrow."""

import pytest

from catalog.models import VehicleModel
from tests.browser.conftest import DESKTOP, PHONE
from tests.catalog.test_requests import ask_model, clerk
from tests.factories import PASSWORD, ProducerFactory, UserFactory, VehicleModelFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
VIEWPORTS = pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.fixture
def known():
    return VehicleModelFactory(name="凯美瑞")


def test_guard_speaks_while_typing_and_its_tick_is_sent(at_browser, known):
    ProducerFactory()
    user, person = clerk(), at_browser()
    person.sign_in(user.username, PASSWORD)
    person.open("/catalog/models/add/")
    page = person.page
    page.select_option("[name=brand]", str(known.brand_id))
    assert page.input_value("[name=producer]") == str(known.producer_id)
    page.fill("[name=model_name]", "凯美锐")
    page.check("input[value='C-005:model_name']")
    page.fill("[name=difference]", "另一款车")
    page.select_option("[name=report_category]", "SEDAN")
    page.select_option("[name=energy_type]", "ICE")
    page.fill("[name=displacement]", "2.0")
    assert not person.faults()
    person.press("main form button.btn-primary")
    assert "已提交申请" in person.text
    assert VehicleModel.objects.get(name="凯美锐").requests.get().difference == "另一款车"


def test_reason_left_empty_is_asked_for_in_chinese_and_can_be_given_then(at_browser):
    admin, model, person = UserFactory(admin=True), ask_model(clerk(), "凯美锐"), at_browser()
    person.sign_in(admin.username, PASSWORD)
    person.open(f"/reviews/catalog/model/{model.pk}/")
    page = person.page
    page.click("summary:has-text('不通过')")
    send, reason = page.locator("dialog[open] button[type=submit]"), page.locator("#reject-reason")
    send.click()
    assert reason.evaluate("control => control.validationMessage") == "请填写“原因”。"
    reason.fill("公告中没有")
    assert reason.evaluate("control => control.validationMessage") == ""
    with page.expect_navigation():
        send.click()
    model.refresh_from_db()
    assert (model.status, model.reason) == ("REJECTED", "公告中没有")


@VIEWPORTS
def test_pages_of_an_enterprise_are_accessible_and_fit(at_browser, known, viewport):
    ask_model(user := clerk())
    person, faults = at_browser(viewport=viewport), []
    person.sign_in(user.username, PASSWORD)
    for path in ("brands", "brands/add", "producers/add", "models/add", "displacements/add", "requests"):
        person.open(f"/catalog/{path}/")
        faults += person.faults()
    person.open("/catalog/models/add/?q=凯美瑞")
    person.press("main form button.btn-primary")
    faults += person.faults()
    person.open(f"/catalog/displacements/add/?model={known.pk}")
    assert not [*faults, *person.faults()]


@VIEWPORTS
def test_pages_of_the_administrator_are_accessible_and_fit(at_browser, known, viewport):
    waiting = ask_model(clerk(), "凯美L", brand=known.brand)
    other = VehicleModelFactory(brand=known.brand)
    admin, person, faults = UserFactory(admin=True), at_browser(viewport=viewport), []
    person.sign_in(admin.username, PASSWORD)
    for path in (
        "?kind=model",
        f"model/{waiting.pk}/",
        f"brand/{known.brand_id}/",
        f"model/{other.pk}/merge/?q=凯美瑞",
        f"model/{other.pk}/merge/?into={known.pk}",
        "loads/",
    ):
        person.open(f"/reviews/catalog/{path}")
        faults += person.faults()
    assert not faults
