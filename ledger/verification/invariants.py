"""The invariants of the books (I1 to I16), each as one set-based statement over all rows.

An app above adds its own by ``LEDGER_CHECKS``: dotted names of ``Check`` objects.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from core import guards
from ledger.verification.chains import chains

AT_ONCE = 5_000
"""Rows that a cursor fetches."""


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """``rule`` is broken at ``subject``: an account's code or a transaction's id."""

    rule: str
    subject: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.rule} at {self.subject}: {self.detail}".removesuffix(": ")


Find = Callable[[], Iterator[Discrepancy]]


@dataclass(frozen=True, slots=True)
class Check:
    """What breaks ``rules`` (each with the number of its invariant), among ``subjects``.

    ``subjects`` is a table that is counted, perhaps with a WHERE; ``unit`` is how they are called.
    """

    rules: Sequence[tuple[str, str]]
    unit: str
    subjects: str
    find: Find

    def count(self) -> int:
        """How many there are to check."""
        sql = f"SELECT count(*) FROM {self.subjects}"  # noqa: S608  # nothing in it comes from outside
        return int(next(_stream(sql))[0])


def discrepancies() -> list[Discrepancy]:
    """Every broken promise of the ledger's rows, empty when there is none. Reads all of them, with
    bounded memory as long as little is broken.

    Run it in a ``snapshot``, or in a quiet moment: it takes several statements.
    """
    return [found for check in BOOKS for found in check.find()]


def all_checks() -> list[Check]:
    """Those of the rows, of the guards, and of the apps above."""
    return [*BOOKS, GUARDS, *map(import_string, settings.LEDGER_CHECKS)]


def _stream(sql: str) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while found := cursor.fetchmany(AT_ONCE):
            yield from found


def broken(rule: str, sql: str) -> Find:
    """``sql`` answers a subject and a detail for each break of ``rule``."""

    def find() -> Iterator[Discrepancy]:
        for subject, detail in _stream(sql):
            yield Discrepancy(rule, _text(subject), _text(detail))

    return find


def _text(value: Any) -> str:
    """An identifier reads the same on every engine."""
    try:
        return str(UUID(value)) if isinstance(value, str) and len(value) == 32 else str(value)
    except ValueError:
        return str(value)


INCOMPLETE = """
SELECT t.id, 'not ' || t.lines || ' entries'
  FROM ledger_transaction t
  LEFT JOIN (SELECT transaction_id, count(*) AS present, min(lines) AS low, max(lines) AS high
               FROM ledger_entry GROUP BY transaction_id) e ON e.transaction_id = t.id
 WHERE e.present IS NULL OR e.present <> t.lines OR e.low <> t.lines OR e.high <> t.lines
"""
ORPHANS = """
SELECT DISTINCT e.transaction_id, '' FROM ledger_entry e
 WHERE NOT EXISTS (SELECT 1 FROM ledger_transaction t WHERE t.id = e.transaction_id)
"""
UNBALANCED = """
SELECT transaction_id, CAST(sum(amount) AS text) || ' ' || currency
  FROM ledger_entry GROUP BY transaction_id, currency HAVING sum(amount) <> 0
"""
KEYS_TWICE = """
SELECT idem_key, 'in scope ' || idem_scope FROM ledger_transaction
 GROUP BY idem_scope, idem_key HAVING count(*) > 1
"""
REVERSED_TWICE = """
SELECT reverses_id, CAST(count(*) AS text) || ' reversals' FROM ledger_transaction
 WHERE reverses_id IS NOT NULL GROUP BY reverses_id HAVING count(*) > 1
"""
INEXACT = """
SELECT r.id, 'of ' || r.reverses_id
  FROM ledger_transaction r LEFT JOIN ledger_transaction o ON o.id = r.reverses_id
 WHERE r.reverses_id IS NOT NULL AND (o.id IS NULL OR o.lines <> r.lines)
UNION
SELECT id, 'of ' || reverses_id FROM (
  SELECT r.id, r.reverses_id, e.account_id, e.amount, 1 AS side
    FROM ledger_transaction r JOIN ledger_entry e ON e.transaction_id = r.id
   WHERE r.reverses_id IS NOT NULL
  UNION ALL
  SELECT r.id, r.reverses_id, e.account_id, e.amount, -1
    FROM ledger_transaction r JOIN ledger_entry e ON e.transaction_id = r.reverses_id) both_sides
 GROUP BY id, reverses_id, account_id HAVING sum(amount) <> 0 OR sum(side) <> 0
"""
PROJECTION = """
SELECT a.code,
       a.version <> coalesce(e.account_seq, 0) OR a.balance <> coalesce(e.balance_after, 0)
       OR (a.last_at IS NULL) <> (e.recorded_at IS NULL) OR a.last_at <> e.recorded_at,
       a.head_hash <> coalesce(e.entry_hash, {empty})
  FROM ledger_account a
  LEFT JOIN (SELECT account_id, max(account_seq) AS newest FROM ledger_entry GROUP BY account_id) m
         ON m.account_id = a.id
  LEFT JOIN ledger_entry e ON e.account_id = m.account_id AND e.account_seq = m.newest
 WHERE a.version <> coalesce(e.account_seq, 0) OR a.balance <> coalesce(e.balance_after, 0)
    OR (a.last_at IS NULL) <> (e.recorded_at IS NULL) OR a.last_at <> e.recorded_at
    OR a.head_hash <> coalesce(e.entry_hash, {empty})
