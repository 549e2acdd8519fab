"""The back office: who gets in, what each page shows, what is audited."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from accounts import sessions
from accounts.models import Session
from accounts.tests.factories import PASSWORD, UserFactory
from catalog.models import Product
from catalog.tests.factories import BrandFactory, on_sale
from core import audit, events
from core.ids import uuid7
from core.models import AuditEntry, Delivery, Job
from orders.tests.factories import buy, give

OURS = ("accounts", "cart", "catalog", "core", "ledger", "orders")


@pytest.fixture
def boss(db):
    return UserFactory(email="boss@example.com", is_staff=True, is_superuser=True)


@pytest.fixture
def full(bob):
    """Something in every table that a page shows."""
    give(bob, "100.00")
    buy(bob, on_sale(brand=BrandFactory()))


def registered():
    return [model for model in admin.site._registry if model._meta.app_label in OURS]


@pytest.mark.parametrize("model", registered(), ids=lambda m: m._meta.label)
def test_every_page_opens_and_asks_no_more_for_more_rows(
    client, boss, full, model, django_assert_max_num_queries
):
    client.force_login(boss)
    url = f"admin:{model._meta.app_label}_{model._meta.model_name}"

    with django_assert_max_num_queries(16):
        assert client.get(reverse(f"{url}_changelist")).status_code == 200
    row = model._default_manager.first()
    if row is not None:
        with django_assert_max_num_queries(24):
            assert client.get(reverse(f"{url}_change", args=[row.pk])).status_code == 200


@pytest.mark.parametrize("label", ["orders.order", "ledger.account", "ledger.transaction"])
def test_history_has_no_door_for_changes_even_for_an_administrator(client, boss, full, label):
    client.force_login(boss)
    row = apps.get_model(label).objects.first()
    url = f"admin:{label.replace('.', '_')}"

    assert client.get(reverse(f"{url}_add")).status_code == 403
    assert client.post(reverse(f"{url}_change", args=[row.pk]), {}).status_code == 403
    assert client.post(reverse(f"{url}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_staff_see_what_their_group_may_and_nothing_else(client, db):
    clerk = UserFactory(is_staff=True)
    clerk.groups.add(Group.objects.get(name="catalog"))
    client.force_login(clerk)

    assert client.get(reverse("admin:catalog_product_changelist")).status_code == 200
    assert client.get(reverse("admin:orders_order_changelist")).status_code == 403
    assert client.get(reverse("admin:ledger_account_changelist")).status_code == 403


def test_shoppers_do_not_get_in(client, bob):
    client.force_login(bob)

    assert client.get(reverse("admin:index")).status_code == 302


def test_nobody_but_an_administrator_hands_out_power(client, bob, db):
    helper = UserFactory(is_staff=True)
    helper.groups.add(Group.objects.get(name="support"))
    client.force_login(helper)
    form = {"email": bob.email, "first_name": "Robert", "is_superuser": "on", "is_staff": "on"}

    response = client.post(
        reverse("admin:accounts_user_change", args=[bob.pk]), form | inline("addresses")
    )

    assert response.status_code == 302
    bob.refresh_from_db()
    assert (bob.first_name, bob.is_staff, bob.is_superuser) == ("Robert", False, False)


def inline(prefix):
    return {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}


def test_signing_in_is_noted_and_limited(client, boss, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"login": "2/minute"}
    url = reverse("admin:login")

    wrong = client.post(url, {"username": boss.email, "password": "wrong"})
    right = client.post(url, {"username": boss.email.upper(), "password": PASSWORD})
    client.logout()
    limited = client.post(url, {"username": boss.email, "password": PASSWORD})

    assert (wrong.status_code, right.status_code, limited.status_code) == (200, 302, 200)
    assert "Too many requests" in limited.content.decode()
    boss.refresh_from_db()
    assert boss.last_login_at is not None


def test_a_change_of_price_reaches_the_product_and_the_audit_trail(client, boss):
    variant = on_sale(price=450)
    client.force_login(boss)
    url = reverse("admin:catalog_variant_change", args=[variant.pk])
    form = {
        "product": variant.product_id,
        "sku": variant.sku,
        "options": "{}",
        "currency": "GBP",
        "price": "399",
        "is_active": "on",
        "position": "0",
        "low_stock_at": "0",
        "weight": "0",
    }

    assert client.post(url, form).status_code == 302

    assert Product.objects.get().price == 399
    entry = AuditEntry.objects.get()
    assert (entry.actor_id, entry.action, entry.changes) == (
        boss.pk,
        "change",
        {"price": ["450", "399"]},
    )
    assert audit.first_break("admin") is None
    variant.refresh_from_db()
    assert variant.version == 3


def test_a_parked_delivery_is_replayed(client, boss, settings):
    settings.EVENT_CONSUMERS = {"x": ["nowhere.at.all"]}
    delivery = events.record("x", uuid7(), {}, at=timezone.now() - timedelta(days=1))
    parked = delivery.deliveries.get()
    Delivery.objects.update(state=Delivery.State.PARKED, attempts=10)
    client.force_login(boss)

    client.post(
        reverse("admin:core_delivery_changelist"),
        {"action": "replay", "_selected_action": [str(parked.pk)]},
    )

    parked.refresh_from_db()
    assert (parked.state, parked.attempts) == ("pending", 0)


@pytest.fixture
def support(client):
    helper = UserFactory(is_staff=True)
    helper.groups.add(Group.objects.get(name="support"))
    client.force_login(helper)
    return helper


def test_nobody_but_an_administrator_sets_passwords(client, boss, bob, support):
    form = {"password1": "a new secret 1", "password2": "a new secret 1", "usable_password": "true"}
    for user in (boss, bob):
        url = reverse("admin:auth_user_password_change", args=[user.pk])

        assert client.post(url, form).status_code == 403

        user.refresh_from_db()
        assert user.check_password(PASSWORD)


def test_a_password_set_by_an_administrator_is_noted_and_ends_sessions(client, boss, bob):
    sessions.begin(user=bob, device="phone", at=timezone.now())
    client.force_login(boss)
    url = reverse("admin:auth_user_password_change", args=[bob.pk])
    form = {"password1": "a new secret 1", "password2": "a new secret 1", "usable_password": "true"}

    assert client.post(url, form).status_code == 302

    assert AuditEntry.objects.get().changes == {"password": ["", ""]}
    assert Session.objects.get().revoked_at is not None


def test_nobody_but_an_administrator_sees_a_hash_or_changes_a_colleague(client, boss, bob, support):
    page = client.get(reverse("admin:accounts_user_change", args=[bob.pk])).content.decode()
    assert bob.email in page
    assert "md5" not in page
    url = reverse("admin:accounts_user_change", args=[boss.pk])
    assert client.post(url, {"first_name": "x"} | inline("addresses")).status_code == 403


def test_support_approves_a_shop_but_does_not_take_it_over(client, alice, support):
    url = reverse("admin:accounts_seller_change", args=[alice.seller.pk])
    form = {"name": "Attic", "status": "suspended", "user": support.pk, "commission_rate": "0"}

    assert client.post(url, form).status_code == 302

    alice.seller.refresh_from_db()
    shop = alice.seller
    assert (shop.status, shop.user, shop.commission_rate) == ("suspended", alice, 1000)


def test_an_account_that_is_switched_off_is_signed_out(client, boss, bob):
    sessions.begin(user=bob, device="phone", at=timezone.now())
    client.force_login(boss)
    form = {"email": bob.email, "first_name": "Bob"} | inline("addresses")

    assert (
        client.post(reverse("admin:accounts_user_change", args=[bob.pk]), form).status_code == 302
    )

    bob.refresh_from_db()
    assert bob.is_active is False
    assert Session.objects.get().revoked_at is not None


def test_what_only_the_database_can_see_is_refused_in_words(client, boss):
    variant = on_sale()
    client.force_login(boss)
    url = reverse("admin:catalog_variant_change", args=[variant.pk])
    form = {"sku": "x", "options": "{}", "price": "1" * 30, "position": "0", "is_active": "on"}
    form |= {"low_stock_at": "0", "weight": "0"}

    response = client.post(url, form, follow=True)

    assert response.status_code == 200
    variant.refresh_from_db()
    assert variant.price == 1000


def test_a_job_that_failed_is_tried_again_and_others_are_not(db, client, support):
    at = timezone.now()
    ended = {"queued_at": at, "next_at": at, "finished_at": at, "attempts": 5}
    failed, done = (
        Job.objects.create(kind="report", key=state, state=state, **ended)
        for state in (Job.State.FAILED, Job.State.DONE)
    )

    page = client.post(
        reverse("admin:core_job_changelist"),
        {"action": "retry", "_selected_action": [str(failed.pk), str(done.pk)]},
        follow=True,
    )

    assert "Only a job that has failed can be tried again." in page.content.decode()
    failed.refresh_from_db()
    done.refresh_from_db()
    assert (failed.state, failed.attempts) == (Job.State.WAITING, 0)
    assert (done.state, done.attempts) == (Job.State.DONE, 5)
    assert AuditEntry.objects.get().actor_id == support.pk
