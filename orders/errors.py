"""What can go wrong with an order."""

from typing import Any

from core import errors


class PriceChanged(errors.Conflict):
    code = "price_changed"
    message = "Prices have changed since you saw them."

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        super().__init__(lines=lines)


class OrderNotCancellable(errors.Conflict):
    code = "order_not_cancellable"
    message = "An order can be cancelled until a part of it is on its way."


class PastSaleUnknown(errors.NotFound):
    code = "past_sale_unknown"
    message = "A refund is of a sale that was never entered."


class ProviderUnavailable(errors.Unavailable):
    """What became of the call is not known: make the same call again later."""

    code = "provider_unavailable"
    message = "The payment provider does not answer. Try again in a moment."


class ProviderRefused(errors.Conflict):
    """It was not done, and will not be done however often it is asked."""

    code = "provider_refused"
    message = "The payment provider refuses this."


class WebhookInvalid(errors.Invalid):
    code = "webhook_invalid"
    message = "This was not sent by the payment provider, or too long ago."
