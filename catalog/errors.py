"""What can go wrong with goods."""

from typing import Any

from core import errors


class OutOfStock(errors.Conflict):
    code = "out_of_stock"

    def __init__(self, sku: str, *, asked: int, available: int, **more: Any) -> None:
        super().__init__(
            f"Of {sku} only {available} are left; {asked} were asked for.",
            sku=sku,
            asked=asked,
            available=available,
            **more,
        )


class ProductUnavailable(errors.NotFound):
    code = "product_unavailable"
    message = "This product is not for sale."


class OptionsMixed(errors.Conflict):
    code = "options_mixed"
    message = "A product without options has exactly one variant."


class NotASeller(errors.Forbidden):
    code = "not_a_seller"
    message = "Only approved sellers do this."


class NotYours(errors.Forbidden):
    code = "not_yours"
    message = "This belongs to another seller."


class StatusMoveRefused(errors.Conflict):
    code = "status_move_refused"

    def __init__(self, current: str, wanted: str) -> None:
        super().__init__(
            f"What is {current} does not become {wanted}.",
            field="status",
            current=current,
            wanted=wanted,
        )


class NothingToSell(errors.Conflict):
    code = "nothing_to_sell"
    message = "A product needs an active variant to be on sale."


class SkuTaken(errors.Conflict):
    code = "sku_taken"

    def __init__(self, sku: str) -> None:
        super().__init__(f"The SKU {sku} is in use.", field="sku", sku=sku)


class OptionsTaken(errors.Conflict):
    code = "options_taken"
    message = "Another variant of this product has these options."


class CompareAtPriceTooLow(errors.Invalid):
    code = "compare_at_price_too_low"
    message = "The price before a reduction is higher than the price."


class ImportRefused(errors.Unprocessable):
    code = "import_refused"
    message = "Nothing was read in; each fault stands with its line and column."


class TooManyPictures(errors.Conflict):
    code = "too_many_pictures"
    message = "This product has as many pictures as it may have."


class TooManyWishlists(errors.Conflict):
    code = "too_many_wishlists"
    message = "You have as many wishlists as one may have."


class WishlistFull(errors.Conflict):
    code = "wishlist_full"
    message = "This wishlist is full."