"""
EMPTY = {"postgresql": "decode(repeat('00', 32), 'hex')", "sqlite": "zeroblob(32)"}
CURRENCIES = """
SELECT currency, CAST(sum(balance) AS text) FROM ledger_account
 GROUP BY currency HAVING sum(balance) <> 0
"""
HELD = """
SELECT a.code, a.balance || ' held, ' || coalesce(h.total, 0) || ' in open holds'
  FROM ledger_account a
  LEFT JOIN (SELECT held_id, sum(amount) AS total FROM ledger_hold
              WHERE NOT EXISTS (SELECT 1 FROM ledger_holdresolution r WHERE r.hold_id = ledger_hold.id)
              GROUP BY held_id) h ON h.held_id = a.id
 WHERE a.kind = 'held' AND a.balance <> coalesce(h.total, 0)
"""
UNTALLIED = """
SELECT moved, 'entries and holds differ by ' || CAST(sum(amount) AS text) FROM (
  SELECT e.transaction_id AS moved, e.account_id, e.amount
    FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id WHERE a.kind = 'held'
  UNION ALL
  SELECT placed_by_id, held_id, -amount FROM ledger_hold
  UNION ALL
  SELECT r.transaction_id, h.held_id, h.amount
    FROM ledger_holdresolution r JOIN ledger_hold h ON h.id = r.hold_id) sides
 GROUP BY moved, account_id HAVING sum(amount) <> 0
"""
RESOLVED_WRONGLY = """
SELECT h.id, r.kind || ' ' || r.captured || ' of ' || h.amount
  FROM ledger_holdresolution r LEFT JOIN ledger_hold h ON h.id = r.hold_id
 WHERE h.id IS NULL OR r.captured > h.amount
    OR (r.kind = 'captured' AND h.expires_at <= r.resolved_at)
    OR (r.kind = 'expired' AND (h.expires_at IS NULL OR h.expires_at > r.resolved_at))
"""


def _projection() -> Iterator[Discrepancy]:
    for code, last, head in _stream(PROJECTION.format(empty=EMPTY[connection.vendor])):
        if last:
            yield Discrepancy("account projects its last entry", code)
        if head:
            yield Discrepancy("head hash is the last entry's", code)


def _chains() -> Iterator[Discrepancy]:
    for rule, code, seq in chains():
        yield Discrepancy(rule, code, f"entry {seq}" if seq else "")


def _guards() -> Iterator[Discrepancy]:
    for name in sorted(guards.missing()):
        yield Discrepancy("guards are on", name)


def _check(invariant: str, rule: str, unit: str, subjects: str, sql: str) -> Check:
    return Check([(invariant, rule)], unit, subjects, broken(rule, sql))


ENTRIES, HEADERS = ("entries", "ledger_entry"), ("transactions", "ledger_transaction")
REVERSALS = ("reversals", "ledger_transaction WHERE reverses_id IS NOT NULL")
HOLDS, ENDS = ("holds", "ledger_hold"), ("resolutions", "ledger_holdresolution")

BOOKS = [
    _check("I1, I3", "transaction complete", *HEADERS, INCOMPLETE),
    _check("I1", "transaction balanced", *HEADERS, UNBALANCED),
    _check("I2", "entries have a header", *ENTRIES, ORPHANS),
    Check(
        [
            ("I4", "sequence without gaps"),
            ("I5", "running balance"),
            ("I7", "not below floor"),
            ("I8", "time does not go back"),
            ("I9", "entry in its account's currency"),
            ("I9", "entries have an account"),
            ("I10", "hash chain"),
        ],
        *ENTRIES,
        _chains,
    ),
    Check(
        [("I6", "account projects its last entry"), ("I6", "head hash is the last entry's")],
        "accounts",
        "ledger_account",
        _projection,
    ),
    _check("I11", "key has one effect", *HEADERS, KEYS_TWICE),
    _check("I12", "reversed once", *REVERSALS, REVERSED_TWICE),
    _check("I12", "reversal exact", *REVERSALS, INEXACT),
    _check("I13", "hold ends in time, for no more than it is", *ENDS, RESOLVED_WRONGLY),
    _check(
        "I14",
        "held is the sum of open holds",
        "accounts",
        "ledger_account WHERE kind = 'held'",
        HELD,
    ),
    _check("I14", "holds are those of their transaction", *HOLDS, UNTALLIED),
    _check(
        "I15",
        "currency sums to zero",
        "currencies",
        "(SELECT DISTINCT currency FROM ledger_account) found",
        CURRENCIES,
    ),
]
GUARDS = Check(
    [("I10", "guards are on")],
    "apps",
    "(SELECT DISTINCT app FROM django_migrations) found",
    _guards,
)
