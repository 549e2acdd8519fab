"""Carts in the back office: to look at when a shopper asks."""

from django.contrib import admin

from cart.models import Cart, CartItem
from core.admin import ReadOnlyAdmin, ReadOnlyInline


class CartItemInline(ReadOnlyInline):
    model = CartItem
    fields = ("variant", "quantity", "created_at")


@admin.register(Cart)
class CartAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "user", "updated_at", "abandoned_at")
    list_select_related = ("user",)
    search_fields = ("user__email",)
    inlines = (CartItemInline,)
