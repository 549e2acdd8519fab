"""What was sold, and what was given back."""

from orders.models.payments import IncomingTransfer, Payment, Repayment, WebhookReceipt
from orders.models.redemptions import Redemption
from orders.models.refunds import Refund, RefundLine
from orders.models.sales import (
    NUMBER_ALPHABET,
    Order,
    OrderLine,
    OrderQuerySet,
    SellerOrder,
    order_number,
)

__all__ = [
    "NUMBER_ALPHABET",
    "IncomingTransfer",
    "Order",
    "OrderLine",
    "OrderQuerySet",
    "Payment",
    "Redemption",
    "Refund",
    "RefundLine",
    "Repayment",
    "SellerOrder",
    "WebhookReceipt",
    "order_number",
]
