"""What countries tax sales with."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from cart.models.shipping import refuse_unknown_country
from catalog.models import Category
from core.models import Versioned
from core.money import percent


class TaxRate(Versioned):
    """Tax on what is sent to ``country``: of ``category`` and all below it, or of everything.

    The nearest category upward decides. ``rate`` is in hundredths of a per cent; 0 takes a category
    out. ``inclusive``: prices contain it already; else it comes on top.
    """

    country = models.CharField(
        max_length=2,
        validators=[refuse_unknown_country],
        help_text="Two capital letters.",
    )
    category = models.ForeignKey(
        Category,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text="Nothing: all that no other rate is for.",
    )
    rate = models.PositiveIntegerField(help_text="Hundredths of a per cent: 2000 is 20 %.")
    inclusive = models.BooleanField(default=True, help_text="Prices contain it already.")
    name = models.CharField(max_length=30, help_text="As buyers read it: VAT.")

    class Meta:
        ordering: ClassVar = ["country", "category__name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["country", "category"], name="cart_tax_rate_category_once"
            ),
            models.UniqueConstraint(
                fields=["country"], condition=Q(category=None), name="cart_tax_rate_country_once"
            ),
            models.CheckConstraint(
                condition=Q(rate__lte=10_000), name="cart_tax_rate_not_above_all"
            ),
            models.CheckConstraint(
                condition=Q(country__regex=r"^[A-Z][A-Z]$"),
                name="cart_tax_rate_country_two_letters",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="cart_tax_rate_named"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.country}"

    @property
    def percent(self) -> str:
        return percent(self.rate)
