"""What a shopper means to buy. A cart reserves nothing and promises no price."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import User
from catalog.models import Variant
from core.models import Identified, Versioned
from core.money import Money


class CartQuerySet(models.QuerySet["Cart"]):
    def locked(self) -> Self:
        """First in the lock order, so that whoever changes or buys a cart does so alone."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)


class Cart(Versioned):
    """One user's cart, or a guest's, in the shop's currency.

    ``updated_at`` is the shopper's last change. ``abandoned_at``: when that was long enough ago for
    the news of it to be told; null again after the next change.
    """

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, related_name="cart", null=True, blank=True
    )
    currency = models.CharField(max_length=3)
    abandoned_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[CartQuerySet] = CartQuerySet.as_manager()  # type: ignore[assignment]  # the manager has the queryset's methods

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["updated_at"], condition=Q(abandoned_at=None), name="cart_cart_at_rest"
            ),
            models.Index(fields=["updated_at"], condition=Q(user=None), name="cart_cart_of_guests"),
        ]

    def __str__(self) -> str:
        return f"cart of {self.user_id or 'a guest'}"


class CartItem(Identified):
    """A variant and how many. ``seen_price`` (minor units) is what the shopper was shown.

    ``discount`` is what promotions take off these goods; a query of the cart sets it.
    """

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="items")
    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    seen_price = models.BigIntegerField()
    created_at = models.DateTimeField()

    discount: Money

    class Meta:
        ordering: ClassVar = ["created_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cart", "variant"], name="cart_item_variant_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1), name="cart_item_quantity_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.variant_id}"

    @property
    def subtotal(self) -> Money:
        """At the catalogue's price of this moment (variant must be selected along)."""
        return self.variant.unit_price * self.quantity

    @property
    def seen_unit_price(self) -> Money:
        return Money(self.seen_price, self.variant.currency)

    @property
    def available_quantity(self) -> int:
        """How many could be bought now (product and seller must be selected along)."""
        variant = self.variant
        sold = variant.is_active and variant.product.is_published
        return min(variant.stock, settings.CART_MAX_QUANTITY) if sold else 0

    @property
    def is_available(self) -> bool:
        return self.available_quantity >= self.quantity

    @property
    def has_price_changed(self) -> bool:
        return self.seen_price != self.variant.price
