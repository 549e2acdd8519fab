from decimal import Decimal

import pytest

from demo.online_retail import Goods, Line, Reason, Tally, goods, read
from demo.tests.factories import row


def test_read_keeps_the_first_calendar_months(write):
    days = ["2010-12-31 23:59:59", "2011-01-01 00:00:00", "2011-01-31 12:00:00"]
    path = write(*[row(sold_at=day) for day in days], row(sold_at="2011-02-01 00:00:00"))

    numbers = {months: [item.number for item in read(path, months=months)] for months in (1, 2, 3)}

    assert numbers == {1: [2], 2: [2, 3, 4], 3: [2, 3, 4, 5]}


def test_read_counts_months_in_london(write):
    path = write(row(sold_at="2011-06-30 23:30:00"), row(sold_at="2011-07-01 00:30:00"))

    assert [item.number for item in read(path, months=1)] == [2]


def test_read_keeps_rejected_rows_of_the_months(write):
    cancelled = {"invoice": "C1"}
    path = write(
        "garbage",
        row(**cancelled),
        "garbage",
        row(**cancelled, sold_at="2011-01-01 00:00:00"),
    )

    assert [item.number for item in read(path, months=1)] == [2, 3, 4]


@pytest.mark.parametrize("months", [0, -1])
def test_read_refuses_no_months(months):
    with pytest.raises(ValueError, match="months must be at least 1"):
        read(months=months)


def test_tally_counts_rows_and_pounds_by_outcome(write):
    tally = Tally()
    for item in read(write(row(), row(price="0.001"), row(invoice="C1", quantity="-1"), "garbage")):
        tally.add(item)

    assert (tally.read.lines, tally.read.money) == (4, Decimal("12.756"))
    assert (tally.accepted.lines, tally.accepted.money) == (1, Decimal("15.300"))
    assert tally.rejected[Reason.SUB_PENNY_PRICE].money == Decimal("0.006")
    assert tally.rejected[Reason.CANCELLATION].money == Decimal("-2.550")
    assert tally.rejected[Reason.UNPARSABLE].lines == 1
    assert tally.is_balanced


def test_tally_prints_a_line_per_outcome(write):
    tally = Tally()
    for item in read(write(row(quantity="1000"), row(customer=""))):
        tally.add(item)

    table = tally.table()

    assert len(table) == 12
    assert table[0].split() == ["Read", "2", "2,565.300"]
    assert table[1].split() == ["Accepted", "1", "2,550.000"]
    assert table[-1].split() == ["No", "customer", "1", "15.300"]
    assert {len(line) for line in table} == {69}


@pytest.mark.parametrize(("lines", "money"), [(1, "0.000"), (0, "0.001")])
def test_tally_notices_what_got_lost(write, lines, money):
    tally = Tally()
    for item in read(write(row())):
        tally.add(item)

    tally.read.lines += lines
    tally.read.money += Decimal(money)

    assert not tally.is_balanced


def test_goods_take_the_usual_description_and_price(write):
    path = write(
        row(description="LANTERN", price="1.00"),
        row(description="RED MUG", price="3.00"),
        row(description="RED MUG", price="2.00", sku="85123a"),
        row(description="damaged", price="0.0"),
        row(description="damaged", price="0.0", quantity="-5"),
        row(description="BIG MUG", price="2.00", customer=""),
    )

    (mug,) = goods(path).values()

    assert (mug.sku, mug.title, mug.price_pennies) == ("85123A", "Red Mug", 200)
    assert mug.leaf.slug == "mugs"


def test_goods_break_ties_by_alphabet_and_lowest_price(write):
    path = write(row(description="B", price="2.00"), row(description="A", price="10.00"))

    assert goods(path)["85123A"].title == "A"
    assert goods(path)["85123A"].price_pennies == 200


def test_goods_leave_out_what_was_never_sold(write):
    path = write(
        row(sku="POST"),
        row(sku="22016"),
        row(sku="10001", price="0.0"),
        row(sku="10002", description=""),
        row(sku="10003", invoice="C1", quantity="-1"),
        "garbage",
        row(sku="DCGSSBOY"),
        row(sku="10004"),
    )

    assert list(goods(path)) == ["10004", "DCGSSBOY"]


DECEMBER = {
    Reason.UNPARSABLE: (0, "0.000"),
    Reason.CANCELLATION: (728, "-74789.120"),
    Reason.BAD_DEBT_ADJUSTMENT: (0, "0.000"),
    Reason.POSTAGE_OR_ADJUSTMENT: (165, "45814.370"),
    Reason.QUANTITY_NOT_POSITIVE: (70, "0.000"),
    Reason.ZERO_PRICE: (203, "0.000"),
    Reason.NEGATIVE_PRICE: (0, "0.000"),
    Reason.SUB_PENNY_PRICE: (0, "0.000"),
    Reason.MISSING_DESCRIPTION: (0, "0.000"),
    Reason.MISSING_CUSTOMER: (15259, "210441.050"),
}


def test_read_accounts_for_every_row_of_december_2010(all_goods: dict[str, Goods]):
    tally, skus = Tally(), set()
    for item in read(months=1):
        tally.add(item)
        skus |= {item.sku} if isinstance(item, Line) else set()

    assert (tally.read.lines, tally.read.money) == (42481, Decimal("748957.020"))
    assert (tally.accepted.lines, tally.accepted.money) == (26056, Decimal("567490.720"))
    assert {r: (t.lines, str(t.money)) for r, t in tally.rejected.items()} == DECEMBER
    assert tally.is_balanced
    assert skus <= set(all_goods)


def test_goods_of_the_shipped_file(all_goods: dict[str, Goods]):
    heart = all_goods["85123A"]

    assert len(all_goods) == 3794
    assert (heart.title, heart.price_pennies) == ("White Hanging Heart T-Light Holder", 295)
    assert heart.leaf.slug == "t-light-holders"
    assert all(g.title and g.price_pennies > 0 for g in all_goods.values())
