"""Brings the sales file into the shop: its goods onto the shelves, its invoices into the books."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import islice
from pathlib import Path

from django.conf import settings

from accounts.models import User
from cart.pricing import PricedLine
from catalog.models import Variant
from core import bulk, countries
from demo import online_retail
from demo.online_retail import Item, Line, NotOnlineRetail, Reject, Return
from demo.shop import DOMAIN, list_services, stock_shelves
from demo.tally import Reconciliation
from orders.services import PastRefund, PastSale, record_past

BATCH = 500
"""Invoices that are entered in one transaction."""

ANALYSED_AFTER = (1, 4, 16)
"""Batches after which the database looks at its tables: until then it plans for empty ones."""

KEPT_OPEN = 4
"""Invoices whose lines may stand among each other's: the file has one that is interrupted."""

OLD_COUNTRY_NAMES = {"EIRE": "IE", "RSA": "ZA", "USA": "US", "Channel Islands": "JE"}


Booked = Line | Return
Invoice = list[Booked]


@dataclass
class Import:
    """One run over the file. ``outcome`` says what became of every row, new or known."""

    path: Path | None = None
    months: int | None = None
    on_row: Callable[[Item], None] = lambda _: None
    on_goods_row: Callable[[], None] = lambda: None
    outcome: Reconciliation = field(default_factory=Reconciliation)
    new_products: int = 0
    invoices: int = 0
    new_orders: int = 0
    new_refunds: int = 0

    def run(self, *, at: datetime) -> None:
        """Import what is not there yet. Interrupted, it goes on at the next run.

        ``at`` dates the shelves; orders, refunds and postings bear their invoices' dates.

        :raises NotOnlineRetail: the file is not this data set, or scatters an invoice.
        """
        goods = online_retail.goods(self.path, on_row=self.on_goods_row)
        self.new_products = stock_shelves(goods.values(), at=at) + list_services(at=at)
        rows = Variant.objects.select_related("product__seller")
        variants = {variant.sku: variant for variant in rows}
        for number, batch in enumerate(batches(together(self._booked())), start=1):
            self._enter(batch, variants)
            if number in ANALYSED_AFTER:
                bulk.measure_tables()

    def _enter(self, batch: list[Invoice], variants: Mapping[str, Variant]) -> None:
        """What a refund is of stands before it in the file: in this batch, or an earlier one."""
        self.invoices += len(batch)
        sales = [lines for invoice in batch if (lines := _lines(invoice))]
        buyers = customers({lines[0].row.customer for lines in sales} - {""})
        entered = record_past(
            sales=[past_sale(lines, buyers, variants) for lines in sales],
            returns=[refund for invoice in batch for refund in past_refunds(invoice)],
        )
        self.new_orders += entered.orders
        self.new_refunds += entered.refunds

    def _booked(self) -> Iterator[Booked]:
        for item in online_retail.read(self.path, months=self.months):
            self.outcome.add(item)
            self.on_row(item)
            if not isinstance(item, Reject):
                yield item


def batches(invoices: Iterator[Invoice]) -> Iterator[list[Invoice]]:
    while batch := list(islice(invoices, BATCH)):
        yield batch


def together(rows: Iterable[Booked]) -> Iterator[Invoice]:
    """The rows of each invoice, in the order of their first ones.

    :raises NotOnlineRetail: rows of an invoice stand far from each other.
    """
    seen: set[str] = set()
    being_read: dict[str, Invoice] = {}
    for item in rows:
        number = item.row.invoice
        if number not in being_read and number in seen:
            raise NotOnlineRetail(f"The lines of invoice {number} do not stand together.")
        seen.add(number)
        being_read.setdefault(number, []).append(item)
        if len(being_read) > KEPT_OPEN:
            yield being_read.pop(next(iter(being_read)))
    yield from being_read.values()


def _lines(invoice: Invoice) -> list[Line]:
    return [item for item in invoice if isinstance(item, Line)]


def past_sale(
    lines: list[Line], buyers: Mapping[str, User], variants: Mapping[str, Variant]
) -> PastSale:
    """The order that an invoice is; dated by its first line, as few invoices are dated in two ways."""
    first = lines[0].row
    return PastSale(
        reference=reference(first.invoice),
        buyer=buyers.get(first.customer),
        sold=tuple(_sold(line, variants) for line in lines),
        currency=settings.SHOP_CURRENCY,
        address=_address(first.customer, first.country),
        at=first.sold_at,
    )


def past_refunds(invoice: Invoice) -> list[PastRefund]:
    """One for each order that a cancellation touches."""
    returns = [item for item in invoice if isinstance(item, Return)]
    touched: dict[str, dict[int, int]] = {}
    for part in (part for item in returns for part in item.parts):
        quantities = touched.setdefault(part.invoice, {})
        quantities[part.position] = quantities.get(part.position, 0) + part.quantity
    return [_past_refund(returns[0], number, back) for number, back in touched.items()]


def _past_refund(first: Return, number: str, quantities: dict[int, int]) -> PastRefund:
    cancellation = first.row.invoice
    return PastRefund(
        reference=f"{reference(cancellation)}:{number}",
        of=reference(number),
        quantities=quantities,
        reason=f"Cancelled by {cancellation}",
        at=first.row.sold_at,
    )


def reference(invoice: str) -> str:
    return f"uci:{invoice}"


def customers(numbers: Iterable[str]) -> dict[str, User]:
    """The file's customers as users who cannot sign in; those who are not there yet are made."""
    emails = {f"customer-{number}@{DOMAIN}": number for number in numbers}
    found = {user.email: user for user in User.objects.filter(email__in=emails)}
    missing = [
        User(email=email, first_name="Customer", last_name=number, password="!")  # noqa: S106  # nobody's
        for email, number in emails.items()
        if email not in found
    ]
    User.objects.bulk_create(missing)
    return {emails[user.email]: user for user in (*found.values(), *missing)}


def _sold(line: Line, variants: Mapping[str, Variant]) -> PricedLine:
    row = line.row
    price, rest = divmod(row.mills, 10)
    return PricedLine(variants[row.sku], row.quantity, price, unit_fraction=rest * 100)


def _address(customer: str, country: str) -> dict[str, str]:
    """The file knows no more than the country."""
    return {
        "recipient": f"Customer {customer}" if customer else "Guest",
        "street": "",
        "city": "",
        "zip": "",
        "country": country_code(country),
    }


def country_code(name: str) -> str:
    """ISO 3166's two letters for the file's country name; ``ZZ`` where there is none."""
    return OLD_COUNTRY_NAMES.get(name) or _codes().get(name, countries.UNKNOWN)


@cache
def _codes() -> dict[str, str]:
    return {name: code for code, name in countries.NAMES.items()}
