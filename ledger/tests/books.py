"""Small books for tests, and a pen that writes into them past the services."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection

from core.ids import uuid7
from ledger.chart import AccountSpec, funding, shard_codes
from ledger.models import Account
from ledger.services import Line, Posted, Posting, post

TABLES = {
    "ledger_account": "id",
    "ledger_transaction": "id",
    "ledger_entry": "id",
    "ledger_hold": "id",
    "ledger_holdresolution": "hold_id",
    "ledger_scheduledtransfer": "id",
    "ledger_scheduledrun": "id",
    "ledger_spendinglimit": "id",
    "ledger_seal": "number",
    "ledger_sealmember": "transaction_id",
    "ledger_periodclose": "id",
    "ledger_reversalrequest": "id",
    "ledger_exchangerate": "id",
    "ledger_exchangequote": "id",
    "ledger_walletrequest": "id",
}
"""And what their rows are sorted by."""


def outside(currency: str) -> AccountSpec:
    """The funding account in one row, where a test has to know which."""
    return replace(funding(currency), shards=1)


FUNDING = outside("GBP")


def pot(name: str, currency: str = "GBP", *, floor: int | None = 0, tier: int = 0) -> AccountSpec:
    return AccountSpec(f"pot:{name}:{currency}", "wallet", currency, floor, tier)


def move(source: AccountSpec, target: AccountSpec, amount: int, key: str = "") -> Posting:
    lines = (Line(source, -amount), Line(target, amount))
    return Posting("transfer", key or uuid7().hex, lines)


def fund(target: AccountSpec, amount: int) -> Posted:
    return post(move(outside(target.currency), target, amount))


def balance_of(account: AccountSpec) -> int:
    rows = Account.objects.filter(code__in=shard_codes(account.code))
    return sum(rows.values_list("balance", flat=True))


def rows() -> list[list[Any]]:
    """Every row of every table of the ledger."""
    with connection.cursor() as cursor:
        found = []
        for table, key in TABLES.items():
            cursor.execute(f"SELECT * FROM {table} ORDER BY {key}")
            found.append([tuple(map(plain, row)) for row in cursor.fetchall()])
    return found


def plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


class Pen:
    """Writes raw SQL. On SQLite it goes on after a refusal, as anybody there could."""

    def __init__(self) -> None:
        self.refusals: list[str] = []
        self.sqlite = connection.vendor == "sqlite"

    def write(self, sql: str, *values: Any) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql, [self._plain(value) for value in values] or None)
        except (DatabaseError, OverflowError) as error:
            self.refusals.append(str(error))
            if not self.sqlite:
                raise

    def insert(self, table: str, verb: str = "INSERT", **columns: Any) -> None:
        names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
        self.write(f"{verb} INTO {table} ({names}) VALUES ({marks})", *columns.values())

    def account(self, code: str, verb: str = "INSERT", **columns: Any) -> None:
        usual = {"kind": "wallet", "currency": "GBP", "tier": 0, "balance": 0, "version": 0}
        usual |= {"head_hash": bytes(32), "status": "open", "code": code}
        self.insert("ledger_account", verb, **usual | columns)

    def entry(
        self, header: UUID, line_no: int, spec: AccountSpec, amount: int, **columns: Any
    ) -> None:
        """The next entry of its account, right in every column that ``columns`` leaves out."""
        verb = columns.pop("verb", "INSERT")
        self.insert(
            "ledger_entry", verb, **self.next_entry(header, line_no, spec, amount) | columns
        )

    def entries(self, *entries: dict[str, Any]) -> None:
        """Several of the same columns in one statement."""
        row = f"({', '.join(['%s'] * len(entries[0]))})"
        self.write(
            f"INSERT INTO ledger_entry ({', '.join(entries[0])})"
            f" VALUES {', '.join([row] * len(entries))}",
            *(value for entry in entries for value in entry.values()),
        )

    def next_entry(
        self, header: UUID, line_no: int, spec: AccountSpec, amount: int
    ) -> dict[str, Any]:
        account = Account.objects.get(code=spec.code)
        return {
            "transaction_id": header,
            "line_no": line_no,
            "lines": 2,
            "account_id": account.pk,
            "currency": account.currency,
            "amount": amount,
            "account_seq": account.version + 1,
            "balance_after": account.balance + amount,
            "recorded_at": LATER,
            "entry_hash": bytes(range(32)),
        }

    def header(self, header: UUID, **columns: Any) -> None:
        """A header of two lines, right in every column that ``columns`` leaves out."""
        usual = {
            "id": header,
            "kind": "forged",
            "idem_scope": "pen",
            "idem_key": header.hex,
            "fingerprint": "0" * 64,
            "lines": 2,
            "effective_at": LATER,
            "recorded_at": LATER,
            "reason": "",
            "metadata": "{}",
        }
        self.insert("ledger_transaction", columns.pop("verb", "INSERT"), **usual | columns)

    def transfer(self, *legs: tuple[AccountSpec, int], **columns: Any) -> None:
        """Entries, then their header, as the rules want it."""
        header = uuid7()
        for line_no, (spec, amount) in enumerate(legs, start=1):
            self.entry(header, line_no, spec, amount, lines=len(legs))
        self.header(header, **{"lines": len(legs)} | columns)

    def _plain(self, value: Any) -> Any:
        if self.sqlite and isinstance(value, UUID):
            return value.hex
        if self.sqlite and isinstance(value, datetime):
            return connection.ops.adapt_datetimefield_value(value)
        return value


LATER = datetime(2100, 1, 1, tzinfo=UTC)
"""After everything that the services have written."""
