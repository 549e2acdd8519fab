"""Serves a demo shop of its own, visits its main pages with Chromium, and keeps what it saw."""

import io
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from _children import exit_code, start, stoppable
from _install import PYTHON, ROOT
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

BUYER = "buyer@mercat.example"
ADMIN = "admin@mercat.example"
PASSWORD = "try-the-market"  # noqa: S105  # the demo's, public
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
SCHEMES = ("light", "dark")
PAGES = {
    "home": "/",
    "category": "/c/kitchen-dining",
    "search": "/search?q=heart",
    "product": "/p/white-hanging-heart-t-light-holder-85123a",
    "sign-in": "/sign-in",
    "register": "/register",
    "cart": "/cart",
    "checkout": "/checkout",
    "orders": "/orders",
    "order": "",
    "wallet": "/wallet",
    "not-found": "/nowhere",
}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
QUALITY = 82
PATIENCE = 120


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "docs" / "screenshots").resolve()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("Needs Chromium: apt install chromium")
    folder.mkdir(parents=True, exist_ok=True)
    with shop() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        order = buy_something(browser, address)
        for scheme in SCHEMES:
            for size in SIZES:
                visit(browser, address, order, folder, scheme, size)
            look_at_admin(browser, address, folder, scheme)
            look_at_report(browser, address, folder, scheme)
        browser.close()
    return 0


@contextmanager
def shop() -> Iterator[str]:
    """A demo shop in a folder of its own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="mercat-shots-") as var, stoppable():
        os.environ.update(
            MERCAT_VAR=var,
            DATABASE_URL="",
            REDIS_URL="",
            CELERY_BROKER_URL="",
            RATE_LIMIT_LOGIN="99/second",
        )
        os.chdir(ROOT)
        if code := exit_code(start([PYTHON, "bin/_prepare.py"])):
            sys.exit(code)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        gunicorn = [PYTHON, "-m", "gunicorn", "--config", "config/gunicorn.py"]
        web = start(
            [*gunicorn, "--bind", f"127.0.0.1:{port}", "--log-level", "error", "config.wsgi"]
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/health/live", web)
            yield f"http://127.0.0.1:{port}"
        finally:
            web.terminate()
            web.wait()


def wait_for(url: str, web: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and web.poll() is None:
        try:
            with urlopen(url):  # noqa: S310  # our own server
                return
        except URLError:
            time.sleep(0.1)
    sys.exit("The shop does not answer.")


def sign_in(page: Page, email: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url("**/")


def buy_something(browser: Browser, address: str) -> str:
    """The path of an order that the demo's buyer places; leaves something else in the basket."""
    page = browser.new_context(base_url=address).new_page()
    sign_in(page, BUYER)
    put_in_basket(page, "/search?q=mug&in_stock=on")
    put_in_basket(page, "/search?q=lantern&in_stock=on")
    page.goto("/checkout")
    page.get_by_label("Address", exact=True).fill("1 High Street")
    page.get_by_label("Town or city").fill("York")
    page.get_by_label("Postcode").fill("YO1 7HH")
    page.get_by_role("button", name=re.compile("and order")).click()
    page.wait_for_url("**/orders/*")
    order = page.url.removeprefix(address)
    for shelf in ("/search?q=cake+stand&in_stock=on", "/search?q=bunting&in_stock=on"):
        put_in_basket(page, shelf)
    page.context.close()
    return order


def put_in_basket(page: Page, shelf: str) -> None:
    page.goto(shelf)
    page.locator("main a[href^='/p/']").first.click()
    page.get_by_role("button", name="Add to basket").click()


def visit(browser: Browser, address: str, order: str, folder: Path, scheme: str, size: str) -> None:
    width, height = SIZES[size]
    page = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
    ).new_page()
    for name, path in PAGES.items():
        if name == "cart":  # what stands before it is seen by who is not signed in
            sign_in(page, BUYER)
        page.goto(path or order)
        keep(page, folder / f"{name}-{size}-{scheme}.webp")
    page.context.close()


def look_at_admin(browser: Browser, address: str, folder: Path, scheme: str) -> None:
    page = at_a_desk(browser, address, scheme)
    page.goto("/admin/")
    page.locator("input[name=username]").fill(ADMIN)
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/admin/$(?<!next=/admin/)"))
    page.goto("/admin/orders/order/")
    keep(page, folder / f"admin-desktop-{scheme}.webp")
    page.context.close()


def look_at_report(browser: Browser, address: str, folder: Path, scheme: str) -> None:
    """Of the demo's month, from its first chart on."""
    page = at_a_desk(browser, address, scheme)
    sign_in(page, ADMIN)
    page.goto("/reports?from=2010-12-01&to=2010-12-31")
    page.locator("#trend").evaluate("chart => chart.scrollIntoView()")
    keep(page, folder / f"report-desktop-{scheme}.webp")
    page.context.close()


def at_a_desk(browser: Browser, address: str, scheme: str) -> Page:
    width, height = SIZES["desktop"]
    return browser.new_context(
        base_url=address,
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
    ).new_page()


def keep(page: Page, path: Path) -> None:
    """The top of the page, as a visitor sees it first."""
    page.wait_for_load_state("networkidle")
    Image.open(io.BytesIO(page.screenshot())).save(path, quality=QUALITY)
    print(path)


if __name__ == "__main__":
    sys.exit(main())
