"""Orders as they are before they are saved: lines frozen, split by seller, totals added up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cart.pricing import Customer, PricedLine, Quote
from core import bulk
from orders.models import Order, OrderLine, SellerOrder, order_number

Address = Mapping[str, str]

AMOUNTS = ("subtotal", "discount", "sponsored", "shipping", "tax", "tax_included", "total")
"""What an order takes over from a quote, by the same names."""

FROZEN = (
    "unit_price",
    "unit_fraction",
    "quantity",
    "subtotal",
    "discount",
    "sponsored",
    "shipping",
    "tax",
    "tax_included",
    "tax_rate",
    "tax_name",
    "commission",
)
"""What an order's line takes over from a quote's."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An unsaved order with its parts."""

    order: Order
    seller_orders: Mapping[UUID, SellerOrder]
    lines: Sequence[OrderLine]


def draft(
    *,
    customer: Customer,
    quote: Quote,
    currency: str,
    addresses: tuple[Address, Address],
    at: datetime,
    reference: str | None = None,
) -> Draft:
    """Draw up the order of what was quoted. ``addresses`` are shipping and billing."""
    shipping, billing = addresses
    order = Order(
        reference=reference,
        user=customer.user,
        email=customer.email,
        currency=currency,
        **{name: getattr(quote, name) for name in AMOUNTS},
        shipping_address=dict(shipping),
        billing_address=dict(billing),
        created_at=at,
        updated_at=at,
    )
    order.number = order_number(order.pk)
    seller_orders = _by_seller(order, quote)
    lines = [
        _line(order, seller_orders[line.seller.pk], line, position)
        for position, line in enumerate(quote.lines, start=1)
    ]
    return Draft(order, seller_orders, lines)


def save(drafts: Sequence[Draft]) -> None:
    """Insert all of them in a statement for each table. They await payment."""
    Order.objects.bulk_create((d.order for d in drafts), batch_size=500)
    parts = [part for d in drafts for part in d.seller_orders.values()]
    bulk.insert(parts)
    bulk.insert(line for d in drafts for line in d.lines)


def _by_seller(order: Order, quote: Quote) -> dict[UUID, SellerOrder]:
    ways = {parcel.seller_id: parcel.method_name for parcel in quote.parcels}
    parts: dict[UUID, SellerOrder] = {}
    for line in quote.lines:
        seller_id = line.seller.pk
        if seller_id not in parts:
            parts[seller_id] = _empty_part(order, seller_id, ways.get(seller_id, ""))
        part = parts[seller_id]
        part.total += line.total
        part.sponsored += line.sponsored
        part.shipping += line.shipping
        part.tax += line.tax + line.tax_included
        part.commission += line.commission
    return parts


def _empty_part(order: Order, seller_id: UUID, shipping_method: str) -> SellerOrder:
    return SellerOrder(
        order=order,
        seller_id=seller_id,
        shipping_method=shipping_method,
        currency=order.currency,
        total=0,
        commission=0,
        created_at=order.created_at,
        updated_at=order.created_at,
    )


def _line(order: Order, part: SellerOrder, line: PricedLine, position: int) -> OrderLine:
    return OrderLine(
        order=order,
        seller_order=part,
        product_id=line.variant.product_id,
        variant=line.variant,
        category_id=line.variant.product.category_id,
        position=position,
        sku=line.variant.sku,
        title=line.variant.product.title,
        currency=order.currency,
        **{name: getattr(line, name) for name in FROZEN},
    )
