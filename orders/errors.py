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


class AccountNeeded(errors.Invalid):
    code = "account_needed"
    message = "Sign in to pay from a wallet, or choose another way to pay."


class EmailInvalid(errors.Invalid):
    code = "email_invalid"
    message = "Give an e-mail address: whoever buys without an account hears of the order there."


class LinkInvalid(errors.NotFound):
    code = "order_link_invalid"
    message = "This link is not one of ours, or older than seven days. Ask for a new one."


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


class PaymentProviderUnknown(errors.NotFound):
    code = "payment_provider_unknown"
    message = "There is no such payment provider."


class PaymentMethodNotOffered(errors.Invalid):
    code = "payment_method_not_offered"
    message = "This way to pay is not offered here."


class PaymentTokenMissing(errors.Invalid):
    code = "payment_token_missing"
    message = "Send the token that stands for the card."


class OrderNotPayable(errors.Conflict):
    code = "order_not_payable"
    message = "This order does not wait for a payment."


class PaymentTimeOver(errors.Conflict):
    code = "payment_time_over"
    message = "The time to pay this order is over, and what it reserved is for sale again."


class PaymentUnderWay(errors.Conflict):
    """An earlier payment is authorised: its money may be on its way."""

    code = "payment_under_way"
    message = "A payment of this order is under way. Wait a moment, and look at the order again."


class TransferReferenceUsed(errors.Conflict):
    code = "transfer_reference_used"
    message = "A transfer with this reference of the bank's has been entered."


class TransferMatched(errors.Conflict):
    code = "transfer_matched"
    message = "This transfer has been matched."


class TransferAmountWrong(errors.Conflict):
    code = "transfer_amount_wrong"
    message = "The transfer is not of the amount that the order waits for."


class TransferCurrencyWrong(errors.Conflict):
    code = "transfer_currency_wrong"
    message = "The transfer is not in the order's currency."


class OrderUnknown(errors.NotFound):
    code = "order_unknown"
    message = "There is no order with this number."


class OwnOrder(errors.Forbidden):
    code = "own_order"
    message = "Somebody else has to do this with an order of yours."


class RepaymentDone(errors.Conflict):
    code = "repayment_done"
    message = "This has been given back."


class RepaymentUnderWay(errors.Conflict):
    code = "repayment_under_way"
    message = "The provider gives this back by itself."


class BankReferenceMissing(errors.Invalid):
    code = "bank_reference_missing"
    message = "Give the bank's reference of the transfer."
