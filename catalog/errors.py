"""What can go wrong with goods."""

from core import errors


class OutOfStock(errors.Conflict):
    code = "out_of_stock"

    def __init__(self, sku: str, *, asked: int, available: int) -> None:
        super().__init__(
            f"Of {sku} only {available} are left; {asked} were asked for.",
            sku=sku,
            asked=asked,
            available=available,
        )


class ProductUnavailable(errors.NotFound):
    code = "product_unavailable"
    message = "This product is not for sale."


class OptionsMixed(errors.Conflict):
    code = "options_mixed"
    message = "A product without options has exactly one variant."
