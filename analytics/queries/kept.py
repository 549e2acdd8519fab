"""What counts as bought: paid for, and not given back."""

from django.db.models import Exists, OuterRef, Q, Subquery, Sum

from orders.models import Order, RefundLine

BOUGHT = (Order.Status.PAID, Order.Status.COMPLETED)
"""A cancelled order was paid at most for a time."""


def kept(order: str = "order__", line: str = "") -> Q:
    """Of rows that ``line`` leads to an order line, and ``order`` to its order: lines of orders that
    are paid and not cancelled, of which at least one piece has not come back.

    Lines of which nothing came back, which most are, are told by one look at an index.
    """
    back = RefundLine.objects.filter(order_line=OuterRef(f"{line}pk")).order_by()
    pieces = back.values("order_line").annotate(pieces=Sum("quantity")).values("pieces")
    some = Q(**{f"{line}quantity__gt": Subquery(pieces)})
    return Q(**{f"{order}status__in": BOUGHT}) & (~Exists(back) | some)
