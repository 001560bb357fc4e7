"""A real chromium before a live server; pages are watched for errors of script and policy."""

import os
import shutil

import pytest
from playwright.sync_api import sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
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
        answer = self.page.goto(f"{self.server.url}{path}")
        self.page.wait_for_load_state("networkidle")
        return answer

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
