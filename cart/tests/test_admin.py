"""Methods, rates and taxes in the back office: by whom, and on record."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.tests.factories import UserFactory
from cart.models import ShippingMethod, ShippingRate, TaxRate
from cart.tests.factories import ShippingMethodFactory, TaxRateFactory, ships
from core import audit
from core.models import AuditEntry


def of_group(client, name):
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name=name))
    client.force_login(user)
    return user


def test_finance_sets_a_tax_and_it_is_on_record(client, db):
    actor = of_group(client, "finance")
    form = {"country": "GB", "category": "", "rate": "2000", "inclusive": "on", "name": "VAT"}

    assert client.post(reverse("admin:cart_taxrate_add"), form).status_code == 302
    rate = TaxRate.objects.get()
    url = reverse("admin:cart_taxrate_change", args=[rate.pk])
    assert client.post(url, {**form, "rate": "1750"}).status_code == 302

    rate.refresh_from_db()
    assert (rate.rate, rate.inclusive, rate.version) == (1750, True, 2)
    entry = AuditEntry.objects.get(action="change")
    assert (entry.actor_id, entry.changes) == (actor.pk, {"rate": ["2000", "1750"]})
    assert audit.first_break("admin") is None


def test_orders_staff_set_methods_and_rates(client, alice):
    of_group(client, "orders")
    form = {"code": "slow", "name": "Slow", "days_from": "5", "days_to": "9", "position": "3"}

    assert client.post(reverse("admin:cart_shippingmethod_add"), form).status_code == 302
    slow = ShippingMethod.objects.get()
    rate = {"seller": alice.seller.pk, "method": slow.pk, "country": "", "price": "99"}
    url = reverse("admin:cart_shippingrate_add")
    assert client.post(url, {**rate, "per_kg": "0", "free_above": ""}).status_code == 302

    made = ShippingRate.objects.get()
    assert (made.seller, made.price, made.currency) == (alice.seller, 99, "GBP")
    change = reverse("admin:cart_shippingrate_change", args=[made.pk])
    theirs = {"seller": "x", "country": "FR", "price": "120", "per_kg": "0", "free_above": ""}
    assert client.post(change, theirs).status_code == 302
    made.refresh_from_db()
    assert (made.price, made.country) == (120, "")
    assert AuditEntry.objects.count() == 3


@pytest.mark.parametrize(
    ("model", "form", "field"),
    [
        (TaxRate, {"country": "UK", "rate": "1", "name": "VAT"}, "country"),
        (TaxRate, {"country": "GB", "rate": "10001", "name": "VAT"}, None),
        (TaxRate, {"country": "GB", "rate": "1", "name": ""}, "name"),
        (ShippingMethod, {"code": "x", "name": "X", "days_from": "3", "days_to": "2"}, None),
    ],
)
def test_what_is_wrong_is_said_and_not_saved(client, dana, model, form, field):
    client.force_login(dana)

    answer = client.post(reverse(f"admin:cart_{model._meta.model_name}_add"), form)

    assert answer.status_code == 200
    assert (field or "__all__") in answer.context["adminform"].form.errors
    assert not model.objects.exists()


@pytest.mark.parametrize(
    ("group", "allowed"),
    [
        ("catalog", set()),
        ("finance", {"taxrate"}),
        ("orders", {"shippingmethod", "shippingrate"}),
        ("support", set()),
        ("analyst", set()),
    ],
)
def test_who_may_set_what(client, alice, group, allowed):
    ships(alice.seller)
    TaxRateFactory()
    ShippingMethodFactory()
    of_group(client, group)

    may = {
        model
        for model in ("taxrate", "shippingmethod", "shippingrate")
        if client.get(reverse(f"admin:cart_{model}_add")).status_code == 200
    }

    assert may == allowed


def test_lists_show_what_they_are_of(client, dana, alice):
    ships(alice.seller, "GB")
    TaxRateFactory(rate=825)
    client.force_login(dana)

    taxes = client.get(reverse("admin:cart_taxrate_changelist")).content.decode()
    rates = client.get(reverse("admin:cart_shippingrate_changelist")).content.decode()

    assert "8.25 %" in taxes
    assert "United Kingdom" in rates
