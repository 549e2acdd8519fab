"""What is taken off prices, for whom, when, how often, and who bears it."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from accounts.models import Seller
from cart.models.carts import Cart
from catalog.models import Category
from catalog.models.products import CURRENCY
from core.models import Identified, Versioned
from core.money import Money

WHOLE = 10_000
"""All of it, in basis points."""

CODE = r"^[A-Z0-9][A-Z0-9_-]*$"
MAX_CODE = 40


def normalised_code(typed: str) -> str:
    """A code as it is stored: shoppers may type it in small letters and with spaces around it."""
    return typed.strip().upper()


class PromotionQuerySet(models.QuerySet["Promotion"]):
    def locked(self) -> Self:
        """In pk order. Comes after variant locks and before those of ledger accounts."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)

    def limited(self) -> Self:
        """Those of which only so many are given; the others need no lock."""
        return self.exclude(total_limit=None, customer_limit=None)


def _numbers(**used: Q) -> Q:
    """The condition that these are set as told, and the other numbers are 0."""
    named = {"rate": Q(rate=0), "amount": Q(amount=0), "buys": Q(buys=0), "gets": Q(gets=0)} | used
    return named["rate"] & named["amount"] & named["buys"] & named["gets"]


RATED = Q(rate__gte=1, rate__lte=WHOLE)


class Promotion(Versioned):
    """Something off, by ``code`` or, without one, for everybody who meets the conditions.

    By kind: a percentage takes ``rate`` (basis points) off; fixed takes ``amount`` (minor units) off
    all goods together; free shipping takes off what carriage costs; of ``buys + gets`` pieces the
    ``gets`` cheapest are reduced by ``rate``. It covers the goods of ``category`` (and below it) and
    of ``seller``, which must come to ``minimum`` before any discount.

    The platform bears ``platform_share`` (basis points), the ``seller`` the rest. ``combines``: it is
    given together with others that do. ``redeemed`` is the database's count of what is not given
    back, kept while there is a ``total_limit``. Never deleted: ``is_active``.
    """

    class Kind(models.TextChoices):
        PERCENTAGE = "percentage"
        FIXED = "fixed", "Fixed amount"
        FREE_SHIPPING = "free_shipping"
        BUY_X_GET_Y = "buy_x_get_y", "Buy X get Y"

    name = models.CharField(max_length=120, help_text="What shoppers read.")
    kind = models.CharField(max_length=16, choices=Kind)
    code = models.CharField(
        max_length=MAX_CODE, unique=True, null=True, blank=True, help_text="Automatic without one."
    )
    currency = models.CharField(max_length=3)
    rate = models.PositiveIntegerField(default=0, help_text="Basis points: 1000 is 10 %.")
    amount = models.BigIntegerField(default=0, help_text="Minor units.")
    buys = models.PositiveSmallIntegerField(default=0)
    gets = models.PositiveSmallIntegerField(default=0)
    minimum = models.BigIntegerField(default=0, help_text="Minor units of goods before discounts.")
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    seller = models.ForeignKey(
        Seller, on_delete=models.PROTECT, related_name="promotions", null=True, blank=True
    )
    first_order_only = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    total_limit = models.PositiveIntegerField(null=True, blank=True)
    customer_limit = models.PositiveIntegerField(null=True, blank=True)
    redeemed = models.PositiveIntegerField(default=0, editable=False)
    platform_share = models.PositiveIntegerField(
        default=WHOLE, help_text="Basis points that the platform bears; the seller bears the rest."
    )
    combines = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    objects: ClassVar[PromotionQuerySet] = PromotionQuerySet.as_manager()  # type: ignore[assignment]  # the manager has the queryset's methods

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=_numbers(rate=RATED) & Q(kind="percentage")
                | _numbers(amount=Q(amount__gte=1)) & Q(kind="fixed")
                | _numbers() & Q(kind="free_shipping")
                | _numbers(rate=RATED, buys=Q(buys__gte=1), gets=Q(gets__gte=1))
                & Q(kind="buy_x_get_y"),
                name="cart_promotion_kind_has_its_numbers",
                violation_error_message="A percentage has a rate, a fixed amount an amount, "
                "buy X get Y a rate and both numbers; free shipping has none of them.",
            ),
            models.CheckConstraint(
                condition=Q(code=None) | Q(code__regex=CODE),
                name="cart_promotion_code_in_capitals",
                violation_error_message="A code is capital letters, digits, - and _.",
            ),
            models.CheckConstraint(
                condition=CURRENCY, name="cart_promotion_currency_three_letters"
            ),
            models.CheckConstraint(
                condition=Q(minimum__gte=0), name="cart_promotion_minimum_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="cart_promotion_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(total_limit=None) | Q(total_limit__gte=1),
                name="cart_promotion_total_limit_positive",
            ),
            models.CheckConstraint(
                condition=Q(customer_limit=None) | Q(customer_limit__gte=1),
                name="cart_promotion_customer_limit_positive",
            ),
            models.CheckConstraint(
                condition=Q(total_limit=None) | Q(redeemed__lte=F("total_limit")),
                name="cart_promotion_redeemed_within_limit",
                violation_error_message="More than that have been given already.",
            ),
            models.CheckConstraint(
                condition=Q(platform_share=WHOLE)
                | Q(platform_share__lt=WHOLE, seller__isnull=False),
                name="cart_promotion_shared_with_a_seller",
                violation_error_message="What the platform does not bear needs a seller who does.",
            ),
            models.CheckConstraint(
                condition=Q(first_order_only=False)
                | Q(customer_limit=1, customer_limit__isnull=False),
                name="cart_promotion_first_order_once",
                violation_error_message="One for first orders has a limit of 1 per customer.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["starts_at"],
                condition=Q(code=None, is_active=True),
                name="cart_promotion_automatic",
            ),
        ]

    def __str__(self) -> str:
        return self.code or self.name

    @property
    def is_limited(self) -> bool:
        return self.total_limit is not None or self.customer_limit is not None

    @property
    def is_used_up(self) -> bool:
        return self.total_limit is not None and self.redeemed >= self.total_limit

    def has_begun(self, at: datetime) -> bool:
        return self.starts_at <= at

    def is_over(self, at: datetime) -> bool:
        return not self.is_active or (self.ends_at is not None and self.ends_at <= at)

    @property
    def amount_money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def minimum_money(self) -> Money:
        return Money(self.minimum, self.currency)


class EnteredCode(Identified):
    """A promotion whose code a shopper typed at the cart. It may have ceased to apply since."""

    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="entered_codes")
    promotion = models.ForeignKey(Promotion, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["entered_at", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["cart", "promotion"], name="cart_code_entered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.promotion_id} in {self.cart_id}"
