from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core import clock
from core.testing import Clocks
from ledger import errors
from ledger.chart import wallet
from ledger.models import SpendingLimit, Transaction
from ledger.services import reverse_transaction
from ledger.testing import assert_books_balance
from ledger.tests.books import fund, rows
from ledger.tests.test_concurrency import race
from ledger.tests.test_wallets import FINANCE, purse, send, withdraw

pytestmark = pytest.mark.django_db


@pytest.fixture
def rich(bob: Any) -> Any:
    fund(wallet(bob.pk, "GBP"), 10_000)
    return bob


def limit(**rules: Any) -> SpendingLimit:
    return SpendingLimit.objects.create(**{"currency": "GBP"} | rules)


def refused(act: Callable[[], Any]) -> dict[str, Any]:
    before = rows()
    with pytest.raises(errors.LimitExceeded) as error:
        act()
    assert rows() == before
    return dict(error.value.facts)


def next_midnight() -> str:
    tomorrow = clock.db_now().astimezone(UTC) + timedelta(days=1)
    return f"{tomorrow:%Y-%m-%d}T00:00:00Z"


def test_one_transaction_may_be_so_large(rich: Any, alice: Any) -> None:
    limit(per_transaction=300)

    send(rich, alice, 300)

    assert refused(lambda: send(rich, alice, 301, key="more")) == {
        "limit": "per_transaction",
        "allowed": "3.00",
        "used": "0.00",
        "asked": "3.01",
        "currency": "GBP",
        "ends_at": None,
    }


def test_a_day_has_a_total_of_transfers_and_debits(rich: Any, alice: Any) -> None:
    limit(daily_total=1000)
    send(rich, alice, 400)
    withdraw(rich, 500, key="out")

    assert refused(lambda: send(rich, alice, 101, key="more")) == {
        "limit": "daily_total",
        "allowed": "10.00",
        "used": "9.00",
        "asked": "1.01",
        "currency": "GBP",
        "ends_at": next_midnight(),
    }
    assert refused(lambda: withdraw(rich, 101, key="more"))["limit"] == "daily_total"
    send(rich, alice, 100, key="the rest")


def test_a_day_has_a_number_of_transactions(rich: Any, alice: Any) -> None:
    limit(daily_count=2)
    send(rich, alice, 1, key="1")
    send(rich, alice, 1, key="2")

    assert refused(lambda: send(rich, alice, 1, key="3")) == {
        "limit": "daily_count",
        "allowed": 2,
        "used": 2,
        "asked": 1,
        "ends_at": next_midnight(),
    }


def test_the_next_utc_day_starts_anew(rich: Any, alice: Any, clocks: Clocks) -> None:
    limit(daily_count=1, daily_total=100)
    send(rich, alice, 100, key="1")
    refused(lambda: send(rich, alice, 1, key="2"))

    now = clock.db_now().astimezone(UTC)
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    clocks.stop_at(midnight)

    send(rich, alice, 100, key="2")


def test_there_is_a_pause_between_two(rich: Any, alice: Any, clocks: Clocks) -> None:
    limit(min_interval=3600)
    first = send(rich, alice, 1, key="1").recorded_at
    clocks.stop_at(first + timedelta(seconds=3599))

    facts = refused(lambda: send(rich, alice, 1, key="2"))

    assert datetime.fromisoformat(facts.pop("ends_at")) == first + timedelta(hours=1)
    assert facts == {"limit": "min_interval", "allowed": 3600, "used": None, "asked": 3599}
    clocks.stop_at(first + timedelta(seconds=3600))
    send(rich, alice, 1, key="2")


def test_a_persons_own_limit_stands_in_place_of_everybodys(rich: Any, alice: Any) -> None:
    limit(per_transaction=100)
    limit(per_transaction=300, owner_id=rich.pk)
    limit(per_transaction=1, owner_id=rich.pk, currency="EUR")
    limit(per_transaction=1, owner_id=alice.pk)

    send(rich, alice, 300)

    assert refused(lambda: send(rich, alice, 301, key="more"))["allowed"] == "3.00"
    assert refused(lambda: send(alice, rich, 2, key="back"))["allowed"] == "0.01"


def test_nothing_is_limited_without_a_limit(rich: Any, alice: Any) -> None:
    limit()

    send(rich, alice, 10_000)

    assert purse(alice) == 10_000


def test_what_was_reversed_does_not_count(rich: Any, alice: Any) -> None:
    limit(daily_total=100, daily_count=1, min_interval=3600)
    original = send(rich, alice, 100).transaction_id
    refused(lambda: send(rich, alice, 1, key="2"))

    reverse_transaction(
        transaction_id=original, reason="Mistake", key="r", scope="tests", actor_id=FINANCE
    )

    send(rich, alice, 100, key="2")


def test_finance_is_not_limited_and_does_not_use_limits_up(rich: Any, alice: Any) -> None:
    limit(per_transaction=100, daily_total=100, daily_count=1, min_interval=60)

    withdraw(rich, 300, key="out", actor=FINANCE)

    send(rich, alice, 100)


def test_what_others_send_does_not_count(rich: Any, alice: Any) -> None:
    limit(daily_count=1)
    fund(wallet(alice.pk, "GBP"), 100)
    send(alice, rich, 1, key="1")

    send(rich, alice, 1, key="2")


def test_a_repeated_key_is_not_counted_twice(rich: Any, alice: Any) -> None:
    limit(per_transaction=300, daily_total=300, daily_count=1, min_interval=60)
    first = [send(rich, alice, 300).transaction_id, send(rich, alice, 300).transaction_id]
    SpendingLimit.objects.update(per_transaction=1)

    assert len({*first, send(rich, alice, 300).transaction_id}) == 1
    assert purse(alice) == 300


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_parallel_requests_cannot_pass_a_limit_together(rich: Any, alice: Any) -> None:
    limit(daily_total=300)

    outcomes = race(
        *[lambda n=n: send(rich, alice, 100, key=f"{n}") for n in range(4)],
        *[lambda n=n: withdraw(rich, 100, key=f"out {n}") for n in range(4)],
    )

    assert [type(one) for one in outcomes].count(errors.LimitExceeded) == 5
    assert purse(rich) == 9_700
    assert Transaction.objects.count() == 4
    assert_books_balance()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_one_key_from_many_passes_a_limit_once(rich: Any, alice: Any) -> None:
    limit(daily_count=1)

    outcomes = race(*[lambda: send(rich, alice, 100)] * 8)

    assert len({one.transaction_id for one in outcomes}) == 1
    assert purse(alice) == 100
