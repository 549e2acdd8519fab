"""What can go wrong with a cart."""

from collections.abc import Sequence

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
