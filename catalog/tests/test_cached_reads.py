"""Anonymous reads come from the cache, and are never older than the last change."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from prometheus_client import REGISTRY

from catalog.models import Product, Variant
from catalog.services import edit_variant
from catalog.tests.factories import on_sale
from core import caching, prepared
from core.api import cached
from core.api.pagination import Pages

pytestmark = pytest.mark.django_db(transaction=True)

NOW = timezone.now()
LIST = "/api/v1/products"
PATHS = [
    LIST,
    f"{LIST}?search=cup&facets=1",
    f"{LIST}/cup",
    f"{LIST}/cup/related",
    f"{LIST}/stats",
    f"{LIST}/brands",
    f"{LIST}/categories",
    f"{LIST}/suggest?q=cu",
    "/api/v1/categories",
]


@pytest.fixture
def cup(transactional_db: None) -> Variant:
    return on_sale(title="Cup", slug="cup", price=500)


def outcomes(view: str) -> dict[str, float]:
    def counted(outcome: str) -> float:
        labels = {"view": view, "outcome": outcome}
        return REGISTRY.get_sample_value("mercat_cached_reads_total", labels) or 0

    return {outcome: counted(outcome) for outcome in ("hit", "awaited", "built")}


def price(response: Any) -> str:
    assert response.status_code == 200, response.content
    return str(response.json()["results"][0]["price"])


@pytest.mark.parametrize("path", PATHS)
def test_the_second_answer_costs_one_query(
    cup: Variant, api: Any, path: str, django_assert_num_queries: Any
) -> None:
    first = api().get(path)

    with django_assert_num_queries(1):
        second = api().get(path)

    assert (first.status_code, first.content) == (200, second.content)
    mine = {"X-Process-Time", "X-Request-ID"}
    assert {name: first[name] for name in first.headers if name not in mine} == {
        name: second[name] for name in second.headers if name not in mine
    }


@pytest.mark.parametrize("path", PATHS)
def test_what_has_not_changed_is_not_sent_again(cup: Variant, api: Any, path: str) -> None:
    tag = api().get(path)["ETag"]

    unchanged = api().get(path, headers={"If-None-Match": tag})

    assert (unchanged.status_code, unchanged.content) == (304, b"")


def test_a_price_is_seen_by_the_next_request(cup: Variant, api: Any) -> None:
    assert price(api().get(LIST)) == "5.00"
    tag = api().get(LIST)["ETag"]

    edit_variant(cup, {"price": 450}, version=None, at=NOW)

    changed = api().get(LIST, headers={"If-None-Match": tag})
    assert (price(changed), changed["ETag"] == tag) == ("4.50", False)


def test_a_price_is_seen_in_every_process_whatever_it_remembers(
    cup: Variant, api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    processes = [cached.Memory(most=1), cached.Memory(most=1)]

    def asked(memory: cached.Memory) -> str:
        monkeypatch.setattr(cached, "memory", memory)
        return price(api().get(LIST))

    assert [asked(memory) for memory in processes] == ["5.00", "5.00"]

    edit_variant(cup, {"price": 450}, version=None, at=NOW)

    assert [asked(memory) for memory in processes] == ["4.50", "4.50"]


@pytest.mark.parametrize(
    ("path", "minutes"),
    [
        (LIST, 2),
        (f"{LIST}/suggest?q=cu", 2),
        (f"{LIST}/cup", 15),
        (f"{LIST}/stats", 5),
        (f"{LIST}/brands", 60),
        (f"{LIST}/categories", 60),
        ("/api/v1/categories", 60),
    ],
)
def test_answers_are_kept_for_a_while(
    cup: Variant, api: Any, monkeypatch: pytest.MonkeyPatch, path: str, minutes: int
) -> None:
    kept = []
    monkeypatch.setattr(caching.store, "set", lambda _key, _value, seconds: kept.append(seconds))

    api().get(path)

    assert kept == [minutes * 60]


def test_readers_never_see_a_price_older_than_the_last_commit(cup: Variant, api: Any) -> None:
    committed, done, stale = [500], Event(), []

    def read() -> int:
        looks = 0
        try:
            while not done.is_set() or looks == 0:
                known = committed[-1]
                seen = int(price(api().get(LIST)).replace(".", ""))
                looks += 1
                if seen < known:
                    stale.append((seen, known))
        finally:
            connection.close()
        return looks

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        try:
            for amount in range(501, 541):
                edit_variant(cup, {"price": amount}, version=None, at=NOW)
                committed.append(amount)
        finally:
            done.set()

    assert stale == []
    assert sum(reader.result() for reader in readers) > 3
    assert price(api().get(LIST)) == "5.40"


def test_one_question_is_one_entry_however_it_is_put(cup: Variant, api: Any) -> None:
    before = outcomes("ProductsView")

    api().get(f"{LIST}?in_stock=true&ordering=price")
    api().get(f"{LIST}/?ordering=price&in_stock=true")
    api().get(f"{LIST}?ordering=price&in_stock=false")

    after = outcomes("ProductsView")
    assert {name: after[name] - before[name] for name in after} == {
        "hit": 1,
        "awaited": 0,
        "built": 2,
    }


def test_the_links_are_those_of_the_address_that_was_asked(cup: Variant, api: Any) -> None:
    on_sale(title="Bowl")
    first = api(None, host="localhost").get(f"{LIST}?limit=1").json()["next"]
    second = api(None, host="127.0.0.1").get(f"{LIST}?limit=1").json()["next"]

    assert first.startswith("http://localhost/")
    assert second.startswith("http://127.0.0.1/")


def test_what_only_somebody_may_see_is_nobody_elses(alice: Any, api: Any) -> None:
    mine = on_sale(title="Mine", slug="mine", seller=alice.seller)
    Product.objects.filter(pk=mine.product_id).update(status="draft")
    nothing = outcomes("ProductReferenceView")

    assert api(alice).get(f"{LIST}/mine").status_code == 200
    assert api().get(f"{LIST}/mine").status_code == 404
    assert api(alice).get(f"{LIST}/mine").status_code == 200

    after = outcomes("ProductReferenceView")
    assert (after["hit"], after["built"]) == (nothing["hit"], nothing["built"] + 1)


def test_a_refusal_is_not_kept(cup: Variant, api: Any) -> None:
    for _ in range(2):
        assert api().get(f"{LIST}?colour=red").status_code == 400

    assert api().get(LIST, headers={"Accept": "text/html"}).status_code == 406


def test_while_the_database_is_busy_that_is_what_is_said(
    cup: Variant, api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise OperationalError

    api().get(LIST)
    monkeypatch.setattr(prepared, "rows", busy)
    monkeypatch.setattr(Pages, "paginate_queryset", busy)

    response = api().get(LIST)

    assert (response.status_code, response.json()["code"]) == (503, "busy")


def test_metrics_are_for_the_networks_that_are_named(cup: Variant, api: Any, settings: Any) -> None:
    api().get(LIST)

    shown = api().get("/metrics")
    assert shown.status_code == 200
    assert b'mercat_cached_reads_total{outcome="built",view="ProductsView"}' in shown.content

    settings.METRICS_NETWORKS = ["10.0.0.0/8"]
    assert api().get("/metrics").status_code == 404
