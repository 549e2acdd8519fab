"""Sellers' own promotions: made over the API, borne by the seller, nobody else's business."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Seller
from accounts.tests.factories import SellerFactory
from cart.models import Promotion
from cart.tests.factories import offered
from catalog.tests.factories import CategoryFactory
from core.models import AuditEntry

URL = "/api/v1/seller/promotions"
ANY = {"If-Match": "*"}
NOW = timezone.now().replace(microsecond=0)
BODY = {"name": "Spring", "kind": "percentage", "rate": 1000, "starts_at": NOW.isoformat()}


@pytest.fixture
def spring(alice):
    return offered(name="Spring", seller=alice.seller, platform_share=0)


def test_a_seller_makes_a_promotion_and_bears_it(api, alice):
    mugs = CategoryFactory(slug="mugs")
    wanted = {"code": "spring-10", "category": "mugs", "minimum": "20.00", "total_limit": 50}

    response = api(alice).post(URL, BODY | wanted)

    assert response.status_code == 201, response.content
    made = Promotion.objects.get()
    assert (made.seller, made.platform_share, made.currency) == (alice.seller, 0, "GBP")
    assert (made.code, made.category, made.minimum, made.total_limit) == (
        "SPRING-10",
        mugs,
        2000,
        50,
    )
    answer = response.json()
    assert (answer["code"], answer["minimum"], answer["rate"]) == ("SPRING-10", "20.00", 1000)
    assert api(alice).get(f"{URL}/{made.pk}").json() == answer
    entry = AuditEntry.objects.get(stream="promotions")
    assert (entry.actor_id, entry.action, entry.object_id) == (alice.pk, "add", str(made.pk))


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        ("fixed", {"amount": "5.00"}),
        ("free_shipping", {}),
        ("buy_x_get_y", {"buys": 2, "gets": 1, "rate": 10_000}),
    ],
)
def test_each_kind_has_its_numbers(api, alice, kind, numbers):
    base = {name: value for name, value in BODY.items() if name != "rate"}

    response = api(alice).post(URL, base | {"kind": kind} | numbers)

    assert response.status_code == 201, response.content


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"platform_share": 10_000}, 400, "platform_share"),
        ({"seller": "x"}, 400, "seller"),
        ({"rate": 10_001}, 400, "rate"),
        ({"rate": 0}, 400, "rate"),
        ({"amount": "1.00"}, 400, "amount"),
        ({"buys": 1}, 400, "buys"),
        ({"kind": "fixed", "amount": "1.00"}, 400, "rate"),
        ({"kind": "fixed"}, 400, "rate"),
        ({"kind": "gift"}, 400, "kind"),
        ({"code": "ten off"}, 400, "code"),
        ({"code": ""}, 400, "code"),
        ({"code": "TAKEN"}, 409, "code"),
        ({"code": "taken"}, 409, "code"),
        ({"category": "nowhere"}, 400, "category"),
        ({"minimum": "-1.00"}, 400, "minimum"),
        ({"minimum": "1.005"}, 422, "minimum"),
        ({"ends_at": NOW.isoformat()}, 400, "ends_at"),
        ({"total_limit": 0}, 400, "total_limit"),
        ({"first_order_only": True}, 400, "customer_limit"),
        ({"combines": "yes"}, 400, "combines"),
        ({"name": ""}, 400, "name"),
    ],
)
def test_what_makes_no_promotion_is_named_and_changes_nothing(api, alice, changes, status, field):
    offered(code="TAKEN")

    response = api(alice).post(URL, BODY | changes)

    assert response.status_code == status, response.content
    assert response.json()["errors"][0]["field"] == field
    assert Promotion.objects.count() == 1
    assert not AuditEntry.objects.filter(stream="promotions").exists()


def test_only_approved_sellers_make_promotions(api, alice, bob):
    Seller.objects.update(status=Seller.Status.SUSPENDED)

    assert api(alice).post(URL, BODY).status_code == 403
    assert api(bob).post(URL, BODY).status_code == 403
    assert api(bob).get(URL).status_code == 403
    assert api().post(URL, BODY).status_code == 401
    assert not Promotion.objects.exists()


def test_another_sellers_promotion_is_not_there(api, alice, spring):
    theirs = offered(seller=SellerFactory(), platform_share=0)
    platforms = offered(seller=alice.seller)

    for each in (theirs, platforms):
        there = f"{URL}/{each.pk}"
        assert api(alice).get(there).status_code == 404
        assert api(alice, **ANY).patch(there, {"name": "Mine"}).status_code == 404
        assert api(alice, **ANY).delete(there).status_code == 404
    listed = api(alice).get(URL).json()["results"]
    assert [each["id"] for each in listed] == [str(spring.pk)]
    assert set(Promotion.objects.values_list("is_active", "version")) == {(True, 1)}


def test_a_seller_changes_a_promotion_that_is_as_it_was_read(api, alice, spring):
    client, there = api(alice), f"{URL}/{spring.pk}"
    tag = client.get(there)["ETag"]

    changed = api(alice, **{"If-Match": tag}).patch(there, {"total_limit": 3, "minimum": "5.00"})
    late = api(alice, **{"If-Match": tag}).patch(there, {"total_limit": 9})

    assert changed.status_code == 200, changed.content
    assert (changed.json()["total_limit"], changed.json()["minimum"]) == (3, "5.00")
    assert (late.status_code, client.patch(there, {"name": "x"}).status_code) == (412, 428)
    spring.refresh_from_db()
    assert (spring.total_limit, spring.version) == (3, 2)
    assert AuditEntry.objects.get(stream="promotions").changes == {
        "total_limit": "3",
        "minimum": "500",
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rate": 2000}, "rate"),
        ({"code": "NEW"}, "code"),
        ({"kind": "fixed"}, "kind"),
        ({"ends_at": (NOW - timedelta(days=9999)).isoformat()}, "ends_at"),
    ],
)
def test_what_shoppers_were_promised_does_not_change(api, alice, spring, changes, field):
    response = api(alice, **ANY).patch(f"{URL}/{spring.pk}", changes)

    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, field)
    spring.refresh_from_db()
    assert spring.version == 1


def test_a_seller_ends_a_promotion_at_once(api, alice, spring):
    response = api(alice, **ANY).delete(f"{URL}/{spring.pk}")

    assert (response.status_code, response.json()["is_active"]) == (200, False)
    assert Promotion.objects.count() == 1


def test_the_list_asks_the_same_number_of_queries_for_one_and_for_three(
    api, alice, spring, django_assert_num_queries
):
    client = api(alice)
    client.get(URL)
    for more in (0, 2):
        for _ in range(more):
            offered(seller=alice.seller, platform_share=0, category=CategoryFactory())
        with django_assert_num_queries(3):
            client.get(URL)


def test_staff_make_promotions_with_their_name_on_it(client, dana):
    client.force_login(dana)
    form = {
        "name": "Spring",
        "kind": "fixed",
        "code": "",
        "rate": 0,
        "amount": 500,
        "buys": 0,
        "gets": 0,
        "minimum": 0,
        "starts_at_0": "2026-01-01",
        "starts_at_1": "00:00",
        "platform_share": 10_000,
        "is_active": "on",
    }

    response = client.post("/admin/cart/promotion/add/", form)

    assert response.status_code == 302, response.context["errors"]
    made = Promotion.objects.get()
    assert (made.code, made.amount, made.currency) == (None, 500, "GBP")
    entry = AuditEntry.objects.get(stream="admin")
    assert (entry.actor_id, entry.object_type) == (dana.pk, "cart.promotion")
    wrong = client.post("/admin/cart/promotion/add/", form | {"platform_share": 0})
    assert "needs a seller who does" in wrong.content.decode()
    assert Promotion.objects.count() == 1


def test_staff_without_the_right_make_none(client, dana):
    dana.groups.set(dana.groups.filter(name="catalog"))
    client.force_login(dana)

    assert client.get("/admin/cart/promotion/add/").status_code == 403
