"""Did everybody get what they were told, once, and is nothing else gone? All orders of all runs so far."""

from typing import Any

from django.db.models import F, QuerySet, Sum

from bench.checkout_parts.terms import STOCK
from catalog.models import Variant
from core.models import Event
from ledger.models import Account, Transaction
from ledger.queries import discrepancies
from orders.models import Order, OrderLine, Payment


def main() -> dict[str, Any]:
    """``wrong`` lists what is not as it should be; ``orders`` were placed in all."""
    orders = Order.objects.count()
    money = Order.objects.aggregate(sum=Sum("total", default=0))["sum"]
    paid = Order.objects.filter(status=Order.Status.PAID, paid=F("total"))
    captured = Payment.objects.filter(status=Payment.Status.CAPTURED)
    expected = {
        "paid orders": (paid.count(), orders),
        "orders with a payment": (_distinct(captured, "order"), orders),
        "payments": (captured.count(), orders),
        "transactions of payments": (
            Transaction.objects.filter(kind="order_payment").count(),
            orders,
        ),
        "orders with lines": (_distinct(OrderLine.objects.all(), "order"), orders),
        "news of placing": (Event.objects.filter(kind="order.placed").count(), orders),
        "news of payment": (Event.objects.filter(kind="order.paid").count(), orders),
        "money in escrow": (_in_escrow(), money),
        "variants of wrong stock": (len(_miscounted()), 0),
    }
    wrong = [f"{what}: {got}, not {due}" for what, (got, due) in expected.items() if got != due]
    return {"orders": orders, "wrong": [*wrong, *(str(one) for one in discrepancies()[:10])]}


def _distinct(rows: QuerySet[Any], name: str) -> int:
    return rows.values(name).distinct().count()


def _in_escrow() -> int:
    held = Account.objects.filter(kind="escrow").aggregate(sum=Sum("balance", default=0))
    return int(held["sum"])


def _miscounted() -> list[Variant]:
    """Whose stock is not what the shop opened with, less what is on the lines of orders."""
    sold = dict(OrderLine.objects.values_list("variant").annotate(Sum("quantity")))
    return [one for one in Variant.objects.all() if one.stock != STOCK - sold.get(one.pk, 0)]
