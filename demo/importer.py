"""Brings the sales file into the shop: its goods onto the shelves, its invoices into the books."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import groupby, islice
from operator import attrgetter
from pathlib import Path

from django.conf import settings

from accounts.models import User
from catalog.models import Variant
from demo import online_retail
from demo.online_retail import Line, NotOnlineRetail, Reject, Tally
from demo.shop import DOMAIN, stock_shelves
from orders import countries
from orders.services import PastSale, Sold, record_past_sales

BATCH = 200
"""Invoices that are entered in one transaction."""

OLD_COUNTRY_NAMES = {"EIRE": "IE", "RSA": "ZA", "USA": "US", "Channel Islands": "JE"}


@dataclass
class Import:
    """One run over the file. ``tally`` says what became of every row, new or known."""

    path: Path | None = None
    months: int | None = None
    on_row: Callable[[Line | Reject], None] = lambda _: None
    on_goods_row: Callable[[], None] = lambda: None
    tally: Tally = field(default_factory=Tally)
    new_products: int = 0
    invoices: int = 0
    new_orders: int = 0

    def run(self, *, at: datetime) -> None:
        """Import what is not there yet. Interrupted, it goes on at the next run.

        ``at`` dates the shelves; orders and postings bear their invoices' dates.

        :raises NotOnlineRetail: the file is not this data set, or scatters an invoice.
        """
        goods = online_retail.goods(self.path, on_row=self.on_goods_row)
        self.new_products = stock_shelves(goods.values(), at=at)
        rows = Variant.objects.filter(sku__in=goods).select_related("product__seller")
        variants = {variant.sku: variant for variant in rows}
        sales = self._sales(variants)
        while batch := list(islice(sales, BATCH)):
            self.invoices += len(batch)
            self.new_orders += record_past_sales(batch)

    def _sales(self, variants: dict[str, Variant]) -> Iterator[PastSale]:
        seen: set[str] = set()
        customers: dict[str, User] = {}
        for invoice, lines in groupby(self._accepted(), key=attrgetter("invoice")):
            if invoice in seen:
                raise NotOnlineRetail(f"The lines of invoice {invoice} do not stand together.")
            seen.add(invoice)
            yield _sale(invoice, list(lines), customers, variants)

    def _accepted(self) -> Iterator[Line]:
        for item in online_retail.read(self.path, months=self.months):
            self.tally.add(item)
            self.on_row(item)
            if isinstance(item, Line):
                yield item


def _sale(
    invoice: str, lines: list[Line], customers: dict[str, User], variants: dict[str, Variant]
) -> PastSale:
    first = lines[0]
    if first.customer not in customers:
        customers[first.customer] = _customer(first.customer)
    return PastSale(
        reference=f"uci:{invoice}",
        buyer=customers[first.customer],
        sold=tuple(Sold(variants[x.sku], x.quantity, x.price_pennies) for x in lines),
        currency=settings.SHOP_CURRENCY,
        address=_address(first),
        at=first.sold_at,
    )


def _customer(number: str) -> User:
    """The file's customer as a user who cannot sign in."""
    customer, _ = User.objects.get_or_create(
        email=f"customer-{number}@{DOMAIN}",
        defaults={"first_name": "Customer", "last_name": number, "password": "!"},
    )
    return customer


def _address(line: Line) -> dict[str, str]:
    """The file knows no more than the country."""
    return {
        "recipient": f"Customer {line.customer}",
        "street": "",
        "city": "",
        "zip": "",
        "country": country_code(line.country),
    }


def country_code(name: str) -> str:
    """ISO 3166's two letters for the file's country name; ``ZZ`` where there is none."""
    return OLD_COUNTRY_NAMES.get(name) or _codes().get(name, countries.UNKNOWN)


@cache
def _codes() -> dict[str, str]:
    return {name: code for code, name in countries.NAMES.items()}
