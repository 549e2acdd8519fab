"""Orders and their money in the back office: every change to one is a service of its own."""

from orders.admin.orders import OrderAdmin, RefundAdmin
from orders.admin.payments import IncomingTransferAdmin, RepaymentAdmin, WebhookReceiptAdmin

__all__ = [
    "IncomingTransferAdmin",
    "OrderAdmin",
    "RefundAdmin",
    "RepaymentAdmin",
    "WebhookReceiptAdmin",
]
