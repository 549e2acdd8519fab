"""Which promotions an order was granted.

The database itself keeps to their limits: a redemption counts itself into ``Promotion.redeemed``,
which a CHECK holds to ``total_limit``, and is refused where its customer has had as many as one
may (see ``triggers/redemptions.*``).
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from cart.models import Promotion
from core.models import Identified
from core.money import Money
from orders.models.sales import Order


class Redemption(Identified):
    """What a promotion took off an order, in minor units of its currency.

    ``customer`` is the user's id, or a guest's normalised e-mail address. ``returned_at``: the order
    was called off, and the promotion may be used again. Nothing else of it ever changes.
    """

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="redemptions", db_index=False
    )  # orders_redemption_once serves
    promotion = models.ForeignKey(
        Promotion, on_delete=models.PROTECT, related_name="redemptions", db_index=False
    )  # orders_redemption_customer serves
    customer = models.CharField(max_length=254)
    discount = models.BigIntegerField()
    sponsored = models.BigIntegerField()
    redeemed_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "promotion"], name="orders_redemption_once"),
            models.CheckConstraint(
                condition=Q(discount__gte=1), name="orders_redemption_takes_something_off"
            ),
            models.CheckConstraint(
                condition=Q(sponsored__gte=0, sponsored__lte=F("discount")),
                name="orders_redemption_sponsored_within_discount",
            ),
            models.CheckConstraint(
                condition=~Q(customer=""), name="orders_redemption_customer_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["promotion", "customer"], name="orders_redemption_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.promotion_id} for {self.order_id}"

    @property
    def currency(self) -> str:
        return self.promotion.currency

    @property
    def discount_money(self) -> Money:
        return Money(self.discount, self.currency)
