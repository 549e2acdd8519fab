"""What the ledger refuses."""

from core.errors import Conflict, Invalid, NotFound


class InsufficientFunds(Conflict):
    """``available`` and ``asked`` are decimal strings of ``currency``."""

    code = "insufficient_funds"
    message = "There is not enough money."


class PostingRefused(Invalid):
    """A posting that cannot be meant: no lines, an amount of zero, a naive time."""

    code = "posting_refused"
    message = "This is not a posting."


class Unbalanced(Invalid):
    code = "unbalanced"
    message = "The lines do not sum to zero."


class IdempotencyMismatch(Conflict):
    code = "idempotency_mismatch"
    message = "This key has moved other money."


class AccountMismatch(Conflict):
    """The account exists, and is not what the caller takes it for."""

    code = "account_mismatch"
    message = "The account is of another kind."


class AccountFrozen(Conflict):
    """Frozen or closed: ``status`` says which."""

    code = "account_frozen"
    message = "The account takes no postings."


class BalanceTooLarge(Conflict):
    code = "balance_too_large"
    message = "The balance would not fit the books."


class TransactionNotFound(NotFound):
    code = "transaction_not_found"
    message = "There is no such transaction."


class AlreadyReversed(Conflict):
    code = "already_reversed"
    message = "The transaction has been reversed."


class ReversalInexact(Invalid):
    code = "reversal_inexact"
    message = "A reversal negates every line of its transaction."


class UserNotFound(NotFound):
    code = "user_not_found"
    message = "There is no such user."
