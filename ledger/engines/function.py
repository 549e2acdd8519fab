"""PostgreSQL: one call of the posting function."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, connection, transaction

from core.errors import DomainError
from core.ids import uuid7
from core.money import Money
from ledger import errors
from ledger.chart import AccountSpec
from ledger.postings import Balance, NewHold, Plan, Posted, specs

Facts = Mapping[str, Any]

MICROSECOND = timedelta(microseconds=1)

REFUSALS: Mapping[str, Callable[[Facts], DomainError]] = {
    "insufficient_funds": lambda facts: errors.insufficient_funds(**facts),
    "account_frozen": lambda facts: errors.AccountFrozen(**facts),
    "account_mismatch": lambda facts: errors.AccountMismatch(**facts),
    "balance_too_large": lambda _: errors.BalanceTooLarge(),
    "idempotency_mismatch": lambda facts: errors.IdempotencyMismatch(**facts),
    "transaction_not_found": lambda _: errors.TransactionNotFound(field="reverses"),
    "already_reversed": lambda _: errors.AlreadyReversed(),
    "ledger_transaction_reversal_exact": lambda _: errors.ReversalInexact(),
    "hold_not_found": lambda _: errors.HoldNotFound(),
    "hold_resolved": lambda facts: errors.HoldResolved(**facts),
    "hold_expired": lambda _: errors.HoldExpired(),
    "ledger_holdresolution_in_time": lambda _: errors.HoldExpired(),
    "hold_not_due": lambda _: errors.HoldNotDue(),
}
"""By the constraint that the database names."""


def record(plans: Sequence[Plan]) -> list[Posted]:
    """See ``ledger.engines.record``. Alone it is one round trip; inside a transaction a savepoint
    stands around it, so that the caller may go on after a refusal."""
    accounts = [
        _account(spec) for spec in specs(line for one in plans for line in one.lines).values()
    ]
    arguments = [_json(accounts), _json([_posting(one) for one in plans])]
    around = transaction.atomic() if connection.in_atomic_block else nullcontext()
    try:
        with around, connection.cursor() as cursor:
            cursor.execute("SELECT ledger_post(%s::jsonb, %s::jsonb)", arguments)
            (answer,) = cursor.fetchone()
    except IntegrityError as error:
        raise _refusal(error) from error
    return [_posted(one) for one in json.loads(answer)]


def _refusal(error: IntegrityError) -> Exception:
    said = error.__cause__.diag  # type: ignore[union-attr]  # psycopg's error
    refusal = REFUSALS.get(said.constraint_name or "")
    if refusal is None:
        return error
    return refusal(json.loads(said.message_detail or "{}"))


def _account(spec: AccountSpec) -> dict[str, Any]:
    return {
        "code": spec.code,
        "kind": spec.kind,
        "currency": spec.currency,
        "min_balance": spec.min_balance,
        "tier": spec.tier,
        "owner_id": spec.owner_id,
    }


def _posting(plan: Plan) -> dict[str, Any]:
    posting = plan.posting
    return {
        "id": uuid7(),
        "kind": posting.kind,
        "scope": posting.scope,
        "key": posting.key,
        "fingerprint": plan.fingerprint,
        "lines": [{"account": line.account.code, "amount": line.amount} for line in plan.lines],
        "effective_at": posting.effective_at and posting.effective_at.isoformat(),
        "actor_id": posting.actor_id,
        "reason": posting.reason,
        "metadata": dict(posting.metadata),
        "reverses": posting.reverses,
        "places": [_hold(hold) for hold in posting.places],
        "resolves": [asdict(resolution) for resolution in posting.resolves],
    }


def _hold(hold: NewHold) -> dict[str, Any]:
    return {
        "id": hold.id,
        "wallet": hold.wallet.code,
        "held": hold.held.code,
        "amount": hold.amount,
        "purpose": hold.purpose,
        "reference": hold.reference,
        "lasting": hold.lasting and hold.lasting // MICROSECOND,
    }


def _posted(answer: dict[str, Any]) -> Posted:
    balances = (
        Balance(one["account"], Money(one["balance"], one["currency"]), one["version"])
        for one in answer["balances"]
    )
    return Posted(
        UUID(answer["id"]),
        datetime.fromisoformat(answer["recorded_at"]),
        {balance.code: balance for balance in balances},
        answer["replayed"],
    )


def _json(value: object) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder)
