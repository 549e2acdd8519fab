"""What moved, as its caller may see it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ledger import queries
from ledger.api.serializers.balances import BalanceSerializer
from ledger.api.serializers.transactions import TransactionSerializer
from ledger.models import Account, Transaction
from ledger.services import Posted

Held = dict[tuple[UUID | None, str], int]
"""Minor units by person and currency."""


def moved(posted: Sequence[Posted], shown_to: UUID | None) -> list[dict[str, Any]]:
    """Each transaction, with the balances that it left on the wallets of ``shown_to`` (None: on
    everybody's), in the same number of queries for any number of them.

    ``posted`` is one batch, recorded at one instant.
    """
    found = queries.transactions_of(None).in_bulk([one.transaction_id for one in posted])
    entries = [entry for one in found.values() for entry in one.entries.all()]
    owners = {entry.account.owner_id for entry in entries if entry.account.owner_id}
    held = queries.held_then(owners, posted[0].recorded_at)
    return [_moved(found[one.transaction_id], one, shown_to, held) for one in posted]


def _moved(
    transaction: Transaction, posted: Posted, shown_to: UUID | None, held: Held
) -> dict[str, Any]:
    left = [
        queries.wallet_balance(
            owner_id,
            posted.balances[entry.account.code],
            posted.recorded_at,
            held.get((owner_id, entry.currency), 0),
        )
        for entry in transaction.entries.all()
        if entry.account.kind == Account.Kind.WALLET
        and (owner_id := entry.account.owner_id) is not None
        and shown_to in {None, owner_id}
    ]
    body = TransactionSerializer(transaction, context={"owner_id": shown_to}).data
    return {**body, "balances": BalanceSerializer(left, many=True).data}
