"""Changes to orders."""

from orders.services.cancelling import cancel_order
from orders.services.checkout import Purchase, Wanted, checkout, place_order
from orders.services.history import (
    Entered,
    PastRefund,
    PastSale,
    record_past,
    record_past_sales,
)
from orders.services.lookups import request_link
from orders.services.paying import open_payment, pay_order
from orders.services.repaying import confirm_repayment, repay, repay_order
from orders.services.settling import Standing, settle
from orders.services.sweeping import (
    expire_orders,
    queue_payments,
    queue_repayments,
    settle_order,
    unsettled_receipts,
)
from orders.services.transfers import enter_transfer, match_transfer
from orders.services.webhooks import receive_webhook, settle_receipt

__all__ = [
    "Entered",
    "PastRefund",
    "PastSale",
    "Purchase",
    "Standing",
    "Wanted",
    "cancel_order",
    "checkout",
    "confirm_repayment",
    "enter_transfer",
    "expire_orders",
    "match_transfer",
    "open_payment",
    "pay_order",
    "place_order",
    "queue_payments",
    "queue_repayments",
    "receive_webhook",
    "record_past",
    "record_past_sales",
    "repay",
    "repay_order",
    "request_link",
    "settle",
    "settle_order",
    "settle_receipt",
    "unsettled_receipts",
]
