"""A real browser on the real server: Debian's Chromium, driven by Playwright."""

import os
import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from accounts.tests.factories import PASSWORD

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",  # as root, it does not start otherwise
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE = 30_000  # ms
PHONE = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 900}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM is None:
        for item in items:
            if "tests/browser" in str(item.path):
                item.add_marker(pytest.mark.skip(reason="needs Chromium: apt install chromium"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    # Playwright runs an event loop in this thread, which Django would take for an async view.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def browse(chromium, live_server):
    """``browse(**options)`` is a new visitor; console errors fail the test in the end."""
    shoppers = []

    def visitor(**options):
        shopper = Shopper(chromium.new_context(base_url=live_server.url, **options))
        shoppers.append(shopper)
        return shopper

    yield visitor
    for shopper in shoppers:
        shopper.context.close()
    assert [error for shopper in shoppers for error in shopper.errors] == []


class Shopper:
    """A visitor with a browser of their own."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        context.set_default_timeout(PATIENCE)
        self.errors: list[str] = []
        self.page = self.tab()

    def tab(self) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._heard)
        return page

    def _heard(self, message) -> None:
        expected = "the server responded with a status of 4"  # refusals are what is tested
        if message.type == "error" and expected not in message.text:
            self.errors.append(message.text)

    def register(self, email="new@example.com") -> None:
        self.page.goto("/register")
        self.page.get_by_label("Name").fill("Nora New")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("main").get_by_role("button").click()

    def sign_in(self, user) -> None:
        self.page.goto("/sign-in")
        self.page.get_by_label("E-mail").fill(user.email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("main").get_by_role("button").click()
        self.page.wait_for_url("**/")

    def check_out(self, page: Page | None = None) -> None:
        page = page or self.page
        page.goto("/checkout")
        page.get_by_label("Full name").fill("Nora New")
        page.get_by_label("Address", exact=True).fill("1 High Street")
        page.get_by_label("Town or city").fill("York")
        page.get_by_label("Postcode").fill("YO1 7HH")

    def buy(self, page: Page | None = None) -> None:
        (page or self.page).get_by_role("button", name=re.compile("and order")).click()

    def reads(self, text: str, page: Page | None = None) -> None:
        """``text`` is on the page, or on the one that is still on its way after a click."""
        expect((page or self.page).get_by_text(text).first).to_be_visible(timeout=PATIENCE)
