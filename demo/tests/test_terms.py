"""The demo ships at prices that a shopper sees before paying, and says so once."""

from cart.models import ShippingMethod, ShippingRate, TaxRate
from cart.pricing import Customer, PricedLine, Terms, quote
from catalog.models import Variant
from catalog.tests.factories import on_sale
from core import clock
from demo.shop import SHOPS, open_shops
from demo.terms import set_terms


def test_terms_are_set_once(db):
    set_terms()
    ShippingRate.objects.update(price=1)
    set_terms()

    assert set(ShippingMethod.objects.values_list("code", flat=True)) == {"standard", "express"}
    assert ShippingRate.objects.filter(price=1).count() == 3 * len(SHOPS)
    assert TaxRate.objects.get().country == "GB"


def test_a_demo_parcel_costs_what_it_says(db):
    set_terms()
    variant = on_sale(price=1000, seller=open_shops()["home"])
    found = Variant.objects.select_related("product__seller").get(pk=variant.pk)

    def costs(quantity, country, method=""):
        terms = Terms(Customer(), "GBP", clock.now(), country, method)
        priced = quote([PricedLine(found, quantity, 1000)], terms)
        return priced.shipping, priced.tax_included

    assert costs(1, "GB") == (395, 232)
    assert costs(1, "GB", "express") == (795, 299)
    assert costs(5, "GB") == (0, 833)
    assert costs(1, "FR") == (995, 0)
