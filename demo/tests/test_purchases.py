"""A cancellation finds what it cancels: that customer's latest sales of that code with pieces left."""

from demo.online_retail import Reject, Return, read
from demo.tests.factories import row


def sale(invoice, quantity, **fields):
    return row(**{"invoice": invoice, "quantity": quantity, "price": "1.00"} | fields)


def cancels(quantity, **fields):
    return sale("C9", f"-{quantity}", **fields)


def parts(path):
    """What each cancellation cancels, None where it is rejected."""
    items = [item for item in read(path) if item.row.is_cancellation]
    return [
        [(part.invoice, part.position, part.quantity) for part in item.parts]
        if isinstance(item, Return)
        else None
        for item in items
    ]


def test_the_latest_sale_comes_back_first(write):
    assert parts(write(sale("1", "5"), sale("2", "5"), cancels(3))) == [[("2", 1, 3)]]


def test_several_sales_come_back_if_one_has_too_few_left(write):
    path = write(sale("1", "5"), sale("2", "5"), cancels(3), cancels(4), cancels(3))

    assert parts(path) == [[("2", 1, 3)], [("2", 1, 2), ("1", 1, 2)], [("1", 1, 3)]]


def test_too_little_is_rejected_whole_and_leaves_what_there_is(write):
    path = write(sale("1", "5"), cancels(6), cancels(5), cancels(1))

    assert parts(path) == [None, [("1", 1, 5)], None]


def test_only_that_customers_sales_of_that_code_before_it_count(write):
    path = write(
        sale("1", "5", customer="1.0"),
        sale("2", "5", customer=""),
        sale("3", "5", sku="71053"),
        cancels(1),
        sale("4", "5"),
    )

    assert parts(path) == [None]


def test_a_code_counts_in_either_case_and_in_every_line_of_an_invoice(write):
    path = write(
        sale("1", "2"), sale("1", "9", sku="71053"), sale("1", "2", sku="85123a"), cancels(3)
    )

    assert parts(path) == [[("1", 3, 2), ("1", 1, 1)]]


def test_a_position_counts_the_lines_that_are_sold(write):
    path = write(sale("1", "2", price="0"), sale("1", "2"), cancels(1))

    assert parts(path) == [[("1", 1, 1)]]


def test_what_comes_back_is_worth_what_it_was_sold_for(write):
    path = write(sale("1", "3", price="0.005"), cancels(1), cancels(1), cancels(1, price="9.00"))

    back = [item for item in read(path) if isinstance(item, Return)]

    assert [(item.pennies, item.mills) for item in back] == [(0, -1000), (1, -1000), (1, -9000)]
    assert not [item for item in read(path) if isinstance(item, Reject)]
