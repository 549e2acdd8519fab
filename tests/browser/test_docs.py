"""The API's documentation, offline and under the content security policy."""

import pytest

from catalog.tests.factories import on_sale

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]


def test_docs_work_offline_and_under_the_policy(browse, live_server):
    on_sale(title="Cup", slug="cup")
    page = browse().page
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto("/docs")
    operation = page.locator("#operations-catalogue-product")
    operation.get_by_role("button").first.click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_placeholder("reference").fill("cup")
    operation.get_by_role("button", name="Execute").click()

    assert '"title": "Cup"' in operation.locator(".live-responses-table pre").first.inner_text()
    outside = [u for u in asked if not u.startswith((live_server.url, "data:", "blob:"))]
    assert outside == []
