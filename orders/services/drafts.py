"""Orders as they are before they are saved: lines frozen, split by seller, totals added up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import User
from catalog.models import Variant
from core import bulk
from core.money import basis_points, rounded
from orders.models import Order, OrderLine, SellerOrder, order_number

Address = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sold:
    """A variant (product and seller selected along), how many, at what price (minor units).

    ``unit_fraction`` is thousandths of a minor unit on top of ``unit_price``.
    """

    variant: Variant
    quantity: int
    unit_price: int
    unit_fraction: int = 0

    @property
    def subtotal(self) -> int:
        return rounded((self.unit_price * 1000 + self.unit_fraction) * self.quantity, 1000)

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
    buyer: User | None,
    sold: Sequence[Sold],
    currency: str,
    addresses: tuple[Address, Address],
    at: datetime,
    reference: str | None = None,
) -> Draft:
    """Draw up the order of ``sold``, a guest's if there is no ``buyer``.

    ``addresses`` are shipping and billing.
    """
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
    """Insert all of them in a statement for each table. They await payment."""
    Order.objects.bulk_create((d.order for d in drafts), batch_size=500)
    parts = [part for d in drafts for part in d.seller_orders.values()]
    bulk.insert(parts)
    bulk.insert(line for d in drafts for line in d.lines)


def _by_seller(order: Order, sold: Sequence[Sold]) -> dict[UUID, SellerOrder]:
    parts: dict[UUID, SellerOrder] = {}
    for item in sold:
        seller_id = item.variant.product.seller_id
        if seller_id not in parts:
            parts[seller_id] = _empty_part(order, seller_id)
        part = parts[seller_id]
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
        unit_fraction=item.unit_fraction,
        quantity=item.quantity,
        subtotal=item.subtotal,
        commission=item.commission,
    )
