"""Sums of entries by kind of account, in the database, exact beyond what it can add up."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import BigIntegerField, F, Max, Min, Q, Sum, Value

from ledger.models import Account, Entry, Transaction

Group = tuple[str, str]
"""Currency and kind."""

Totals = tuple[Mapping[Group, int], Mapping[Group, int]]

SPLIT = 1_000_000_000
"""Amounts are summed as thousands of millions and rest: neither sum can leave BIGINT on SQLite."""


def totals_by_kind(
    *, before: datetime | None, until: datetime, known_at: datetime | None = None
) -> Totals:
    """Credit-positive minor units that were effective before ``before``, and up to ``until`` (UTC).

    The first excludes its instant, the second includes it. ``known_at``: only what was recorded
    by then. One statement, which reads the entries up to then, or, if they are likely to be fewer,
    takes those after it from the balances of now. Kinds without a balance at either are left out,
    so that both ways, and every later day, answer the same.
    """
    if known_at is None and _is_nearer_the_end(before or until, until):
        return now_less_later(before, until)
    return from_the_beginning(before, until, known_at)


def from_the_beginning(
    before: datetime | None, until: datetime, known_at: datetime | None = None
) -> Totals:
    entries = Entry.objects.filter(transaction__effective_at__lte=until)
    if known_at:
        entries = entries.filter(recorded_at__lte=known_at)
    rows = entries.values_list("currency", "account__kind").annotate(
        **_sums("earlier", "amount", _before(before)), **_sums("now", "amount"), sign=Value(1)
    )
    return _added(rows.order_by(), before)


def now_less_later(before: datetime | None, until: datetime) -> Totals:
    accounts = Account.objects.filter(version__gt=0).values_list("currency", "kind")
    entries = Entry.objects.filter(transaction__effective_at__gte=before or until)
    later = entries.values_list("currency", "account__kind").annotate(
        **_sums("earlier", "amount", ~_before(before)),
        **_sums("now", "amount", Q(transaction__effective_at__gt=until)),
        sign=Value(-1),
    )
    now = accounts.annotate(**_sums("earlier", "balance"), **_sums("now", "balance"), sign=Value(1))
    return _added(now.order_by().union(later.order_by(), all=True), before)


def high_part(column: str) -> Any:
    return F(column) / Value(SPLIT, output_field=BigIntegerField())


def low_part(column: str) -> Any:
    return F(column) % Value(SPLIT, output_field=BigIntegerField())


def _sums(name: str, column: str, condition: Q | None = None) -> dict[str, Sum]:
    return {
        f"{name}_high": Sum(high_part(column), filter=condition, default=0),
        f"{name}_low": Sum(low_part(column), filter=condition, default=0),
    }


def _before(instant: datetime | None) -> Q:
    return Q(transaction__effective_at__lt=instant) if instant else Q(pk__isnull=True)


def _added(rows: Iterable[Any], before: datetime | None) -> Totals:
    earlier, now = Counter[Group](), Counter[Group]()
    for currency, kind, earlier_high, earlier_low, high, low, sign in rows:
        if before:
            earlier[currency, kind] += sign * (int(earlier_high) * SPLIT + int(earlier_low))
        now[currency, kind] += sign * (int(high) * SPLIT + int(low))
    moved = [group for group in now if now[group] or earlier[group]]
    return {group: earlier[group] for group in moved}, {group: now[group] for group in moved}


def _is_nearer_the_end(start: datetime, until: datetime) -> bool:
    """Whether fewer days of the books lie after ``start`` than before ``until``: two index probes."""
    books = Transaction.objects.aggregate(first=Min("effective_at"), last=Max("effective_at"))
    return bool(books["first"]) and books["last"] - start < until - books["first"]
