"""Promotions at the cart: whom they are given, why a code is refused, and what the shopper sees."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cart import services
from cart.models import EnteredCode, Promotion
from cart.shoppers import Shopper, token_of
from cart.tests.factories import offered
from catalog.models import Variant
from catalog.tests.factories import CategoryFactory, on_sale

URL = "/api/v1/cart"
CODES = f"{URL}/promotions"
NOW = timezone.now()
DAY = timedelta(days=1)


def put(user, variant, quantity=1):
    return services.add(shopper=Shopper(user=user), variant=variant, quantity=quantity, at=NOW)


def shown(api, user):
    return api(user).get(URL).json()


@pytest.fixture
def basket(bob):
    """Two cups at 4.50 and a bowl at 11.00: 20.00."""
    put(bob, on_sale(price=450, title="Cup"), 2)
    put(bob, on_sale(price=1100, title="Bowl"))


def test_an_automatic_promotion_is_shown_by_line_and_in_all(api, bob, basket):
    offered(name="Spring", rate=1000)

    cart = shown(api, bob)

    assert [item["discount"] for item in cart["items"]] == ["0.90", "1.10"]
    assert (cart["subtotal"], cart["discount"], cart["total"]) == ("20.00", "2.00", "18.00")
    assert cart["promotions"] == [
        {
            "code": "",
            "name": "Spring",
            "discount": "2.00",
            "applied": True,
            "reason_code": "",
            "reason": "",
        }
    ]


def test_a_code_is_entered_in_any_letters_and_once(api, bob, basket):
    offered("fixed", name="Five off", amount=500, code="FIVE-OFF")

    for typed in ("five-off", " Five-Off "):
        response = api(bob).post(CODES, {"code": typed})

    assert response.status_code == 200
    assert (response.json()["discount"], response.json()["total"]) == ("5.00", "15.00")
    assert EnteredCode.objects.count() == 1


def test_a_guest_enters_a_code(api, db):
    offered(code="TEN")
    cup = on_sale(price=450)
    made = api().post(f"{URL}/items", {"variant_id": str(cup.pk), "quantity": 1})
    client = api(None, x_cart_token=made["X-Cart-Token"])

    assert client.post(CODES, {"code": "ten"}).json()["discount"] == "0.45"
    assert api().get(URL).json()["discount"] == "0.00"


@pytest.mark.parametrize(
    ("columns", "status", "code"),
    [
        ({"code": "OTHER"}, 404, "promotion_unknown"),
        ({"currency": "EUR"}, 404, "promotion_unknown"),
        ({"starts_at": NOW + DAY}, 409, "promotion_not_begun"),
        ({"ends_at": NOW - DAY}, 409, "promotion_expired"),
        ({"is_active": False}, 409, "promotion_expired"),
        ({"minimum": 2001}, 409, "promotion_minimum"),
        ({"kind": "buy_x_get_y", "buys": 3, "gets": 1}, 409, "promotion_pieces_missing"),
    ],
)
def test_why_a_code_is_refused_is_said_and_nothing_changes(api, bob, basket, columns, status, code):
    offered(**{"code": "TEN", **columns})

    response = api(bob).post(CODES, {"code": "ten"})

    assert response.status_code == status
    refused = response.json()
    assert (refused["code"], refused["errors"][0]["field"]) == (code, "code")
    assert refused["promotion"] == "TEN"
    assert not EnteredCode.objects.exists()
    assert shown(api, bob)["discount"] == "0.00"


def test_what_is_missing_to_the_minimum_is_said(api, bob, basket):
    offered(code="TEN", minimum=2500)

    refused = api(bob).post(CODES, {"code": "TEN"}).json()

    assert (refused["minimum"], refused["missing"], refused["currency"]) == (
        "25.00",
        "5.00",
        "GBP",
    )
    assert refused["detail"] == "TEN needs goods for 25.00 GBP: 5.00 more, and it is good."


@pytest.mark.parametrize(("body", "code"), [({}, "required"), ({"code": "x" * 41}, "max_length")])
def test_a_code_must_be_one(api, bob, basket, body, code):
    response = api(bob).post(CODES, body)

    assert (response.status_code, response.json()["errors"][0]["code"]) == (400, code)


def test_an_empty_basket_takes_no_code(api, bob):
    offered(code="TEN")

    response = api(bob).post(CODES, {"code": "TEN"})

    assert (response.status_code, response.json()["code"]) == (400, "cart_empty")
    assert not EnteredCode.objects.exists()


def test_a_basket_takes_five_codes(api, bob, basket):
    for number in range(6):
        offered(code=f"CODE{number}")

    answers = [api(bob).post(CODES, {"code": f"code{n}"}).status_code for n in range(6)]

    assert answers == [200] * 5 + [409]
    assert EnteredCode.objects.count() == 5


def test_guessing_codes_is_limited_by_address(api, bob, basket, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"promotion_code": "2/minute"}

    answers = [api(bob).post(CODES, {"code": "guess"}).status_code for _ in range(3)]

    assert answers == [404, 404, 429]


def test_category_and_seller_narrow_what_is_reduced(api, bob, alice):
    kitchen = CategoryFactory()
    cups = CategoryFactory(parent=kitchen)
    put(bob, on_sale(price=400, category=cups, seller=alice.seller))
    put(bob, on_sale(price=600, category=cups))
    put(bob, on_sale(price=800))
    offered(code="KITCHEN", category=kitchen, rate=5000, combines=True)
    offered(code="ALICE", seller=alice.seller, rate=2500, combines=True)

    api(bob).post(CODES, {"code": "KITCHEN"})
    cart = api(bob).post(CODES, {"code": "ALICE"}).json()

    assert [item["discount"] for item in cart["items"]] == ["2.50", "3.00", "0.00"]
    assert [(p["code"], p["discount"]) for p in cart["promotions"]] == [
        ("KITCHEN", "5.00"),
        ("ALICE", "0.50"),
    ]


def test_a_code_for_goods_that_are_not_there_is_refused(api, bob, basket, alice):
    offered(code="ALICE", seller=alice.seller)

    response = api(bob).post(CODES, {"code": "ALICE"})

    assert (response.status_code, response.json()["code"]) == (409, "promotion_not_for_these")


def test_the_minimum_is_of_what_is_covered(api, bob, alice):
    put(bob, on_sale(price=1900))
    put(bob, on_sale(price=100, seller=alice.seller))
    offered(seller=alice.seller, minimum=101)

    assert shown(api, bob)["discount"] == "0.00"


def test_a_code_that_no_longer_applies_is_shown_with_the_reason(api, bob, basket):
    offered(code="TEN", name="Ten off")
    api(bob).post(CODES, {"code": "TEN"})
    Promotion.objects.update(ends_at=NOW - DAY)

    cart = shown(api, bob)

    assert (cart["discount"], cart["total"]) == ("0.00", "20.00")
    assert cart["promotions"] == [
        {
            "code": "TEN",
            "name": "Ten off",
            "discount": "0.00",
            "applied": False,
            "reason_code": "promotion_expired",
            "reason": "TEN is no longer good.",
        }
    ]


@pytest.mark.parametrize(
    ("columns", "reason"),
    [({"kind": "free_shipping"}, "promotion_at_checkout"), ({"rate": 500}, "promotion_not_best")],
)
def test_a_good_code_that_gives_nothing_says_why(api, bob, basket, columns, reason):
    if columns.get("rate"):
        offered(rate=1000)
    offered(**{"code": "MINE", **columns})

    cart = api(bob).post(CODES, {"code": "MINE"}).json()

    assert [(p["code"], p["applied"], p["reason_code"]) for p in cart["promotions"]][-1] == (
        "MINE",
        False,
        reason,
    )


def test_codes_are_taken_off(api, bob, basket):
    for code in ("ONE", "TWO", "THREE"):
        offered(code=code)
        api(bob).post(CODES, {"code": code})

    assert api(bob).delete(f"{CODES}?code=two").status_code == 200
    again = api(bob).delete(f"{CODES}?code=two")
    assert (again.status_code, again.json()["code"]) == (404, "code_not_entered")
    assert len(shown(api, bob)["promotions"]) == 2
    assert api(bob).delete(CODES).json()["promotions"] == []
    assert api(bob).delete(CODES).status_code == 200


def test_codes_of_others_cannot_be_taken_off(api, bob, charlie, basket):
    offered(code="TEN")
    api(bob).post(CODES, {"code": "TEN"})

    assert api(charlie).delete(f"{CODES}?code=TEN").status_code == 404
    assert api(charlie).delete(CODES).status_code == 200
    assert EnteredCode.objects.count() == 1


def test_a_guests_codes_come_along_when_carts_merge(api, bob, basket):
    offered(code="TEN", rate=1000)
    offered(code="FIVE", rate=500)
    guests = services.add(shopper=Shopper(), variant=on_sale(price=500), quantity=1, at=NOW).cart
    for code in ("TEN", "FIVE"):
        services.enter_code(shopper=Shopper(guest_cart=guests.pk), code=code, at=NOW)
    services.enter_code(shopper=Shopper(user=bob), code="TEN", at=NOW)

    merged = api(bob, x_cart_token=token_of(guests.pk)).post(f"{URL}/merge").json()

    assert merged["discount"] == "2.50"
    assert {p["code"] for p in merged["promotions"]} == {"TEN", "FIVE"}


def test_clearing_the_cart_takes_codes_out(api, bob, basket):
    offered(code="TEN")
    api(bob).post(CODES, {"code": "TEN"})

    api(bob).delete(URL)

    assert not EnteredCode.objects.exists()


def test_a_cart_with_promotions_asks_the_same_number_of_queries_for_one_and_for_three(
    api, bob, django_assert_num_queries
):
    client = api(bob)
    kitchen = CategoryFactory()
    put(bob, on_sale(category=kitchen))
    offered(category=kitchen)
    client.get(URL)
    with django_assert_num_queries(8):
        client.get(URL)
    for number in range(2):
        put(bob, on_sale(category=kitchen))
        offered(code=f"CODE{number}", combines=True)
        services.enter_code(shopper=Shopper(user=bob), code=f"code{number}", at=NOW)
    with django_assert_num_queries(8):
        client.get(URL)


def test_the_basket_page_shows_what_is_taken_off_and_takes_codes(client, bob, basket):
    client.force_login(bob)
    offered(code="TEN", name="Ten off")

    page = client.post("/cart/codes", {"code": "ten"}, follow=True).content.decode()

    assert "Ten off" in page
    assert "£2.00" in page
    assert "£18.00" in page
    Promotion.objects.update(is_active=False)
    assert "TEN is no longer good." in client.get("/cart").content.decode()
    assert (
        "TEN"
        not in client.post("/cart/codes/remove", {"code": "TEN"}, follow=True).content.decode()
    )


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [("NOPE", 409, "We know no code NOPE."), ("", 400, "This field is required.")],
)
def test_the_basket_page_says_why_a_code_is_refused(client, bob, basket, typed, status, said):
    client.force_login(bob)

    response = client.post("/cart/codes", {"code": typed})

    assert response.status_code == status
    assert said in response.content.decode()
    assert not EnteredCode.objects.exists()


def test_a_price_that_moved_moves_the_discount(api, bob, basket):
    offered(rate=1000)
    Variant.objects.filter(product__title="Bowl").update(price=2100)

    assert shown(api, bob)["discount"] == "3.00"
