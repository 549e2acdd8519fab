import lzma
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from demo.online_retail import Line, NotOnlineRetail, Reason, Reject, read
from demo.tests.factories import HEADER, row


def reasons(path: Path) -> list[str | None]:
    return [item.reason if isinstance(item, Reject) else None for item in read(path)]


def test_read_gives_a_sale_field_by_field(write):
    path = write(row(sku=" 85123a "))

    assert list(read(path)) == [
        Line(
            number=2,
            invoice="536365",
            sku="85123A",
            description="WHITE HANGING HEART",
            quantity=6,
            sold_at=datetime(2010, 12, 1, 8, 26, tzinfo=UTC),
            price_pennies=255,
            customer="17850",
            country="United Kingdom",
        )
    ]


@pytest.mark.parametrize(
    ("local", "hour"),
    [
        ("2011-07-01 08:26:00", 7),  # summer time
        ("2011-10-30 01:30:00", 0),  # the hour that comes twice: its first time
        ("2011-03-27 01:30:00", 1),  # the hour that never was
    ],
)
def test_read_turns_london_time_into_utc(write, local, hour):
    (line,) = read(write(row(sold_at=local)))

    assert isinstance(line, Line)
    assert line.sold_at.utcoffset() == UTC.utcoffset(None)
    assert line.sold_at.hour == hour


@pytest.mark.parametrize(("price", "pennies"), [("3", 300), ("0.1", 10), ("0.010", 1)])
def test_read_takes_whole_pennies(write, price, pennies):
    (line,) = read(write(row(price=price)))

    assert isinstance(line, Line)
    assert line.price_pennies == pennies
    assert line.amount == Decimal(6 * pennies) / 100


def test_read_takes_xz_quotes_and_dos_line_ends(tmp_path: Path):
    path = tmp_path / "sales.csv.xz"
    described = row(description='"RETRO ""TEA, FOR ONE"""')
    path.write_bytes(lzma.compress(f"\ufeff{HEADER}\r\n{described}\r\n".encode()))

    (line,) = read(path)

    assert isinstance(line, Line)
    assert line.description == 'RETRO "TEA, FOR ONE"'


@pytest.mark.parametrize(
    ("fields", "reason", "amount"),
    [
        ({"invoice": "C536379", "quantity": "-6"}, "cancellation", "-15.300"),
        ({"invoice": "A563186", "sku": "B", "price": "-1.05"}, "bad_debt_adjustment", "-6.300"),
        ({"sku": "POST"}, "postage_or_adjustment", "15.300"),
        ({"sku": "gift_0001_40"}, "postage_or_adjustment", "15.300"),
        ({"sku": "23444"}, "postage_or_adjustment", "15.300"),
        ({"quantity": "-6"}, "quantity_not_positive", "-15.300"),
        ({"quantity": "0"}, "quantity_not_positive", "0.000"),
        ({"price": "0.0"}, "zero_price", "0.000"),
        ({"price": "-0.5"}, "negative_price", "-3.000"),
        ({"price": "0.001"}, "sub_penny_price", "0.006"),
        ({"description": " "}, "missing_description", "15.300"),
        ({"customer": ""}, "missing_customer", "15.300"),
    ],
)
def test_read_rejects_what_is_no_sale(write, fields, reason, amount):
    text = row(**fields)

    assert list(read(write(text))) == [
        Reject(2, Reason(reason), Decimal(amount), tuple(text.split(",")))
    ]


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        ({"invoice": "C536379"}, {"sku": "POST"}),
        ({"sku": "POST"}, {"quantity": "-1"}),
        ({"quantity": "-1"}, {"price": "0"}),
        ({"price": "0"}, {"description": ""}),
        ({"price": "-0.001"}, {"customer": ""}),
        ({"description": ""}, {"customer": ""}),
    ],
)
def test_read_gives_the_first_reason_of_several(write, worse, better):
    alone, both = reasons(write(row(**worse), row(**worse, **better)))

    assert alone == both


@pytest.mark.parametrize(
    "fields",
    [
        {"invoice": ""},
        {"invoice": "X1"},
        {"sku": ""},
        {"quantity": "1.5"},
        {"quantity": "1e3"},
        {"quantity": ""},
        {"quantity": "\uff19"},
        {"quantity": "9223372036854775808"},
        {"quantity": "9223372036854775807"},  # fits, but times its price it does not
        {"quantity": "9" * 5000},
        {"price": "NaN"},
        {"price": "Infinity"},
        {"price": "1E2"},
        {"price": "2,55"},
        {"price": "2.5500"},
        {"price": "9" * 17},
        {"price": ""},
        {"sold_at": "2010-13-01 08:26:00"},
        {"sold_at": "2010-12-01"},
        {"sold_at": "01/12/2010 08:26"},
        {"sold_at": "0000-00-00 00:00:00"},
        {"customer": "nobody"},
        {"customer": "17850.5"},
        {"description": "NUL \x00"},
        {"description": "BELL \x07"},
        {"country": "United Kingdom,again"},
    ],
)
def test_read_rejects_garbage_and_goes_on(write, fields):
    garbage, sale = read(write(row(**fields), row()))

    assert garbage == Reject(2, Reason.UNPARSABLE, Decimal(0), tuple(row(**fields).split(",")))
    assert isinstance(sale, Line)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "536365",
        row(description='"UNCLOSED'),
        row(description='"QUOTE" AND MORE'),
        row(description="X" * 200_000),
        row().replace("WHITE", "WH\rITE"),
        row().encode("utf-16"),
        row(description="CAF\u00c9").encode("latin-1"),
        bytes(range(11, 256)),
    ],
)
def test_read_rejects_lines_that_are_no_rows_and_goes_on(write, line):
    assert reasons(write(line, row())) == [Reason.UNPARSABLE, None]


def test_every_reason_has_a_label_of_its_own():
    assert len({reason.label for reason in Reason}) == len(Reason) == 10
    assert str(Reason.ZERO_PRICE) == "zero_price"
    assert Reason("zero_price").label == "Given away (price zero)"


def refusal(path: Path) -> str:
    with pytest.raises(NotOnlineRetail) as caught:
        list(read(path))
    return str(caught.value)


def test_read_names_the_missing_columns(tmp_path: Path):
    path = tmp_path / "sales.csv"
    path.write_text(HEADER.replace("UnitPrice,", "").replace(",Country", ""))

    assert refusal(path) == f"{path}: column missing: UnitPrice, Country"


def test_read_refuses_columns_in_another_order(tmp_path: Path):
    path = tmp_path / "sales.csv"
    path.write_text(HEADER.replace("Quantity,InvoiceDate", "InvoiceDate,Quantity"))

    assert refusal(path) == f"{path}: columns must be {HEADER}"


def test_read_refuses_a_missing_file(tmp_path: Path):
    path = tmp_path / "nowhere.csv.xz"

    assert refusal(path).startswith(f"{path}: cannot be read: [Errno 2] No such file")


def test_read_refuses_what_is_no_xz(write):
    path = write(row(), name="sales.csv.xz")

    assert refusal(path) == f"{path}: cannot be read: Input format not supported by decoder"


def test_read_refuses_half_an_xz(tmp_path: Path):
    path = tmp_path / "sales.csv.xz"
    whole = lzma.compress("\n".join([HEADER, *[row()] * 1000]).encode())
    path.write_bytes(whole[:-20])

    assert refusal(path).startswith(f"{path}: cannot be read: ")


def test_read_gives_nothing_for_a_header_alone(write):
    assert list(read(write())) == []
