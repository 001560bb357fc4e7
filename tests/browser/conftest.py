"""A real chromium before a live server; pages are watched for errors of script and policy."""

import json
import os
import shutil
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import sync_playwright

CHROMIUM = next(  # the shell is the same browser without its own windows, and half the work
    filter(
        None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"))
    ),
    None,
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(settings.BASE_DIR, "node_modules/axe-core/axe.min.js")
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    "resultTypes": ["violations"],
}
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def chromium():
    """The browser; without one the tests say so, or fail where REQUIRE_BROWSER asks for it."""
    if CHROMIUM is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("REQUIRE_BROWSER=1, but no chromium is installed")
        pytest.skip("no chromium is installed: browser tests did not run")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class Person:
    """Somebody at a browser: signs in, opens pages, and remembers what the console complained about."""

    def __init__(self, browser, server, viewport=DESKTOP, **options):
        self.server = server
        self.context = browser.new_context(viewport=viewport, locale="zh-CN", **options)
        self.page = self.context.new_page()
        self.complaints = []
        self.page.on("console", self._listen)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _listen(self, message):
        refused_form = "status of 4" in message.text
        if message.type in ("error", "warning") and not refused_form:
            self.complaints.append(message.text)

    def open(self, path):
        return self.page.goto(f"{self.server.url}{path}")

    def sign_in(self, username, password):
        self.open("/accounts/login/")
        self.page.fill("[name=username]", username)
        self.page.fill("[name=password]", password)
        self.press("main form button[type=submit], main form button.btn-primary")

    def press(self, selector):
        self.page.locator(selector).first.click()
        self.page.wait_for_load_state("networkidle")

    @property
    def text(self):
        return self.page.locator("main").inner_text()

    def faults(self):
        """What is wrong with the page as it stands: complaints of the console, axe, sideways scrolling."""
        path = self.page.url.removeprefix(self.server.url)
        if self.page.evaluate("typeof axe") == "undefined":
            self.page.evaluate(AXE.read_text())
        found = self.page.evaluate(f"axe.run(document, {json.dumps(RULES)}).then(found => found.violations)")
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
        faults = [*self.complaints, *(f"{item['id']} {item['nodes'][0]['target']}" for item in found)]
        self.complaints.clear()
        return [f"{path}: {fault}" for fault in [*faults, *(["scrolls sideways"] if wide else [])]]


@pytest.fixture
def at_browser(chromium, live_server):
    """`at_browser()` gives a new person; all browsers close at the end of the test."""
    persons = []

    def arrive(**options):
        persons.append(Person(chromium, live_server, **options))
        return persons[-1]

    yield arrive
    for person in persons:
        person.context.close()
