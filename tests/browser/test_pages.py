"""Every page type of every role: accessible, nothing sideways, no complaints, wide and narrow."""

import pytest
from django.core.management import call_command

from accounts.demo import DEMO_PASSWORD
from accounts.models import User
from filing.models import Filing, PushMessage
from tests.browser.conftest import DESKTOP, PHONE
from tests.factories import PASSWORD, FilingFactory, NoticeFactory, UserFactory
from usedcar.models import Trade

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PUBLIC = [
    "/accounts/login/",
    "/accounts/register/",
    "/accounts/privacy/",
    "/accounts/password/reset/",
]


def pages():
    waiting = Filing.objects.awaiting().filter(confirm_body="西湖区商务局").first()
    changed = Filing.objects.get(status="CHANGED", enterprise__staff__username="changed")
    trade = Trade.objects.filter(enterprise__staff__username="usedcar").first()
    of_trade = ["/usedcar/trades/add/", *(f"/usedcar/trades/{trade.pk}/{end}" for end in ("", "edit/"))]
    account = ["/reviews/accounts/", f"/reviews/accounts/{User.objects.get(username='xihu').pk}/"]
    reports = ["/reviews/reports/", "/reviews/reports/outliers/"]
    policy = ["/reviews/policy/", "/reviews/policy/add/", "/reviews/policy/pairs/"]
    deputies = ["/reviews/deputies/", "/reviews/deputies/add/"]
    push = PushMessage.objects.first()
    sync = ["/reviews/sync/", f"/reviews/sync/{push.pk}/"]
    review = [f"/reviews/filings/{filing.pk}/" for filing in (waiting, changed)]
    review += [
        f"/reviews/filings/{changed.pk}/compare/?one=1&other=2",
        f"/reviews/filings/bulk/?id={waiting.pk}",
    ]
    return {
        "newdealer": [
            "/",
            "/filing/open/",
            "/accounts/profile/",
            "/accounts/profile/password/",
            "/accounts/profile/email/",
            "/accounts/inbox/",
            "/accounts/staff/",
            "/nowhere/",
        ],
        "dealer": [
            "/",
            "/filing/",
            "/filing/edit/",
            "/filing/print/",
            "/filing/versions/1/",
            "/catalog/models/",
        ],
        "returned": ["/", "/filing/", "/filing/edit/"],
        "usedcar": ["/", "/usedcar/trades/", *of_trade, "/usedcar/imports/"],
        "xihu": ["/", "/reviews/filings/", "/reviews/cancellations/", "/reviews/authorizations/", *review],
        "hangzhou": [
            *reports,
            "/reviews/enterprises/",
            f"/reviews/enterprises/{trade.enterprise_id}/",
            *account,
        ],
        "zhejiang": [
            "/",
            "/reviews/filings/?tab=below",
            review[0],
            *policy,
            *deputies,
        ],
        "ministry": ["/", "/reviews/filings/", "/catalog/brands/", "/catalog/producers/", "/reviews/policy/"],
        "sysadmin": ["/", "/catalog/models/", "/reviews/accounts/", "/reviews/accounts/add/", *sync],
        "auditor": ["/", "/reviews/audit/"],
    }


@pytest.fixture
def demo():
    call_command("load_demo", "--enterprises", "20", "--months", "2", "--trades", "60", verbosity=0)
    manager = User.objects.get(username="newdealer")
    NoticeFactory(recipient=manager)
    UserFactory(operator=True, uscc=manager.uscc)
    UserFactory(operator=True, uscc=manager.uscc, is_active=False)


def test_every_page_type_is_accessible_and_fits(demo, at_browser):
    visitor = at_browser()
    faults = [fault for path in PUBLIC for fault in faults_at(visitor, path)]
    for username, paths in pages().items():
        person = at_browser()
        person.sign_in(username, DEMO_PASSWORD)
        faults += [f"{username} {fault}" for path in paths for fault in faults_at(person, path)]
        person.context.close()
    assert not faults, "\n".join(faults)


def faults_at(person, path):
    """Of a page opened on a wide screen, and of the same page made as narrow as a phone."""
    faults = []
    for name, viewport in (("wide", DESKTOP), ("narrow", PHONE)):
        person.page.set_viewport_size(viewport)
        if viewport is DESKTOP:
            person.open(path)
        faults += [f"{name} {fault}" for fault in person.faults()]
    return faults


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_refused_forms_are_accessible_and_take_the_focus(at_browser, viewport):
    visitor = at_browser(viewport=viewport)
    visitor.open("/accounts/register/")
    visitor.page.eval_on_selector("main form", "form => { form.noValidate = true; }")
    visitor.press("main form button.btn-primary")

    assert not visitor.faults()
    assert visitor.page.evaluate("document.activeElement.closest('.error-summary') !== null")


def test_what_is_left_empty_is_asked_for_by_its_name_alone(at_browser):
    """The label carries a hint for screen readers that is no part of the name."""
    manager, person = FilingFactory(confirmed=True).enterprise.staff.get(), at_browser()
    person.sign_in(manager.username, PASSWORD)
    person.open("/filing/")
    person.page.click("summary:has-text('申请注销')")
    person.page.click("dialog[open] button[type=submit]")
    reason = person.page.locator("dialog[open] textarea")
    assert reason.evaluate("control => control.validationMessage") == "请填写“注销原因”。"
