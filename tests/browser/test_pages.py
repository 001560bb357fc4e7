"""Every page type of every role: accessible, nothing sideways, no complaints, wide and narrow."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from accounts.demo import DEMO_PASSWORD
from filing.models import Filing
from tests.browser.conftest import DESKTOP, PHONE
from usedcar.models import Trade

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AXE = Path(settings.BASE_DIR, "node_modules/axe-core/axe.min.js")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
PUBLIC = ["/accounts/login/", "/accounts/register/", "/accounts/privacy/"]


def pages():
    waiting = Filing.objects.awaiting().filter(confirm_body="西湖区商务局").first()
    changed = Filing.objects.get(status="CHANGED", enterprise__staff__username="changed")
    trade = Trade.objects.filter(enterprise__staff__username="usedcar").first()
    review = [f"/reviews/filings/{filing.pk}/" for filing in (waiting, changed)]
    return {
        "newdealer": ["/", "/filing/open/", "/accounts/profile/", "/accounts/profile/password/", "/nowhere/"],
        "dealer": [
            "/",
            "/filing/",
            "/filing/edit/",
            "/filing/print/",
            "/filing/versions/1/",
            "/catalog/models/",
        ],
        "returned": ["/", "/filing/", "/filing/edit/"],
        "usedcar": ["/", "/usedcar/trades/", f"/usedcar/trades/{trade.pk}/", "/usedcar/imports/"],
        "xihu": ["/", "/reviews/filings/", "/reviews/filings/?tab=all", *review, "/usedcar/trades/"],
        "ministry": ["/", "/reviews/filings/", "/catalog/brands/", "/catalog/producers/"],
        "sysadmin": ["/", "/catalog/models/"],
        "auditor": ["/", "/reviews/audit/"],
    }


def faults_of(person, path):
    person.open(path)
    page = person.page
    faults = [f"{path}: {text}" for text in person.complaints]
    person.complaints.clear()
    page.evaluate(AXE.read_text())
    found = page.evaluate(f"axe.run(document, {json.dumps(RULES)})")["violations"]
    faults += [f"{path}: {item['id']} {item['nodes'][0]['target']}" for item in found]
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return [*faults, f"{path}: scrolls sideways"] if wide else faults


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_type_is_accessible_and_fits(at_browser, viewport):
    call_command("load_demo", "--enterprises", "20", "--months", "2", "--trades", "60", verbosity=0)
    faults = []
    visitor = at_browser(viewport=viewport, bypass_csp=True)
    for path in PUBLIC:
        faults += faults_of(visitor, path)
    for username, paths in pages().items():
        person = at_browser(viewport=viewport, bypass_csp=True)
        person.sign_in(username, DEMO_PASSWORD)
        for path in paths:
            faults += [f"{username} {fault}" for fault in faults_of(person, path)]
        person.context.close()
    assert faults == []
