"""The search box's list: by keyboard and by finger, late answers, and none without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from catalog.tests.factories import on_sale
from tests.browser.conftest import PATIENCE, PHONE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]

NONE = re.compile("")


@pytest.fixture
def goods(db):
    """In the order in which they are suggested."""
    titles = ["Blue Spotted Cup", "Blue Bowl", "Lantern"]
    for title in reversed(titles):
        on_sale(title=title, slug=title.lower().replace(" ", "-"))
    return titles


def asked(page):
    urls = []
    page.on("request", lambda request: urls.append(request.url))
    return lambda: [url.partition("q=")[2] for url in urls if "/suggestions?" in url]


def test_by_keyboard(browse, goods):
    page = browse().page
    page.goto("/")
    box, options = (
        page.get_by_role("combobox", name="Search the market"),
        page.get_by_role("option"),
    )
    expect(box).to_have_attribute("aria-expanded", "false")

    box.press_sequentially("BLUE")
    expect(options).to_have_text([re.compile("Blue Spotted Cup"), re.compile("Blue Bowl")])
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#suggestions-status")).to_have_text("2 suggestions")
    expect(options.first.locator("mark")).to_have_text("Blue")
    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", "suggestion-1")
    box.press("ArrowUp")
    expect(box).not_to_have_attribute("aria-activedescendant", NONE)
    box.press("ArrowUp")
    expect(box).to_have_attribute("aria-activedescendant", "suggestion-2")
    expect(options.first).to_have_attribute("aria-selected", "false")
    box.press("Escape")
    expect(options).to_have_count(0)
    expect(box).to_have_value("BLUE")
    expect(box).to_be_focused()
    box.press("ArrowDown")
    box.press("Enter")

    page.wait_for_url("**/p/blue-spotted-cup")


def test_enter_searches_while_nothing_is_chosen(browse, goods):
    shopper = browse()
    shopper.page.goto("/p/lantern")
    box = shopper.page.get_by_role("combobox")

    box.press_sequentially("blue")
    expect(shopper.page.get_by_role("option")).to_have_count(2)
    box.press("Enter")

    shopper.page.wait_for_url("**/search?q=blue")


def test_by_finger_and_it_goes_when_focus_does(browse, goods):
    page = browse(viewport=PHONE, has_touch=True).page
    page.goto("/")
    box, options = page.get_by_role("combobox"), page.get_by_role("option")

    box.press_sequentially("blu")
    expect(options).to_have_count(2)
    box.press("Tab")
    expect(options).to_have_count(0)
    box.fill("lan")
    options.first.tap()

    page.wait_for_url("**/p/lantern")


def test_nobody_is_asked_before_a_pause_or_about_an_empty_box(browse, goods):
    page = browse().page
    page.clock.install()
    page.goto("/")
    questions, box = asked(page), page.get_by_role("combobox")

    box.press_sequentially("cup")
    page.clock.run_for(149)
    assert questions() == []
    page.clock.run_for(1)
    expect(page.get_by_role("option")).to_have_count(1)
    box.fill(" ")
    expect(page.get_by_role("option")).to_have_count(0)
    page.clock.run_for(1000)

    assert questions() == ["cup"]


@pytest.mark.parametrize(("newer", "shown"), [("bowl", ["Blue Bowl"]), ("", [])])
def test_a_late_answer_changes_nothing(browse, goods, newer, shown):
    page = browse().page
    late = []

    def hold(route):
        late.append(route)

    page.route(re.compile(r"suggestions\?q=lantern$"), hold)
    page.goto("/")
    box, options = page.get_by_role("combobox"), page.get_by_role("option")

    with page.expect_request(re.compile("q=lantern")):
        box.fill("lantern")
    box.fill(newer)
    expect(options).to_have_count(len(shown))
    late[0].fulfill(body='<a role="option" id="suggestion-1" href="/p/lantern">Lantern</a>')
    page.evaluate("new Promise(requestAnimationFrame)")

    expect(options).to_have_text([re.compile(title) for title in shown], timeout=PATIENCE)


def test_without_javascript_the_box_is_a_plain_search(browse, goods):
    page = browse(java_script_enabled=False).page
    page.goto("/")
    box = page.get_by_role("searchbox", name="Search the market")

    box.fill("blue")
    box.press("Enter")

    page.wait_for_url("**/search?q=blue")
    assert page.get_by_role("link", name="Blue Bowl").count() == 1
