"""Orders in the back office: read-only, because every change to one is a service of its own."""

from django.contrib import admin

from core.admin import ReadOnlyAdmin, ReadOnlyInline
from core.money import Money
from orders.models import Order, OrderLine, Payment, Refund, SellerOrder


class LineInline(ReadOnlyInline):
    model = OrderLine
    fields = ("position", "sku", "title", "quantity", "price")
    readonly_fields = fields

    @admin.display(description="Price")
    def price(self, line: OrderLine) -> str:
        return Money(line.unit_price, line.currency).display()


class SellerOrderInline(ReadOnlyInline):
    model = SellerOrder
    fields = ("seller", "status", "amount", "share")
    readonly_fields = fields

    @admin.display(description="Total")
    def amount(self, part: SellerOrder) -> str:
        return Money(part.total, part.currency).display()

    @admin.display(description="Commission")
    def share(self, part: SellerOrder) -> str:
        return Money(part.commission, part.currency).display()


class PaymentInline(ReadOnlyInline):
    model = Payment
    fields = ("method", "status", "sum", "transaction", "captured_at")
    readonly_fields = fields

    @admin.display(description="Amount")
    def sum(self, payment: Payment) -> str:
        return Money(payment.amount, payment.currency).display()


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = ("number", "user", "status", "amount", "created_at")
    list_filter = ("status",)
    list_select_related = ("user",)
    search_fields = ("number", "reference", "user__email")
    date_hierarchy = "created_at"
    inlines = (LineInline, SellerOrderInline, PaymentInline)

    @admin.display(description="Total", ordering="total")
    def amount(self, order: Order) -> str:
        return order.money(order.total).display()


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin):
    list_display = ("order", "status", "amount", "currency", "created_at")
    list_select_related = ("order",)
