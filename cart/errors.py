"""What can go wrong with a cart."""

from core import errors


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
