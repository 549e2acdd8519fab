"""Pages without a browser: what they say, whom they let in, how much they ask of the database."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.tests.factories import PASSWORD
from cart.models import CartItem
from catalog.models import Media, Product, Variant
from catalog.tests.factories import BrandFactory, CategoryFactory, on_sale
from ledger.testing import assert_books_balance
from orders.models import Order
from orders.tests.factories import ADDRESS, buy, give, put_in_cart

OWN = ["/cart", "/checkout", "/orders", "/orders/{number}", "/wallet"]
CHECKOUT = {**ADDRESS, "payment_method": "wallet"}


@pytest.fixture
def signed_in(client, bob):
    client.force_login(bob)
    return client


@pytest.mark.parametrize("path", [path for path in OWN if path in {"/orders", "/wallet"}])
def test_private_pages_ask_for_a_sign_in_and_come_back(client, db, path):
    response = client.get(path)

    assert (response.status_code, response["Location"]) == (302, f"/sign-in?next={path}")


def queries(client, path):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200, path
    return len(captured)


@pytest.mark.parametrize("path", ["/", "/search", "/c/mugs", "/p/cup", *OWN])
def test_pages_ask_the_same_number_of_queries_for_one_and_for_more(signed_in, bob, path):
    mugs = CategoryFactory(slug="mugs")
    give(bob, "1000.00")
    cup = on_sale(slug="cup", category=mugs, brand=BrandFactory())
    more = [on_sale(category=mugs, brand=BrandFactory()) for _ in range(3)]
    order = buy(bob, cup)
    put_in_cart(bob, cup)
    hidden = Product.objects.filter(pk__in=[v.product_id for v in more[1:]])
    hidden.update(status="archived")
    path = path.format(number=order.number)
    queries(signed_in, path)  # which flags there are is remembered
    few = queries(signed_in, path)

    hidden.update(status="active")
    for variant in more:
        put_in_cart(bob, variant)
        buy(bob, *more)

    assert queries(signed_in, path) == few


def test_a_wrong_filter_is_shown_beside_its_field_and_narrows_nothing(client, db):
    on_sale(title="Cup")

    page = client.get("/search?min_price=cheap&ordering=weight").content.decode()

    assert "Write the amount as a plain decimal" in page
    assert "Cup" in page


@pytest.mark.parametrize("text", ["100%", "_", "'", '"', "\\", "a OR b", "%00"])
def test_a_search_is_text_whatever_its_characters(client, db, text):
    on_sale(title="Cup")

    response = client.get("/search", {"q": text})

    assert response.status_code == 200
    assert ">Cup<" not in response.content.decode()


def test_search_finds_every_word_in_any_order_and_skus(client, db):
    on_sale(title="Blue Spotted Cup")
    variant = on_sale(title="Lantern")

    assert "Blue Spotted Cup" in client.get("/search?q=cup+BLUE").content.decode()
    assert "Lantern" in client.get(f"/search?q={variant.sku.lower()}").content.decode()


def test_a_page_beyond_the_last_is_the_last(client, db):
    on_sale(title="Cup")

    assert "Cup" in client.get("/search?page=99").content.decode()


def test_sign_in_goes_only_to_our_own_pages(client, bob):
    body = {"email": bob.email, "password": PASSWORD}

    away = client.post("/sign-in", {**body, "next": "https://evil.example/"})
    client.logout()
    home = client.post("/sign-in", {**body, "next": "/wallet"})

    assert (away["Location"], home["Location"]) == ("/", "/wallet")


def test_register_says_what_the_api_says_beside_the_field(client, bob):
    body = {"name": "Bob", "email": bob.email.upper(), "password": PASSWORD}

    taken = client.post("/register", body)
    weak = client.post("/register", {**body, "email": "new@example.com", "password": "password"})

    assert taken.context["form"].errors["email"] == [
        "There is an account with this e-mail address already."
    ]
    assert weak.context["form"].errors["password"] == ["This password is too common."]
    assert User.objects.count() == 1


def test_sign_in_attempts_are_limited(client, bob, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"login": "1/minute"}
    body = {"email": bob.email, "password": "wrong"}

    client.post("/sign-in", body)
    limited = client.post("/sign-in", {**body, "password": PASSWORD})

    assert limited.status_code == 429
    assert "_auth_user_id" not in client.session


def test_signing_out_needs_a_post(signed_in):
    assert signed_in.get("/sign-out").status_code == 405
    assert signed_in.post("/sign-out")["Location"] == "/"
    assert "_auth_user_id" not in signed_in.session


def test_forms_are_protected_against_other_sites(bob):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(bob)

    assert strict.post("/cart/add", {"variant_id": "x", "quantity": 1}).status_code == 403


def test_the_same_checkout_sent_twice_places_one_order(signed_in, bob):
    put_in_cart(bob, on_sale(price=450))
    give(bob, "10.00")
    key = signed_in.get("/checkout").context["form"]["key"].value()

    first = signed_in.post("/checkout", {**CHECKOUT, "key": key})
    second = signed_in.post("/checkout", {**CHECKOUT, "key": key})

    assert first["Location"] == f"/orders/{Order.objects.get().number}?placed"
    assert second["Location"] == f"/orders/{Order.objects.get().number}"
    assert Order.objects.count() == 1
    assert_books_balance()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"zip": ""}, "zip"),
        ({"country": "UK"}, "country"),
        ({"payment_method": "gold"}, "payment_method"),
    ],
)
def test_what_is_wrong_with_a_checkout_is_beside_its_field(signed_in, bob, changes, field):
    put_in_cart(bob, on_sale())

    response = signed_in.post("/checkout", {**CHECKOUT, "key": "k", **changes})

    assert list(response.context["form"].errors) == [field]
    assert not Order.objects.exists()


def test_a_refused_checkout_says_why_and_offers_a_new_attempt(signed_in, bob):
    put_in_cart(bob, on_sale(price=450))

    response = signed_in.post("/checkout", {**CHECKOUT, "key": "k"})

    assert response.context["form"].non_field_errors() == ["There is not enough money."]
    assert response.context["form"]["key"].value() != "k"
    assert str(response.context["shortfall"]) == "4.50"


def test_another_ones_order_is_not_there(client, bob, charlie):
    give(bob, "10.00")
    order = buy(bob, on_sale())
    client.force_login(charlie)

    assert client.get(f"/orders/{order.number}").status_code == 404


def test_another_ones_basket_item_cannot_be_changed(client, bob, charlie):
    put_in_cart(bob, on_sale())
    item = CartItem.objects.get()
    client.force_login(charlie)

    response = client.post(f"/cart/items/{item.pk}", {"quantity": 0})

    assert response.status_code == 409
    assert CartItem.objects.filter(pk=item.pk).exists()


@pytest.mark.parametrize("quantity", ["", "-1", "x", "100"])
def test_a_wrong_quantity_is_refused_beside_the_item(signed_in, bob, quantity):
    put_in_cart(bob, on_sale())
    item = CartItem.objects.get()

    response = signed_in.post(f"/cart/items/{item.pk}", {"quantity": quantity})

    assert response.status_code in {400, 409}
    assert list(response.context["errors"]) == [str(item.pk)]
    item.refresh_from_db()
    assert item.quantity == 1


def test_a_picture_is_drawn_until_one_is_uploaded(client, db):
    variant = on_sale(title="Cup & Saucer")
    url = variant.product.image_url

    drawn = client.get(url)

    assert drawn["Content-Type"] == "image/svg+xml"
    assert drawn["Cache-Control"] == "public, max-age=86400"
    assert "Cup &amp; Saucer" in drawn.content.decode()
    Media.objects.create(product=variant.product, url="/media/cup.webp")
    assert Product.objects.get().image_url == "/media/cup.webp"


def test_drafts_have_no_picture_and_no_page(client, db):
    variant = on_sale()
    Product.objects.update(status="draft")

    assert client.get(variant.product.image_url).status_code == 404
    assert client.get(f"/p/{variant.product.slug}").status_code == 404


def test_prices_and_dates_are_written_as_a_british_shop_writes_them(signed_in, bob):
    give(bob, "2000.00")
    order = buy(bob, on_sale(price=123_456))

    page = signed_in.get(f"/orders/{order.number}").content.decode()

    assert "£1,234.56" in page
    assert f"{order.created_at.day} {order.created_at:%B %Y}" in page


def test_what_is_sold_out_says_so(client, db):
    variant = on_sale(stock=0)

    page = client.get(f"/p/{variant.product.slug}").content.decode()

    assert "Sold out" in page
    assert Variant.objects.get().stock == 0


def back_office(client, email, password=PASSWORD, come_from="127.0.0.1"):
    body = {"username": email, "password": password}
    return client.post("/admin/login/", body, REMOTE_ADDR=come_from)


def refusals(response):
    return [e.code for e in response.context["form"].non_field_errors().as_data()]


@pytest.mark.parametrize(
    ("email", "password"), [("", PASSWORD), ("dana@example.com", ""), ("", "")]
)
def test_the_back_office_asks_for_what_is_missing(client, dana, email, password):
    response = back_office(client, email, password)

    assert response.status_code == 200
    assert response.context["form"].has_error("username", "required") is (not email)
    assert response.context["form"].has_error("password", "required") is (not password)


def test_back_office_attempts_are_limited_per_address(client, dana, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"login": "2/minute"}
    for n in range(2):
        assert refusals(back_office(client, f"{n}@example.com")) == ["invalid_login"]

    assert refusals(back_office(client, dana.email)) == ["too_many_requests"]
    assert back_office(client, dana.email, come_from="10.0.0.1").status_code == 302


def test_back_office_failures_are_limited_per_account(client, dana, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"login": "2/minute"}
    for n in range(2):
        wrong = back_office(client, dana.email.upper(), "wrong", f"10.0.0.{n}")
        assert refusals(wrong) == ["invalid_login"]

    limited = back_office(client, dana.email, come_from="10.0.0.3")

    assert refusals(limited) == ["too_many_requests"]
    assert "_auth_user_id" not in client.session


def test_sign_in_failures_are_limited_per_account_and_successes_are_not(client, bob, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"login": "2/minute"}

    def sign_in(password, n):
        body = {"email": bob.email, "password": password}
        return client.post("/sign-in", body, REMOTE_ADDR=f"10.0.0.{n}").status_code

    assert [sign_in(PASSWORD, n) for n in range(3)] == [302, 302, 302]
    assert [sign_in("wrong", n) for n in range(3, 5)] == [200, 200]
    assert sign_in(PASSWORD, 6) == 429


def test_register_refuses_a_name_that_is_too_long_beside_its_field(client, db):
    body = {"name": "x" * 151, "email": "new@example.com", "password": PASSWORD}

    response = client.post("/register", body)

    assert response.context["form"].errors["name"] == [
        "A first and a last name may have 150 characters each."
    ]
    assert not User.objects.exists()
