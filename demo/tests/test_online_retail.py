import pytest

from demo.online_retail import Goods, goods, read
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


def test_goods_of_the_shipped_file(all_goods: dict[str, Goods]):
    heart = all_goods["85123A"]

    assert len(all_goods) == 3794
    assert (heart.title, heart.price_pennies) == ("White Hanging Heart T-Light Holder", 295)
    assert heart.leaf.slug == "t-light-holders"
    assert all(g.title and g.price_pennies > 0 for g in all_goods.values())
