"""The rows of the Online Retail file: their fields, and why a row is neither sale nor refund."""

import csv
import enum
import itertools
import lzma
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache, lru_cache
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

# Goods bear five digits and up to two letters, or DCGS.
GOODS = re.compile(r"[0-9]{5}[A-Z]{0,2}|DCGS[0-9A-Z]{1,6}")

SERVICES = {
    "POST": "Postage",
    "DOT": "Dotcom Postage",
    "C2": "Carriage",
    "23444": "Next Day Carriage",
    "23574": "Packing Charge",
    "23702": "High Resolution Image",
    "M": "Rung Up by Hand",
    "PADS": "Pads to Match All Cushions",
    "22016": "Gift Voucher £100",
    "GIFT_0001_10": "Gift Voucher £10",
    "GIFT_0001_20": "Gift Voucher £20",
    "GIFT_0001_30": "Gift Voucher £30",
    "GIFT_0001_40": "Gift Voucher £40",
    "GIFT_0001_50": "Gift Voucher £50",
}
"""What was charged for beside goods: on invoices, but never on a shelf. Title by code."""

BOOKKEEPING = frozenset(["AMAZONFEE", "B", "BANK CHARGES", "CRUK", "D", "S"])
"""The shop's own entries: Amazon's and the bank's fees, bad debt, a charity, discounts, samples."""


class NotOnlineRetail(ValueError):
    """A file that cannot be read as the Online Retail file at all."""


class Reason(enum.StrEnum):
    """Why a row is neither a sale nor a refund; of several, the first in this order counts."""

    UNPARSABLE = "unparsable"
    BAD_DEBT_ADJUSTMENT = "bad_debt_adjustment"
    BOOKKEEPING = "bookkeeping"
    UNKNOWN_CODE = "unknown_code"
    WRONG_SIGN = "wrong_sign"
    ZERO_PRICE = "zero_price"
    NEGATIVE_PRICE = "negative_price"
    MISSING_DESCRIPTION = "missing_description"
    CANCELLED_BY_NOBODY = "cancelled_by_nobody"
    CANCELS_TOO_MUCH = "cancels_too_much"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Reason.UNPARSABLE: "Cannot be read",
    Reason.BAD_DEBT_ADJUSTMENT: "Bad debt adjustment (A...)",
    Reason.BOOKKEEPING: "The shop's own fees, discounts and samples",
    Reason.UNKNOWN_CODE: "Neither goods nor a known service",
    Reason.WRONG_SIGN: "Stock correction (quantity of the wrong sign)",
    Reason.ZERO_PRICE: "Given away (price zero)",
    Reason.NEGATIVE_PRICE: "Negative price",
    Reason.MISSING_DESCRIPTION: "No description",
    Reason.CANCELLED_BY_NOBODY: "Cancellation without a customer",
    Reason.CANCELS_TOO_MUCH: "Cancels more than the customer has bought",
}
NO_SALE = tuple(Reason)[1:8]  # of a row that can be read


class Row(NamedTuple):
    """A row whose fields make sense, whatever it stands for.

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

    @property
    def is_cancellation(self) -> bool:
        return self.invoice[0] == "C"

    @property
    def is_goods(self) -> bool:
        return _is_goods(self.sku)

    def refusal(self) -> Reason | None:
        """Why this is no sale, or no cancellation of one; None if it is."""
        if self.is_cancellation:
            return self._no_cancellation()
        holds = (
            self.invoice[0] == "A",
            self.sku in BOOKKEEPING,
            not _is_known(self.sku),
            self.quantity <= 0,
            self.mills == 0,
            self.mills < 0,
            not self.description,
        )
        return next(itertools.compress(NO_SALE, holds), None) if any(holds) else None

    def _no_cancellation(self) -> Reason | None:
        """Whether there is something to cancel shows in what the customer has bought."""
        if self.quantity >= 0:
            return Reason.WRONG_SIGN
        return None if self.customer else Reason.CANCELLED_BY_NOBODY


@cache
def _is_goods(sku: str) -> bool:
    return sku not in SERVICES and GOODS.fullmatch(sku) is not None


def _is_known(sku: str) -> bool:
    return sku in SERVICES or _is_goods(sku)


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
