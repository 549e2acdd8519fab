"""What the demo's sellers charge for shipping, and the tax that their prices contain."""

from django.conf import settings
from django.db import transaction

from accounts.models import Seller
from cart.models import ShippingMethod, ShippingRate, TaxRate
from demo.shop import open_shops

STANDARD = {"name": "Standard", "days_from": 2, "days_to": 4, "position": 0}
EXPRESS = {"name": "Express", "days_from": 1, "days_to": 1, "position": 1}
PENCE = "GBP"
"""What the amounts below are of; a shop of another currency begins without rates."""


@transaction.atomic
def set_terms() -> None:
    """Let every demo seller ship, within Britain and abroad, and tax what stays there. Once."""
    standard, _ = ShippingMethod.objects.get_or_create(code="standard", defaults=STANDARD)
    express, _ = ShippingMethod.objects.get_or_create(code="express", defaults=EXPRESS)
    if settings.SHOP_CURRENCY == PENCE:
        for seller in set(open_shops().values()):
            _ship(seller, standard, "GB", price=3_95, free_above=50_00)
            _ship(seller, express, "GB", price=7_95)
            _ship(seller, standard, "", price=9_95, per_kg=2_00)
    vat = {"rate": 20_00, "inclusive": True, "name": "VAT"}
    TaxRate.objects.get_or_create(country="GB", category=None, defaults=vat)


def _ship(seller: Seller, method: ShippingMethod, country: str, **prices: int) -> None:
    ShippingRate.objects.get_or_create(
        seller=seller, method=method, country=country, defaults={"currency": PENCE, **prices}
    )
