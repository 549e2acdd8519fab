"""Orders in the back office: read-only, because every change to one is a service of its own."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin

from accounts.models import User
from core.admin import ReadOnlyAdmin, ReadOnlyInline
from core.money import Money
from orders.models import Order, OrderLine, Payment, Redemption, Refund, RefundLine, SellerOrder


def amount(field: str, label: str = "") -> Callable[[Any, Any], str]:
    """A column that shows minor units of the row's currency as people read them."""

    @admin.display(description=label or field.replace("_", " ").capitalize(), ordering=field)
    def shown(_: Any, row: Any) -> str:
        return Money(getattr(row, field), row.currency).display()

    return shown


class LineInline(ReadOnlyInline):
    model = OrderLine
    fields = ("position", "sku", "title", "quantity", "price", "line_total")
    readonly_fields = fields
    line_total = amount("subtotal")

    @admin.display(description="Price")
    def price(self, row: OrderLine) -> str:
        return row.unit_display


class SellerOrderInline(ReadOnlyInline):
    model = SellerOrder
    fields = ("seller", "status", "part_total", "share")
    readonly_fields = fields
    part_total = amount("total")
    share = amount("commission")


class PaymentInline(ReadOnlyInline):
    model = Payment
    fields = ("method", "status", "sum", "reference", "reason", "transaction", "captured_at")
    readonly_fields = fields
    sum = amount("amount")


class RedemptionInline(ReadOnlyInline):
    model = Redemption
    fields = ("promotion", "customer", "taken_off", "borne", "redeemed_at", "returned_at")
    readonly_fields = fields
    taken_off = amount("discount")
    borne = amount("sponsored", "Borne by the platform")


class RefundInline(ReadOnlyInline):
    model = Refund
    fields = ("reference", "kind", "sum", "reason", "transaction", "refunded_at")
    readonly_fields = fields
    sum = amount("amount")


class RefundLineInline(ReadOnlyInline):
    model = RefundLine
    fields = ("order_line", "quantity")
    readonly_fields = fields


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = ("number", "buyer", "status", "order_total", "given_back", "created_at")
    list_filter = ("status",)
    list_select_related = ("user",)
    search_fields = ("number", "reference", "user__email")
    date_hierarchy = "created_at"
    inlines = (LineInline, SellerOrderInline, RedemptionInline, PaymentInline, RefundInline)
    fields = (
        ("number", "reference"),
        ("user", "status", "pay_by"),
        ("goods", "reduction"),
        ("delivery", "taxes"),
        ("order_total", "received", "given_back"),
        ("shipping_address", "billing_address"),
        ("created_at", "updated_at"),
    )
    readonly_fields = (
        "goods",
        "reduction",
        "delivery",
        "taxes",
        "order_total",
        "received",
        "given_back",
    )
    goods = amount("subtotal")
    reduction = amount("discount")
    delivery = amount("shipping")
    taxes = amount("tax")
    order_total = amount("total")
    received = amount("paid")
    given_back = amount("refunded")

    @admin.display(description="User", ordering="user", empty_value="Guest")
    def buyer(self, row: Order) -> User | None:
        return row.user


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    list_display = ("reference", "order", "kind", "sum", "refunded_at")
    list_filter = ("kind",)
    list_select_related = ("order",)
    search_fields = ("reference", "order__number")
    inlines = (RefundLineInline,)
    fields = (
        ("reference", "order"),
        ("kind", "sum"),
        ("reason", "actor_id"),
        ("transaction", "refunded_at"),
    )
    readonly_fields = ("sum",)
    sum = amount("amount")
