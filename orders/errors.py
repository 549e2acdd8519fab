"""What can go wrong with an order."""

from typing import Any

from core import errors


class PriceChanged(errors.Conflict):
    code = "price_changed"
    message = "Prices have changed since you saw them."

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        super().__init__(lines=lines)


class TotalChanged(errors.Conflict):
    code = "total_changed"
    message = "It comes to another total than you were told."


class OrderNotCancellable(errors.Conflict):
    code = "order_not_cancellable"
    message = "An order can be cancelled until a part of it is on its way."


class PastSaleUnknown(errors.NotFound):
    code = "past_sale_unknown"
    message = "A refund is of a sale that was never entered."
