"""Orders as they are before they are saved: lines frozen, split by seller, totals added up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import User
from catalog.models import Variant
from core.money import basis_points
from orders.models import Order, OrderLine, SellerOrder, order_number

Address = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sold:
    """A variant (product and seller selected along), how many, at what price (minor units)."""

    variant: Variant
    quantity: int
    unit_price: int

    @property
    def subtotal(self) -> int:
        return self.unit_price * self.quantity

    @property
    def commission(self) -> int:
        return basis_points(self.subtotal, self.variant.product.seller.commission_rate)


@dataclass(frozen=True, slots=True)
class Draft:
    """An unsaved order with its parts."""

    order: Order
    seller_orders: Mapping[UUID, SellerOrder]
    lines: Sequence[OrderLine]


def draft(
    *,
    buyer: User,
    sold: Sequence[Sold],
    currency: str,
    addresses: tuple[Address, Address],
    at: datetime,
    reference: str | None = None,
) -> Draft:
    """Draw up the order of ``sold``; ``addresses`` are shipping and billing."""
    shipping, billing = addresses
    subtotal = sum(item.subtotal for item in sold)
    order = Order(
        reference=reference,
        user=buyer,
        currency=currency,
        subtotal=subtotal,
        total=subtotal,
        shipping_address=dict(shipping),
        billing_address=dict(billing),
        created_at=at,
        updated_at=at,
    )
    order.number = order_number(order.pk)
    seller_orders = _by_seller(order, sold)
    lines = [
        _line(order, seller_orders[item.variant.product.seller_id], item, position)
        for position, item in enumerate(sold, start=1)
    ]
    return Draft(order, seller_orders, lines)


def save(drafts: Sequence[Draft]) -> None:
    """Insert all of them in three statements per batch. They await payment."""
    Order.objects.bulk_create((d.order for d in drafts), batch_size=500)
    parts = [part for d in drafts for part in d.seller_orders.values()]
    SellerOrder.objects.bulk_create(parts, batch_size=500)
    OrderLine.objects.bulk_create((line for d in drafts for line in d.lines), batch_size=500)


def _by_seller(order: Order, sold: Sequence[Sold]) -> dict[UUID, SellerOrder]:
    parts: dict[UUID, SellerOrder] = {}
    for item in sold:
        seller_id = item.variant.product.seller_id
        part = parts.setdefault(seller_id, _empty_part(order, seller_id))
        part.total += item.subtotal
        part.commission += item.commission
    return parts


def _empty_part(order: Order, seller_id: UUID) -> SellerOrder:
    return SellerOrder(
        order=order,
        seller_id=seller_id,
        currency=order.currency,
        total=0,
        commission=0,
        created_at=order.created_at,
        updated_at=order.created_at,
    )


def _line(order: Order, part: SellerOrder, item: Sold, position: int) -> OrderLine:
    return OrderLine(
        order=order,
        seller_order=part,
        product_id=item.variant.product_id,
        variant=item.variant,
        position=position,
        sku=item.variant.sku,
        title=item.variant.product.title,
        currency=order.currency,
        unit_price=item.unit_price,
        quantity=item.quantity,
        subtotal=item.subtotal,
        commission=item.commission,
    )
