import lzma
from datetime import UTC, datetime
from pathlib import Path

import pytest

from demo.online_retail import Line, NotOnlineRetail, Reason, Reject, read
from demo.rows import Row
from demo.tests.factories import HEADER, row


def reasons(path: Path) -> list[str | None]:
    return [item.reason if isinstance(item, Reject) else None for item in read(path)]


def test_read_gives_a_sale_field_by_field(write):
    text = row(sku=" 85123a ")

    sold = Row(
        invoice="536365",
        sku="85123A",
        description="WHITE HANGING HEART",
        quantity=6,
        sold_at=datetime(2010, 12, 1, 8, 26, tzinfo=UTC),
        mills=2550,
        customer="17850",
        country="United Kingdom",
    )
    assert list(read(write(text))) == [Line(2, tuple(text.split(",")), sold)]


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
    assert line.row.sold_at.utcoffset() == UTC.utcoffset(None)
    assert line.row.sold_at.hour == hour


@pytest.mark.parametrize(("price", "pennies"), [("3", 300), ("0.1", 10), ("0.010", 1)])
def test_read_takes_whole_pennies(write, price, pennies):
    (line,) = read(write(row(price=price)))

    assert isinstance(line, Line)
    assert line.pennies == 6 * pennies


def test_read_takes_xz_quotes_and_dos_line_ends(tmp_path: Path):
    path = tmp_path / "sales.csv.xz"
    described = row(description='"RETRO ""TEA, FOR ONE"""')
    path.write_bytes(lzma.compress(f"\ufeff{HEADER}\r\n{described}\r\n".encode()))

    (line,) = read(path)

    assert isinstance(line, Line)
    assert line.row.description == 'RETRO "TEA, FOR ONE"'


@pytest.mark.parametrize(
    ("fields", "reason", "mills"),
    [
        ({"invoice": "A563186", "sku": "B", "price": "-1.05"}, "bad_debt_adjustment", -6300),
        ({"sku": "AMAZONFEE"}, "bookkeeping", 15300),
        ({"sku": "s"}, "bookkeeping", 15300),
        ({"sku": "X"}, "unknown_code", 15300),
        ({"quantity": "-6"}, "wrong_sign", -15300),
        ({"quantity": "0"}, "wrong_sign", 0),
        ({"invoice": "C536379"}, "wrong_sign", 15300),
        ({"price": "0.0"}, "zero_price", 0),
        ({"price": "-0.5"}, "negative_price", -3000),
        ({"description": " "}, "missing_description", 15300),
        ({"invoice": "C1", "quantity": "-6", "customer": ""}, "cancelled_by_nobody", -15300),
        ({"invoice": "C1", "quantity": "-6"}, "cancels_too_much", -15300),
    ],
)
def test_read_rejects_what_is_neither_sale_nor_refund(write, fields, reason, mills):
    text = row(**fields)

    [reject] = read(write(text))

    assert isinstance(reject, Reject)
    assert (reject.number, reject.reason, reject.mills) == (2, Reason(reason), mills)
    assert reject.raw == tuple(text.split(","))


@pytest.mark.parametrize("fields", [{"customer": ""}, {"sku": "POST"}, {"sku": "gift_0001_40"}])
def test_read_takes_guests_and_services_for_sales(write, fields):
    [line] = read(write(row(**fields)))

    assert isinstance(line, Line)
    assert (line.mills, line.pennies) == (15300, 1530)


@pytest.mark.parametrize(
    ("quantity", "price", "pennies"),
    [("1", "0.001", 0), ("5", "0.015", 8), ("5", "0.013", 6), ("3", "0.333", 100)],
)
def test_read_rounds_a_line_half_to_even(write, quantity, price, pennies):
    [line] = read(write(row(quantity=quantity, price=price)))

    assert line.pennies == pennies


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        ({"invoice": "A1"}, {"sku": "S"}),
        ({"sku": "S"}, {"quantity": "-1"}),
        ({"sku": "X"}, {"quantity": "-1"}),
        ({"quantity": "-1"}, {"price": "0"}),
        ({"price": "0"}, {"description": ""}),
        ({"invoice": "C1", "quantity": "-1", "customer": ""}, {"sku": "S"}),
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

    assert garbage == Reject(2, tuple(row(**fields).split(",")), None, Reason.UNPARSABLE)
    assert garbage.mills == 0
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
