"""What can go wrong with a cart."""

from collections.abc import Sequence
from typing import Any

from core import countries, errors


class TooManyInCart(errors.Conflict):
    code = "cart_quantity_too_large"

    def __init__(self, *, maximum: int, asked: int) -> None:
        super().__init__(
            f"At most {maximum} of one product can be bought at once; this would make {asked}.",
            field="quantity",
            maximum=maximum,
            asked=asked,
        )


class NotInCart(errors.NotFound):
    code = "not_in_cart"
    message = "There is no such item in this cart."


class CartTokenInvalid(errors.Invalid):
    code = "cart_token_invalid"
    message = "This is not a token of one of our carts. Leave it out to begin a new cart."


class CartEmpty(errors.Invalid):
    code = "cart_empty"
    message = "The basket is empty."


class ShippingMethodUnknown(errors.Invalid):
    code = "shipping_method_unknown"
    message = "There is no such way of shipping."


class NotShippedThere(errors.Conflict):
    code = "not_shipped_there"

    def __init__(self, sellers: Sequence[str], *, country: str) -> None:
        names = " and ".join(sellers)
        verb = "does" if len(sellers) == 1 else "do"
        super().__init__(
            f"{names} {verb} not ship to {countries.NAMES.get(country, country)}.",
            field="country",
            sellers=list(sellers),
            country=country,
        )


class ShippingRateTaken(errors.Conflict):
    code = "shipping_rate_taken"
    message = "There is a rate for this method and country already."


class PromotionUnknown(errors.NotFound):
    code = "promotion_unknown"

    def __init__(self, typed: str) -> None:
        super().__init__(f"We know no code {typed}.", field="code", promotion=typed)


class PromotionRefused(errors.Conflict):
    """A promotion that there is, but not for this basket or this shopper.

    ``name`` is its code, or what an automatic one is called.
    """

    def __init__(self, name: str, **facts: Any) -> None:
        detail = self.message.format(name=name, **facts)
        super().__init__(detail, field="code", promotion=name, **facts)


class PromotionNotBegun(PromotionRefused):
    code = "promotion_not_begun"
    message = "{name} is not good yet."


class PromotionExpired(PromotionRefused):
    code = "promotion_expired"
    message = "{name} is no longer good."


class PromotionUsedUp(PromotionRefused):
    code = "promotion_used_up"
    message = "{name} has been given as often as there was to give."


class PromotionAlreadyUsed(PromotionRefused):
    code = "promotion_already_used"
    message = "You have used {name} as often as one may."


class PromotionFirstOrderOnly(PromotionRefused):
    code = "promotion_first_order_only"
    message = "{name} is for a first order."


class PromotionNotForThese(PromotionRefused):
    code = "promotion_not_for_these"
    message = "{name} is for other goods than those in the basket."


class PromotionMinimum(PromotionRefused):
    """``minimum``, and what is ``missing`` to it, are amounts of ``currency``."""

    code = "promotion_minimum"
    message = "{name} needs goods for {minimum} {currency}: {missing} more, and it is good."


class PromotionPiecesMissing(PromotionRefused):
    code = "promotion_pieces_missing"
    message = "{name} needs {pieces} pieces of what it is for."


class TooManyCodes(errors.Conflict):
    code = "too_many_codes"
    message = "A basket takes no more codes than these."


class CodeNotEntered(errors.NotFound):
    code = "code_not_entered"
    message = "This code was not entered here."


class PromotionContradictory(errors.Invalid):
    code = "promotion_contradictory"


class CodeTaken(errors.Conflict):
    code = "promotion_code_taken"
    message = "Another promotion has this code."


class PromotionLimitTooLow(errors.Conflict):
    code = "promotion_limit_too_low"
    message = "More than that have been given already."
