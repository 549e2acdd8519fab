"""The rows of the Online Retail file: their fields, and why a row is no sale."""

import csv
import enum
import itertools
import lzma
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, TextIO
from zoneinfo import ZoneInfo

COLUMNS = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
LONDON = ZoneInfo("Europe/London")
LIMIT = 2**63  # what a signed 64-bit column holds, and one more

INVOICE = re.compile(r"[CA]?[0-9]{1,12}")
QUANTITY = re.compile(r"-?[0-9]{1,19}")
SOLD_AT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
PRICE = re.compile(r"(-?[0-9]{1,16})(?:\.([0-9]{1,3}))?")
CUSTOMER = re.compile(r"([0-9]{1,18})(?:\.0)?|")
GARBAGE = re.compile("[\x00-\x08\x0a-\x1f\x7f\ufffd]")  # control characters, undecodable bytes

# Goods bear five digits and up to two letters, or DCGS. Four such codes are services after all:
# a gift voucher, next day carriage, a packing charge, a picture's licence.
GOODS = re.compile(r"(?!22016|23444|23574|23702)[0-9]{5}[A-Z]{0,2}|DCGS[0-9A-Z]{1,6}")


class NotOnlineRetail(ValueError):
    """A file that cannot be read as the Online Retail file at all."""


class Reason(enum.StrEnum):
    """Why a row is no sale; of several, the first in this order counts."""

    UNPARSABLE = "unparsable"
    CANCELLATION = "cancellation"
    BAD_DEBT_ADJUSTMENT = "bad_debt_adjustment"
    POSTAGE_OR_ADJUSTMENT = "postage_or_adjustment"
    QUANTITY_NOT_POSITIVE = "quantity_not_positive"
    ZERO_PRICE = "zero_price"
    NEGATIVE_PRICE = "negative_price"
    SUB_PENNY_PRICE = "sub_penny_price"
    MISSING_DESCRIPTION = "missing_description"
    MISSING_CUSTOMER = "missing_customer"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Reason.UNPARSABLE: "Cannot be read",
    Reason.CANCELLATION: "Cancelled invoice (C...)",
    Reason.BAD_DEBT_ADJUSTMENT: "Bad debt adjustment (A...)",
    Reason.POSTAGE_OR_ADJUSTMENT: "Postage, fee, voucher or adjustment",
    Reason.QUANTITY_NOT_POSITIVE: "Stock correction (quantity not positive)",
    Reason.ZERO_PRICE: "Given away (price zero)",
    Reason.NEGATIVE_PRICE: "Negative price",
    Reason.SUB_PENNY_PRICE: "Price with a fraction of a penny",
    Reason.MISSING_DESCRIPTION: "No description",
    Reason.MISSING_CUSTOMER: "No customer",
}
REFUSALS = tuple(Reason)[1:]  # of a row that can be read


class Row(NamedTuple):
    """A row whose fields make sense, sale or not.

    ``sku`` is upper case, ``sold_at`` UTC, ``mills`` the price in tenths of a penny, ``customer``
    digits or nothing.
    """

    invoice: str
    sku: str
    description: str
    quantity: int
    sold_at: datetime
    mills: int
    customer: str
    country: str

    def refusal(self) -> Reason | None:
        """Why this is no sale; None if it is one."""
        holds = (
            self.invoice[0] == "C",
            self.invoice[0] == "A",
            not GOODS.fullmatch(self.sku),
            self.quantity <= 0,
            self.mills == 0,
            self.mills < 0,
            self.mills % 10 != 0,
            not self.description,
            not self.customer,
        )
        return next(itertools.compress(REFUSALS, holds), None)


def raw_rows(path: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each row's line number, the header's being 1, and its fields, in file order.

    A line is one row, so that a stray quote spoils its own row and no other; a line that is no
    CSV is one field.

    :raises NotOnlineRetail: ``path`` is missing or damaged or has other columns.
    """
    try:
        with _opened(path) as lines:
            _check_header(path, lines.readline())
            for number, line in enumerate(lines, start=2):
                yield number, _fields(line)
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise NotOnlineRetail(f"{path}: cannot be read: {error}") from error


def _opened(path: Path) -> TextIO:
    if path.suffix == ".xz":
        return lzma.open(path, "rt", encoding="utf-8-sig", errors="replace", newline="\n")
    return path.open(encoding="utf-8-sig", errors="replace", newline="\n")


def _check_header(path: Path, line: str) -> None:
    columns = _fields(line)
    missing = [column for column in COLUMNS.split(",") if column not in columns]
    if missing:
        raise NotOnlineRetail(f"{path}: column missing: {', '.join(missing)}")
    if columns != tuple(COLUMNS.split(",")):
        raise NotOnlineRetail(f"{path}: columns must be {COLUMNS}")


def _fields(line: str) -> tuple[str, ...]:
    try:
        return tuple(next(csv.reader([line], strict=True), ()))
    except csv.Error:
        return (line.rstrip("\r\n"),)


def parse(raw: tuple[str, ...]) -> Row | None:
    """The row that ``raw`` writes, or None where a field is missing, garbage or out of range."""
    if len(raw) != 8 or GARBAGE.search("".join(raw)):
        return None
    invoice, sku, description, pieces, sold_at, price, customer, country = map(str.strip, raw)
    at, quantity, mills = _instant(sold_at), _pieces(pieces), _mills(price)
    buyer = CUSTOMER.fullmatch(customer)
    if at is None or quantity is None or mills is None or buyer is None:
        return None
    if not sku or not INVOICE.fullmatch(invoice) or abs(quantity * mills) >= LIMIT:
        return None
    text = " ".join(description.split())
    return Row(invoice, sku.upper(), text, quantity, at, mills, buyer[1] or "", country)


@lru_cache(maxsize=1024)
def _instant(text: str) -> datetime | None:
    """London's local time as UTC; an hour that autumn repeats is the first of the two."""
    if not SOLD_AT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _pieces(text: str) -> int | None:
    quantity = int(text) if QUANTITY.fullmatch(text) else LIMIT
    return quantity if abs(quantity) < LIMIT else None


@lru_cache(maxsize=4096)
def _mills(price: str) -> int | None:
    """Pounds with up to three decimals as tenths of a penny."""
    match = PRICE.fullmatch(price)
    return int(match[1] + (match[2] or "").ljust(3, "0")) if match else None
