"""The ways to post: the service, the posting function by hand, and plain SQL that locks accounts
well, badly or not at all."""

import json
from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from bench.torture import workload
from bench.torture.journal import Answer, Request
from core.ids import uuid7
from ledger import services
from ledger.canonical import entry_hash
from ledger.chart import AccountSpec
from ledger.models import Account, Entry
from ledger.postings import Plan, plan

Post = Callable[[Request], Answer]
Lock = Callable[[Any, list[str]], None]

COLUMNS = "id, code, currency, balance, version, last_at, head_hash"


def service(request: Request) -> Answer:
    """As the application posts."""
    return workload.answer(services.post(workload.posting(request)))


def function(request: Request) -> Answer:
    """The posting function, called as any SQL client may. PostgreSQL."""
    planned = plan(workload.posting(request))
    accounts = [_described(line.account) for line in planned.lines]
    lines = [{"account": code, "amount": amount} for code, amount in request.lines]
    posting = {
        "id": str(uuid7()),
        "kind": planned.posting.kind,
        "scope": planned.posting.scope,
        "key": request.key,
        "fingerprint": planned.fingerprint,
        "lines": lines,
        "reason": "",
        "metadata": {},
        "places": [],
        "resolves": [],
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ledger_post(%s::jsonb, %s::jsonb)",
            [json.dumps(accounts), json.dumps([posting])],
        )
        (posted,) = json.loads(cursor.fetchone()[0])
    balances = {one["account"]: (one["balance"], one["version"]) for one in posted["balances"]}
    return Answer(posted["id"], balances, posted["replayed"])


def ordered(request: Request) -> Answer:
    """Plain statements, accounts locked by (tier, id) as the service does. PostgreSQL."""
    return _post(request, _lock_in_order)


def unordered(request: Request) -> Answer:
    """Plain statements, accounts locked one by one in the order of the lines. PostgreSQL."""
    return _post(request, _lock_as_they_come)


def unlocked(request: Request) -> Answer:
    """Plain statements that lock nothing, so that they work on old balances. PostgreSQL."""
    return _post(request, _lock_nothing)


def _described(account: AccountSpec) -> dict[str, Any]:
    return {
        "code": account.code,
        "kind": account.kind,
        "currency": account.currency,
        "min_balance": account.min_balance,
        "tier": account.tier,
        "owner_id": None,
    }


def _lock_in_order(cursor: Any, codes: list[str]) -> None:
    cursor.execute(
        "SELECT 1 FROM ledger_account WHERE code = ANY(%s) ORDER BY tier, id FOR NO KEY UPDATE",
        [codes],
    )


def _lock_as_they_come(cursor: Any, codes: list[str]) -> None:
    for code in Random().sample(codes, len(codes)):
        cursor.execute("SELECT 1 FROM ledger_account WHERE code = %s FOR NO KEY UPDATE", [code])


def _lock_nothing(_: Any, __: list[str]) -> None:
    return


def _post(request: Request, lock: Lock) -> Answer:
    """Between accounts that exist. All or nothing; posting a key twice is an IntegrityError."""
    planned = plan(workload.posting(request))
    with transaction.atomic(), connection.cursor() as cursor:
        lock(cursor, [line.account.code for line in planned.lines])
        accounts, at = _accounts(cursor, planned)
        header = uuid7()
        balances: dict[str, tuple[int, int]] = {}
        for number, line in enumerate(planned.lines, start=1):
            entry = _entry(accounts[line.account.code], header, line.amount, at)
            entry.line_no, entry.lines = number, len(planned.lines)
            _insert_entry(cursor, accounts[line.account.code], entry)
            balances[line.account.code] = (entry.balance_after, entry.account_seq)
        _insert_header(cursor, planned, header, at)
    return Answer(str(header), balances, replayed=False)


def _accounts(cursor: Any, planned: Plan) -> tuple[dict[str, Account], datetime]:
    """As they are now, and a time that is not before any of their entries."""
    codes = [line.account.code for line in planned.lines]
    cursor.execute(
        f"SELECT {COLUMNS}, clock_timestamp() FROM ledger_account WHERE code = ANY(%s)",  # noqa: S608  # a constant
        [codes],
    )
    rows = cursor.fetchall()
    names = COLUMNS.split(", ")
    accounts = [Account(**dict(zip(names, row[:-1], strict=True))) for row in rows]
    last = [account.last_at for account in accounts if account.last_at]
    return {account.code: account for account in accounts}, max(rows[0][-1], *last)


def _entry(account: Account, header: UUID, amount: int, at: datetime) -> Entry:
    return Entry(
        transaction_id=header,
        account_id=account.pk,
        currency=account.currency,
        amount=amount,
        account_seq=account.version + 1,
        balance_after=account.balance + amount,
        recorded_at=at,
    )


def _insert_entry(cursor: Any, account: Account, entry: Entry) -> None:
    entry.entry_hash = entry_hash(bytes(account.head_hash), account.code, entry)
    cursor.execute(
        "INSERT INTO ledger_entry (transaction_id, line_no, lines, account_id, currency, amount,"
        " account_seq, balance_after, recorded_at, entry_hash)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            entry.transaction_id,
            entry.line_no,
            entry.lines,
            entry.account_id,
            entry.currency,
            entry.amount,
            entry.account_seq,
            entry.balance_after,
            entry.recorded_at,
            entry.entry_hash,
        ],
    )


def _insert_header(cursor: Any, planned: Plan, header: UUID, at: datetime) -> None:
    posting = planned.posting
    cursor.execute(
        "INSERT INTO ledger_transaction (id, kind, idem_scope, idem_key, fingerprint, lines,"
        " effective_at, recorded_at, reason, metadata)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, '', '{}')",
        [
            header,
            posting.kind,
            posting.scope,
            posting.key,
            planned.fingerprint,
            len(planned.lines),
            at,
            at,
        ],
    )
