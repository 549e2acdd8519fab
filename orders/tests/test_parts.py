"""What a price is made of reaches the books part by part, and comes back part by part."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.tests.factories import SellerFactory, UserFactory
from cart.pricing import Customer, PricedLine, Quote
from catalog.tests.factories import on_sale
from ledger.chart import shard_codes
from ledger.models import Account
from ledger.testing import assert_books_balance
from orders.models import Order, OrderLine, Refund
from orders.services import PastRefund, PastSale, cancel_order, record_past
from orders.services.drafts import draft, save
from orders.services.payments import pay_from_wallets
from orders.tests.factories import ADDRESS, give

AT = datetime(2026, 1, 2, tzinfo=UTC)
PARTS = {
    "discount": 250,
    "sponsored": 100,
    "shipping": 301,
    "tax": 47,
    "tax_included": 33,
    "tax_rate": 500,
    "tax_name": "VAT",
}


def balance(code):
    return sum(Account.objects.filter(code__in=shard_codes(code)).values_list("balance", flat=True))


def cup(commission_rate=1000):
    return on_sale(price=450, seller=SellerFactory(commission_rate=commission_rate))


def drafted(buyer, line):
    return draft(
        customer=Customer(buyer, buyer.email),
        quote=Quote([line]),
        currency="GBP",
        addresses=(ADDRESS, ADDRESS),
        at=AT,
    )


def shares(line):
    """What the platform and the seller of ``line`` have: promotions, tax, commission, payable."""
    return [
        balance("platform:promotions:GBP"),
        balance("platform:tax:GB:GBP"),
        balance("platform:commission:GBP"),
        balance(f"seller:{line.seller.pk.hex}:payable:GBP"),
    ]


def test_each_part_of_a_price_goes_where_it_belongs(bob):
    line = PricedLine(cup(), 3, 450, **PARTS)

    record_past(sales=[PastSale("old:1", bob, (line,), "GBP", ADDRESS, AT)])

    order = Order.objects.get()
    commission = 120  # a tenth of 13.50 less the 1.50 that the seller took off
    assert order.total == 1350 - 250 + 301 + 47 == 1448
    assert shares(line) == [-100, 80, commission, 1448 + 100 - 80 - commission]
    assert order.seller_orders.get().proceeds == 1348
    assert_books_balance()


def test_pieces_give_back_their_part_of_everything(bob):
    line = PricedLine(cup(), 3, 450, **PARTS)
    sale = PastSale("old:1", bob, (line,), "GBP", ADDRESS, AT)
    first = PastRefund("back:1", "old:1", {1: 1}, "broken", AT)
    rest = PastRefund("back:2", "old:1", {1: 2}, "broken", AT)

    record_past(sales=[sale], returns=[first])
    after_one = shares(line)
    record_past(sales=[], returns=[rest])

    back = [(r.amount, r.sponsored) for r in Refund.objects.order_by("reference")]
    assert back == [(482, 33), (966, 67)]
    assert after_one == [-67, 80 - 26, 120 - 40, 1348 - (482 + 33 - 26 - 40)]
    assert shares(line) == [0, 0, 0, 0]
    assert_books_balance()


def test_a_cancelled_order_gives_the_platform_its_part_back(bob):
    give(bob, "20.00")
    line = PricedLine(cup(), 3, 450, **PARTS)
    placed = drafted(bob, line)
    save([placed])
    pay_from_wallets([placed])
    held = balance(f"order:{placed.order.pk.hex}:escrow:GBP")

    cancelled = cancel_order(placed.order.pk, actor_id=bob.pk, reason="", at=AT)

    assert held == 1448 + 100
    assert (cancelled.status, cancelled.refunded) == ("cancelled", 1448)
    assert balance(f"user:{bob.pk.hex}:available:GBP") == 2000
    assert shares(line) == [0, 0, 0, 0]
    assert_books_balance()


def test_an_order_that_costs_its_buyer_nothing_still_pays_its_seller(bob):
    line = PricedLine(cup(), 1, 450, discount=450, sponsored=450)

    record_past(
        sales=[PastSale("old:1", bob, (line,), "GBP", ADDRESS, AT)],
        returns=[],
    )
    paid = shares(line)
    record_past(sales=[], returns=[PastRefund("back:1", "old:1", {1: 1}, "broken", AT)])

    assert paid == [-450, 0, 45, 405]
    assert shares(line) == [0, 0, 0, 0]
    assert Refund.objects.get().sponsored == 450
    assert_books_balance()


def test_the_seller_is_left_with_nothing_less_than_nothing(db):
    line = PricedLine(cup(commission_rate=9000), 1, 1000, tax_included=500)

    assert line.commission == 500


def test_rounding_asks_no_seller_for_more_than_is_left_of_what_they_got(bob):
    """Of 8 four are tax and four commission: of two thirds, 5, rounding takes off only 2 and 2."""
    line = PricedLine(cup(10_000), 3, 3, discount=1, tax_included=4)
    record_past(sales=[PastSale("old:1", bob, (line,), "GBP", ADDRESS, AT)])
    assert shares(line) == [0, 4, 4, 0]

    for number in range(3):
        back = PastRefund(f"back:{number}", "old:1", {1: 1}, "broken", AT)
        record_past(sales=[], returns=[back])
        assert shares(line)[3] == 0

    assert shares(line) == [0, 0, 0, 0]
    assert [refund.amount for refund in Refund.objects.order_by("reference")] == [2, 3, 3]
    assert_books_balance()


@st.composite
def priced(draw):
    """Parts that fit together, and how the pieces come back."""
    quantity = draw(st.integers(1, 7))
    subtotal = quantity * draw(price := st.integers(0, 999))
    shipping = draw(price)
    discount = draw(st.integers(0, subtotal + shipping))
    parts = {
        "shipping": shipping,
        "discount": discount,
        "shipping_discount": draw(
            st.integers(max(0, discount - subtotal), min(shipping, discount))
        ),
        "sponsored": draw(st.integers(0, discount)),
        "tax": draw(price),
        "tax_included": draw(st.integers(0, subtotal + shipping - discount)),
    }
    parts["sponsored_shipping"] = min(parts["sponsored"], parts["shipping_discount"])
    cuts = draw(st.sets(st.integers(1, quantity), max_size=3)) | {0, quantity}
    return subtotal // quantity, quantity, parts, [b - a for a, b in pairwise(sorted(cuts))]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drawn=priced(), rate=st.integers(0, 10_000))
def test_however_the_pieces_come_back_all_of_it_does(db, drawn, rate):
    price, quantity, parts, pieces = drawn
    with transaction.atomic():
        buyer = UserFactory()
        line = PricedLine(cup(rate), quantity, price, **parts)
        sale = PastSale(f"old:{buyer.pk}", buyer, (line,), "GBP", ADDRESS, AT)
        returns = [
            PastRefund(f"{sale.reference}:{number}", sale.reference, {1: count}, "broken", AT)
            for number, count in enumerate(pieces)
        ]

        record_past(sales=[sale], returns=returns)

        assert shares(line) == [0, 0, 0, 0]
        assert balance(f"user:{buyer.pk.hex}:available:GBP") == 0
        assert_books_balance()
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        (OrderLine, {"sponsored": 251}),
        (OrderLine, {"discount": 1652}),
        (OrderLine, {"shipping": -1}),
        (OrderLine, {"commission": 1469}),
        (Order, {"sponsored": 251}),
        (Order, {"tax_included": -1}),
    ],
)
def test_parts_that_do_not_fit_are_refused_by_the_database(bob, table, change):
    placed = drafted(bob, PricedLine(cup(), 3, 450, **PARTS))
    for row in [placed.order, *placed.lines]:
        if isinstance(row, table):
            vars(row).update(change)

    with pytest.raises(IntegrityError), transaction.atomic():
        save([placed])


def test_a_payment_is_refused_where_a_part_does_not_add_up(bob):
    give(bob, "20.00")
    placed = drafted(bob, PricedLine(cup(), 3, 450, **PARTS))
    next(iter(placed.seller_orders.values())).tax += 1
    save([placed])

    with pytest.raises(IntegrityError), transaction.atomic():
        pay_from_wallets([placed])

    assert balance(f"user:{bob.pk.hex}:available:GBP") == 2000
