"""What promotions take off, to the penny; and what holds whatever they are."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Seller
from cart.pricing.discounts import Offer, _priced, best
from cart.pricing.lines import PricedLine
from cart.tests.factories import promotion
from catalog.models import Product, Variant

SELLER = Seller(commission_rate=1000)


def goods(*prices_and_quantities):
    """Lines of one seller at these prices."""
    product = Product(seller=SELLER)
    return [
        PricedLine(Variant(product=product, price=price), quantity, price)
        for price, quantity in prices_and_quantities
    ]


def for_nothing(lines):
    return lines


def carriage(*fees):
    """Ships the lines for these fees."""
    return lambda lines: [
        replace(line, shipping=fee) for line, fee in zip(lines, fees, strict=True)
    ]


def of(lines, *promotions):
    """Offers that cover all lines."""
    return [Offer(each, range(len(lines))) for each in promotions]


def taken_off(lines, *promotions, ship=for_nothing):
    return [line.discount for line in best(lines, of(lines, *promotions), ship).lines]


def test_a_percentage_goes_to_lines_by_largest_remainder():
    lines = goods((333, 1), (333, 1), (334, 1))

    assert taken_off(lines, promotion(rate=1000)) == [33, 33, 34]


@pytest.mark.parametrize(
    ("amount", "parts"),
    [(1, [1, 0, 0]), (500, [250, 125, 125]), (2000, [1000, 500, 500]), (9999, [1000, 500, 500])],
)
def test_a_fixed_amount_is_divided_and_never_more_than_the_goods(amount, parts):
    lines = goods((500, 2), (500, 1), (500, 1))

    assert taken_off(lines, promotion("fixed", amount=amount)) == parts


@pytest.mark.parametrize(
    ("quantities", "parts"),
    [((1, 1), [0, 0]), ((2, 1), [0, 450]), ((5, 1), [900, 450]), ((3, 3), [0, 900])],
)
def test_of_every_three_pieces_the_cheapest_is_free(quantities, parts):
    lines = goods((900, quantities[0]), (450, quantities[1]))

    assert taken_off(lines, promotion("buy_x_get_y", buys=2, gets=1)) == parts


def test_a_second_piece_may_be_at_half_price():
    lines = goods((999, 2))

    assert taken_off(lines, promotion("buy_x_get_y", buys=1, gets=1, rate=5000)) == [500]


def test_free_shipping_takes_off_what_carriage_costs_and_nothing_else():
    lines = goods((500, 1), (700, 2))

    priced = best(lines, of(lines, promotion("free_shipping")), carriage(295, 105))

    assert [(x.discount, x.shipping_discount, x.sponsored_shipping) for x in priced.lines] == [
        (295, 295, 295),
        (105, 105, 105),
    ]
    assert [x.total for x in priced.lines] == [500, 1400]


def test_carriage_is_free_once():
    lines = goods((500, 1))
    twice = [promotion("free_shipping", combines=True) for _ in range(2)]

    priced = best(lines, of(lines, *twice), carriage(295))

    assert (priced.lines[0].discount, len(priced.granted)) == (295, 1)


def test_only_what_a_promotion_covers_is_reduced():
    lines = goods((500, 1), (700, 1))

    priced = best(lines, [Offer(promotion(rate=5000), [1])], for_nothing)

    assert [line.discount for line in priced.lines] == [0, 350]


@pytest.mark.parametrize(
    ("share", "sponsored"), [(10_000, [50, 51]), (0, [0, 0]), (5000, [25, 25]), (3333, [17, 17])]
)
def test_who_bears_it_is_divided_to_the_penny(share, sponsored):
    lines = goods((500, 1), (510, 1))

    priced = best(lines, of(lines, promotion(rate=1000, platform_share=share)), for_nothing)

    assert [line.discount for line in priced.lines] == [50, 51]
    assert [line.sponsored for line in priced.lines] == sponsored
    [granted] = priced.granted
    assert (granted.discount, granted.sponsored) == (101, sum(sponsored))


def test_those_that_combine_are_taken_one_after_the_other():
    lines = goods((1000, 1))
    tenth = promotion(rate=1000, combines=True)
    pound = promotion("fixed", amount=100, combines=True)

    priced = best(lines, of(lines, pound, tenth), for_nothing)

    assert priced.lines[0].discount == 200
    assert [(g.promotion, g.discount) for g in priced.granted] == [(tenth, 100), (pound, 100)]


@pytest.mark.parametrize(("alone", "given"), [(250, 250), (150, 200)])
def test_one_alone_is_taken_where_it_saves_more(alone, given):
    lines = goods((1000, 1))
    together = [promotion("fixed", amount=100, combines=True) for _ in range(2)]

    assert taken_off(lines, *together, promotion("fixed", amount=alone)) == [given]


def test_of_two_that_save_the_same_the_older_one_is_taken():
    lines = goods((1000, 1))
    older, newer = promotion(rate=1000), promotion("fixed", amount=100)

    assert [g.promotion for g in best(lines, of(lines, newer, older), for_nothing).granted] == [
        older
    ]


@pytest.mark.parametrize(("carriage_is", "total"), [(100, 1900), (300, 2000)])
def test_a_discount_that_costs_free_shipping_is_taken_only_where_it_is_worth_it(carriage_is, total):
    lines = goods((2000, 1))

    def free_from_twenty(discounted):
        fee = 0 if sum(line.goods for line in discounted) >= 2000 else carriage_is
        return [replace(line, shipping=fee) for line in discounted]

    priced = best(lines, of(lines, promotion("fixed", amount=200)), free_from_twenty)

    assert sum(line.total for line in priced.lines) == total


def test_commission_is_of_goods_less_what_the_seller_took_off_them():
    lines = goods((1000, 1))
    by_share = {
        share: best(lines, of(lines, promotion(rate=2000, platform_share=share)), for_nothing)
        for share in (10_000, 5000, 0)
    }

    commissions = {share: priced.lines[0].commission for share, priced in by_share.items()}

    assert commissions == {10_000: 100, 5000: 90, 0: 80}


def numbers(kind):
    """A strategy of promotions of one kind."""
    rates = st.integers(1, 10_000)
    own = {
        "percentage": {"rate": rates},
        "fixed": {"amount": st.integers(1, 5000)},
        "free_shipping": {},
        "buy_x_get_y": {"rate": rates, "buys": st.integers(1, 4), "gets": st.integers(1, 4)},
    }[kind]
    shared = {"platform_share": st.integers(0, 10_000), "combines": st.booleans()}
    return st.builds(promotion, st.just(kind), **own, **shared)


PROMOTIONS = st.lists(
    st.sampled_from(["percentage", "fixed", "free_shipping", "buy_x_get_y"]).flatmap(numbers),
    max_size=5,
)
BASKETS = st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 9)), min_size=1, max_size=5)


@st.composite
def situations(draw):
    """Lines, offers that cover some of them, and how they are shipped."""
    lines = goods(*draw(BASKETS))
    positions = st.sets(st.sampled_from(range(len(lines))), min_size=1).map(sorted)
    offers = [Offer(each, draw(positions)) for each in draw(PROMOTIONS)]
    ship = carriage(*(draw(st.integers(0, 500)) for _ in lines))
    return lines, offers, ship


@given(situations())
def test_no_line_costs_less_than_nothing_and_parts_sum_to_the_whole(situation):
    lines, offers, ship = situation

    priced = best(lines, offers, ship)

    for line in priced.lines:
        assert 0 <= line.discount - line.shipping_discount <= line.subtotal
        assert 0 <= line.shipping_discount <= line.shipping
        assert 0 <= line.sponsored <= line.discount
        assert 0 <= line.sponsored_shipping <= line.shipping_discount
        assert line.sponsored - line.sponsored_shipping <= line.subtotal - line.goods
        assert line.commission >= 0
        assert line.taxable + line.sponsored - line.commission >= 0
    assert sum(g.discount for g in priced.granted) == sum(x.discount for x in priced.lines)
    assert sum(g.sponsored for g in priced.granted) == sum(x.sponsored for x in priced.lines)
    assert all(g.discount > 0 and 0 <= g.sponsored <= g.discount for g in priced.granted)


@given(situations())
def test_nothing_that_may_be_granted_saves_more(situation):
    lines, offers, ship = situation

    def to_pay(priced):
        return sum(line.taxable for line in priced.lines)

    together = sorted((o for o in offers if o.promotion.combines), key=lambda o: o.pk)
    allowed = [[], together, *([offer] for offer in offers)]

    chosen = best(lines, offers, ship)

    assert to_pay(chosen) == min(to_pay(_priced(lines, each, ship)) for each in allowed)
    granted = {g.promotion.pk for g in chosen.granted}
    assert len(granted) <= 1 or granted <= {offer.pk for offer in together}


@given(situations(), st.randoms(use_true_random=False))
def test_the_order_in_which_promotions_are_found_does_not_matter(situation, random):
    lines, offers, ship = situation
    shuffled = random.sample(offers, len(offers))

    assert best(lines, shuffled, ship) == best(lines, offers, ship)
