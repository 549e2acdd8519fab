"""The one door by which money moves."""

from ledger.postings import Balance, Line, NewHold, Posted, Posting, Resolution
from ledger.services.closing import close_period
from ledger.services.exchange import exchange, quote_exchange, state_rate
from ledger.services.freezing import freeze_account, unfreeze_account
from ledger.services.holds import (
    capture_hold,
    ending,
    expire_holds,
    new_hold,
    place_hold,
    void_hold,
)
from ledger.services.people import Named, find_people
from ledger.services.posting import post, post_batch
from ledger.services.reversals import (
    amount_above_limit,
    approve_reversal,
    reject_reversal,
    request_reversal,
    reverse_transaction,
)
from ledger.services.schedules import (
    StandingOrder,
    cancel_scheduled_transfer,
    run_due_transfers,
    schedule_transfer,
)
from ledger.services.sealing import seal_transactions
from ledger.services.wallet_requests import (
    cancel_wallet_request,
    confirm_wallet_request,
    reject_wallet_request,
    request_top_up,
    request_withdrawal,
)
from ledger.services.wallets import (
    MAX_STEPS,
    Step,
    check_version,
    credit,
    debit,
    post_all,
    transfer,
)

__all__ = [
    "MAX_STEPS",
    "Balance",
    "Line",
    "Named",
    "NewHold",
    "Posted",
    "Posting",
    "Resolution",
    "StandingOrder",
    "Step",
    "amount_above_limit",
    "approve_reversal",
    "cancel_scheduled_transfer",
    "cancel_wallet_request",
    "capture_hold",
    "check_version",
    "close_period",
    "confirm_wallet_request",
    "credit",
    "debit",
    "ending",
    "exchange",
    "expire_holds",
    "find_people",
    "freeze_account",
    "new_hold",
    "place_hold",
    "post",
    "post_all",
    "post_batch",
    "quote_exchange",
    "reject_reversal",
    "reject_wallet_request",
    "request_reversal",
    "request_top_up",
    "request_withdrawal",
    "reverse_transaction",
    "run_due_transfers",
    "schedule_transfer",
    "seal_transactions",
    "state_rate",
    "transfer",
    "unfreeze_account",
    "void_hold",
]
