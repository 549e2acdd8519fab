"""Which transactions a person may see."""

from uuid import UUID

from django.db.models import QuerySet

from ledger.models import Account, Entry, Transaction, TransactionQuerySet


def transactions_of(user_id: UUID | None) -> TransactionQuerySet:
    """Transactions of a person's wallets (None: all), newest first, with their entries."""
    every = Transaction.objects.all() if user_id is None else Transaction.objects.of_owner(user_id)
    return every.with_entries().order_by("-recorded_at", "-id")


def movements_of(user_id: UUID) -> QuerySet[Entry]:
    """Entries of a person's wallets, newest first, with their transactions."""
    own = Entry.objects.filter(account__in=Account.objects.wallets_of(user_id))
    return own.select_related("transaction").order_by("-recorded_at", "-id")
