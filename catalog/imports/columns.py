"""The columns, and how a cell of each is read. Empty cells are not read: they change nothing."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings

from catalog.models import Product, option_key
from catalog.models.products import MAX_OPTION_KEY
from core.errors import Invalid
from core.money import Money

OF_PRODUCT = ("title", "category", "brand", "condition", "status", "description")
OF_VARIANT = ("options", "price", "compare_at_price", "low_stock_at", "weight", "active")
COLUMNS = ("product", "sku", *OF_PRODUCT, *OF_VARIANT, "stock")
"""``product`` names what rows belong together; a SKU that is known finds its own product."""

SKU = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
MAX_COUNT = 1_000_000_000
MAX_WEIGHT = 1_000_000


class BadCell(Invalid):
    code = "bad_cell"


def _text(longest: int) -> Callable[[str], str]:
    def read(cell: str) -> str:
        if len(cell) > longest:
            raise BadCell(f"This is longer than {longest} characters.")
        return cell

    return read


def _sku(cell: str) -> str:
    if not SKU.fullmatch(cell):
        raise BadCell("A SKU has 1 to 64 letters, digits, dots, dashes and underscores.")
    return cell


def _choice(words: Mapping[str, Any]) -> Callable[[str], Any]:
    def read(cell: str) -> Any:
        if cell not in words:
            raise BadCell(f"Write one of: {', '.join(words)}.")
        return words[cell]

    return read


def _price(cell: str) -> int:
    """:raises NotMoney: it is no plain decimal of the shop's currency."""
    money = Money.parse(cell, settings.SHOP_CURRENCY)
    if money.amount <= 0:
        raise BadCell("A price is more than zero.")
    return money.amount


def _count(cell: str) -> int:
    if not re.fullmatch("[0-9]{1,10}", cell) or int(cell) > MAX_COUNT:
        raise BadCell("Write a whole number.")
    return int(cell)


def _weight(cell: str) -> int:
    """Grams."""
    if not re.fullmatch("[0-9]{1,7}", cell) or int(cell) > MAX_WEIGHT:
        raise BadCell(f"Write whole grams, at most {MAX_WEIGHT}.")
    return int(cell)


def _options(cell: str) -> dict[str, str]:
    pairs = [part.split("=") for part in cell.split(";")]
    if any(len(pair) != 2 or not all(text.strip() for text in pair) for pair in pairs):
        raise BadCell("Write options as size=M;colour=Red.")
    options = {name.strip(): value.strip() for name, value in pairs}
    if len({name.casefold() for name in options}) < len(pairs):
        raise BadCell("Name each option once.")
    if len(option_key(options)) > MAX_OPTION_KEY:
        raise BadCell("These options are too long.")
    return options


READ: Mapping[str, Callable[[str], Any]] = {
    "product": _text(220),
    "sku": _sku,
    "title": _text(200),
    "category": _text(140),
    "brand": _text(140),
    "condition": _choice({word: word for word in Product.Condition.values}),
    "status": _choice({word: word for word in Product.Status.values}),
    "description": _text(20_000),
    "options": _options,
    "price": _price,
    "compare_at_price": _price,
    "low_stock_at": _count,
    "weight": _weight,
    "active": _choice({"yes": True, "no": False}),
    "stock": _count,
}
