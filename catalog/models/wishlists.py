"""What people would like to have."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from catalog.models.products import Product
from core.models import Identified, Versioned


class WishlistQuerySet(models.QuerySet["Wishlist"]):
    def locked(self) -> Self:
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)


class Wishlist(Versioned):
    """A list of products, its owner's alone; whoever has its ``token`` may look, while it has one (empty: private)."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="wishlists"
    )
    name = models.CharField(max_length=100)
    token = models.CharField(max_length=64, blank=True, editable=False)

    objects: ClassVar[WishlistQuerySet] = WishlistQuerySet.as_manager()  # type: ignore[assignment]  # the manager has the queryset's methods

    class Meta:
        ordering: ClassVar = ["created_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["token"], condition=~Q(token=""), name="catalog_wishlist_token_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["owner", "created_at", "id"], name="catalog_wishlist_owner"),
        ]

    def __str__(self) -> str:
        return self.name


class WishlistItem(Identified):
    wishlist = models.ForeignKey(Wishlist, on_delete=models.CASCADE, related_name="items")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="wished")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["added_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["wishlist", "product"], name="catalog_wishlist_product_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.product_id)
