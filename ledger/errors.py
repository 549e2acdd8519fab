"""What the ledger refuses."""

from core.errors import Conflict, Forbidden, Invalid, NotFound, Unprocessable
from core.money import Money


class InsufficientFunds(Conflict):
    """``available`` and ``asked`` are decimal strings of ``currency``."""

    code = "insufficient_funds"
    message = "There is not enough money."


def insufficient_funds(available: int, asked: int, currency: str) -> InsufficientFunds:
    """``available`` and ``asked`` in minor units."""
    return InsufficientFunds(
        available=str(Money(available, currency)),
        asked=str(Money(asked, currency)),
        currency=currency,
    )


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


class HoldNotFound(NotFound):
    code = "hold_not_found"
    message = "There is no such hold."


class HoldResolved(Conflict):
    """``kind`` says how: captured, voided or expired."""

    code = "hold_resolved"
    message = "The hold has ended."


class HoldExpired(Conflict):
    code = "hold_expired"
    message = "The hold was not captured in time."


class HoldNotDue(Conflict):
    code = "hold_not_due"
    message = "The hold has not expired yet."


class CaptureTooLarge(Invalid):
    """``held`` and ``asked`` are decimal strings of ``currency``."""

    code = "capture_too_large"
    message = "More than is held cannot be captured."


class UserNotFound(NotFound):
    code = "user_not_found"
    message = "There is no such user."


class AccountNotFound(NotFound):
    code = "account_not_found"
    message = "There is no such account."


class AccountNotOpen(Conflict):
    """Frozen or closed already: ``status`` says which."""

    code = "account_not_open"
    message = "The account is not open."


class AccountNotFrozen(Conflict):
    """Open or closed: ``status`` says which."""

    code = "account_not_frozen"
    message = "The account is not frozen."


class ReasonMissing(Invalid):
    code = "reason_missing"
    message = "Say why."

    def __init__(self) -> None:
        super().__init__(field="reason")


class TransferToSelf(Invalid):
    code = "transfer_to_self"
    message = "Send money to somebody else."


class LimitExceeded(Conflict):
    """``limit`` names the one that is in the way; ``ends_at`` is when it lets go, null for never.

    ``allowed``, ``used`` and ``asked`` are decimal strings of ``currency`` for ``per_transaction``
    and ``daily_total``, numbers of transactions for ``daily_count``, and seconds for
    ``min_interval``, where ``asked`` is the time since the last one and ``used`` is null.
    """

    code = "limit_exceeded"
    message = "This is more than you may send."


class VersionMismatch(Conflict):
    """``current`` is the wallet's version now."""

    code = "version_mismatch"
    message = "The wallet has changed since you looked."


class HoldsNotReversible(Conflict):
    code = "holds_not_reversible"
    message = "The transaction placed or resolved a hold: resolve the hold instead."


class ScheduleRefused(Invalid):
    """Times that cannot be meant: before now, in the wrong order, or too far ahead."""

    code = "schedule_refused"
    message = "This is not a time for a transfer."


class ScheduledTransferNotFound(NotFound):
    code = "scheduled_transfer_not_found"
    message = "There is no such standing order."


class ScheduledTransferDone(Conflict):
    code = "scheduled_transfer_done"
    message = "The standing order has run for the last time."


class PeriodClosed(Conflict):
    """``first_open`` is the first instant (ISO 8601, UTC) that is not in a closed month."""

    code = "period_closed"
    message = "The books of that month are closed."


class PeriodNotClosable(Conflict):
    """``why``: ``closed`` already, ``not_ended``, or ``empty``, which is before the books begin."""

    code = "period_not_closable"
    message = "This month cannot be closed."


class KindUnclassified(Conflict):
    """Accounts of ``kind`` stand nowhere in the financial statements: see ``ledger.queries.places``."""

    code = "kind_unclassified"
    message = "The statements do not know where this kind of account belongs."


class SecondPersonNeeded(Conflict):
    """``limit`` is a decimal string of ``currency``: above it, one person asks, another decides."""

    code = "second_person_needed"
    message = "Above the limit, one person asks for a reversal and another approves it."


class ReversalRequestNotFound(NotFound):
    code = "reversal_request_not_found"
    message = "There is no such request."


class ReversalRequestOpen(Conflict):
    code = "reversal_request_open"
    message = "The reversal has been asked for already."


class ReversalRequestDecided(Conflict):
    """``decision`` says how."""

    code = "reversal_request_decided"
    message = "The request has been decided."


class SamePerson(Conflict):
    code = "same_person"
    message = "Somebody else than who asked has to decide."


class RateNotStated(Conflict):
    """``currency`` is the one that nobody can be quoted now."""

    code = "rate_not_stated"
    message = "There is no exchange rate for this currency at present."


class RateRefused(Unprocessable):
    code = "rate_refused"
    message = "This is not an exchange rate."


class SameCurrency(Invalid):
    code = "same_currency"
    message = "Exchange into another currency."


class ExchangeTooSmall(Unprocessable):
    code = "exchange_too_small"
    message = "This is worth less than the smallest unit of the other currency."


class QuoteNotFound(NotFound):
    code = "quote_not_found"
    message = "There is no such quote."


class QuoteExpired(Conflict):
    code = "quote_expired"
    message = "The quote has expired. Ask for another."


class ProviderNotFound(Unprocessable):
    code = "provider_not_found"
    message = "Money cannot come or go this way."


class DestinationRefused(Unprocessable):
    code = "destination_refused"
    message = "This is not a bank account."


class TooManyPending(Conflict):
    code = "too_many_pending"
    message = "Wait until some of your requests are decided, or cancel one."


class WalletRequestNotFound(NotFound):
    code = "wallet_request_not_found"
    message = "There is no such request."


class WalletRequestDecided(Conflict):
    """``status`` says how: confirmed, rejected or cancelled."""

    code = "wallet_request_decided"
    message = "The request has been decided."


class OwnWalletRequest(Forbidden):
    code = "own_wallet_request"
    message = "Somebody else has to decide on your own request."


class ReferenceMissing(Invalid):
    code = "reference_missing"
    message = "Give the provider's reference of the payment."

    def __init__(self) -> None:
        super().__init__(field="reference")


class ReferenceUsed(Conflict):
    code = "reference_used"
    message = "A payment with this reference has been confirmed already."
