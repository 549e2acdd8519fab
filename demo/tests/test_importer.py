"""The sales file in the shop: every line accounted for, once, through the books."""

import csv
import io

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Sum

from accounts.models import Seller, User
from catalog.models import Category, Product, StockMovement, Variant
from core import clock
from demo import people
from demo.document import MARK
from demo.importer import Import, country_code
from demo.people import SIGN_INS, welcome_people
from demo.rows import SERVICES
from ledger.models import Account, Transaction
from ledger.testing import assert_books_balance
from orders.models import Order, OrderLine, Refund, RefundLine

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
SALES = """\
536365,85123A,WHITE HANGING HEART T-LIGHT HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
536365,85123a,WHITE HANGING HEART T-LIGHT HOLDER,2,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
536365,71053,WHITE METAL LANTERN,6,2010-12-01 08:26:00,3.39,17850.0,United Kingdom
C536366,71053,WHITE METAL LANTERN,-1,2010-12-01 09:00:00,3.39,17850.0,United Kingdom
536367,POST,POSTAGE,1,2010-12-01 09:10:00,18.00,12345.0,EIRE
536367,85123A,WHITE HANGING HEART T-LIGHT HOLDER,1,2010-12-01 09:10:00,2.55,12345.0,EIRE
536368,85123A,WHITE HANGING HEART T-LIGHT HOLDER,1,2010-12-01 09:20:00,2.55,,EIRE
536369,PADS,PADS TO MATCH ALL CUSHIONS,15,2010-12-01 09:30:00,0.001,12345.0,EIRE
C536371,71053,WHITE METAL LANTERN,-9,2010-12-01 09:40:00,3.39,17850.0,United Kingdom
nonsense
536370,71053,WHITE METAL LANTERN,1,2011-01-04 10:00:00,3.39,17850.0,United Kingdom
"""


@pytest.fixture
def sales(tmp_path):
    path = tmp_path / "sales.csv"
    path.write_text(HEADER + SALES)
    return path


def imported(path, *arguments):
    out = io.StringIO()
    call_command("import_online_retail", str(path), *arguments, stdout=out)
    return out.getvalue()


def test_the_first_month_goes_through_the_books(db, sales):
    imported(sales, "--months", "1")

    orders = Order.objects.order_by("reference")
    assert list(orders.values_list("reference", "user__last_name", "total", "refunded")) == [
        ("uci:536365", "17850", 4074, 339),
        ("uci:536367", "12345", 2055, 0),
        ("uci:536368", None, 255, 0),
        ("uci:536369", "12345", 2, 0),
    ]
    assert set(orders.values_list("status", flat=True)) == {"completed"}
    assert orders[0].created_at.isoformat() == "2010-12-01T08:26:00+00:00"
    assert orders[1].shipping_address["country"] == "IE"
    assert_books_balance()


def test_all_money_is_dated_by_its_invoice_and_none_is_left_on_the_way(db, sales):
    imported(sales, "--months", "1")

    dated = {}
    for kind, at in Transaction.objects.values_list("kind", "effective_at"):
        dated.setdefault(kind, []).append(at.strftime("%H:%M"))
    sold = ["08:26", "09:10", "09:20", "09:30"]
    assert {kind: sorted(times) for kind, times in dated.items()} == {
        "deposit": ["08:26", "09:10", "09:30"],
        "order_payment": sold,
        "escrow_release": sold,
        "refund": ["09:00"],
        "withdrawal": ["09:00"],
    }
    held = Account.objects.filter(kind__in=["wallet", "escrow"]).aggregate(held=Sum("balance"))
    assert held["held"] == 0


def test_a_cancellation_is_a_refund_of_the_sale(db, sales):
    imported(sales)

    refund = Refund.objects.get()
    assert (refund.reference, refund.reason) == ("uci:C536366:536365", "Cancelled by C536366")
    assert (refund.order.reference, refund.amount) == ("uci:536365", 339)
    assert list(refund.lines.values_list("order_line__position", "quantity")) == [(3, 1)]


def test_services_are_sold_but_stand_on_no_shelf(db, sales):
    imported(sales)

    line = OrderLine.objects.get(sku="POST")
    assert (line.title, line.subtotal, line.seller_order.seller.name) == (
        "Postage",
        1800,
        "The Counter",
    )
    assert not Product.objects.published().filter(variants__sku__in=SERVICES).exists()


def test_stock_is_what_it_was_before_the_sales(db, sales):
    imported(sales)

    assert set(StockMovement.objects.values_list("reason", flat=True)) <= {"opening"}
    for variant in Variant.objects.all():
        assert variant.stock == sum(m.change for m in variant.movements.all())


def test_goods_stand_on_shelves_with_title_price_and_seller(db, sales):
    imported(sales)

    lantern = Product.objects.published().get(variants__sku="71053")
    assert (lantern.title, lantern.price) == ("White Metal Lantern", 339)
    assert lantern.category.parent is not None
    assert lantern.seller.is_approved
    assert User.objects.filter(email="customer-17850@mercat.example").get().password == "!"


def test_nothing_vanishes_and_every_reject_is_listed_with_its_line(db, sales, tmp_path):
    rejects = tmp_path / "rejects.csv"

    report = imported(sales, "--rejects", str(rejects))

    assert "5 new orders and 1 new refunds of 6 invoices" in report
    rows = list(csv.reader(rejects.read_text().splitlines()))
    assert rows[0] == ["line", "reason", "amount", "row"]
    assert [(row[0], row[1], row[2]) for row in rows[1:]] == [
        ("10", "cancels_too_much", "-30.510"),
        ("11", "unparsable", "0.000"),
    ]


def test_the_books_hold_what_the_tally_says(db, sales):
    run = Import(sales)
    run.run(at=clock.now())

    whole = run.outcome.whole
    assert run.outcome.is_balanced
    assert (whole.read.lines, whole.sold.lines, whole.guests.lines) == (11, 7, 1)
    sold = Order.objects.aggregate(total=Sum("total"), refunded=Sum("refunded"))
    assert sold["total"] * 10 == whole.sold.mills + whole.guests.mills
    assert sold["refunded"] * 10 == -whole.refunded.mills
    assert whole.rounding.mills == -5


def counts():
    models = (User, Seller, Category, Product, Variant, StockMovement, Order, OrderLine, Refund)
    return [model.objects.count() for model in (*models, RefundLine, Account, Transaction)]


def test_a_second_run_adds_nothing(db, sales):
    first = imported(sales)
    before = counts()

    second = imported(sales)

    assert counts() == before
    assert first.splitlines()[:-1] == second.splitlines()[:-1]
    assert second.splitlines()[-1] == "0 new products; 0 new orders and 0 new refunds of 6 invoices"


def test_more_months_add_to_what_is_there(db, sales):
    imported(sales, "--months", "1")

    assert "1 new orders and 0 new refunds of 6 invoices" in imported(sales, "--months", "2")


def contents():
    """What the shop and the books hold, apart from ids and the time of recording."""
    orders = Order.objects.order_by("reference", "lines__position")
    refunds = Refund.objects.order_by("reference")
    money = Transaction.objects.order_by()
    accounts = Account.objects.exclude(kind__in=["clearing", "commission"]).order_by()
    return (
        list(orders.values_list("reference", "total", "refunded", "lines__subtotal")),
        list(refunds.values_list("reference", "amount", "lines__quantity")),
        sorted(money.values_list("kind", "effective_at", "lines")),
        sorted(accounts.values_list("kind", "balance", "version")),
    )


@pytest.mark.parametrize("line", [5, 6, 8, 12])
def test_an_import_that_was_interrupted_goes_on_to_the_same_end(db, sales, monkeypatch, line):
    before = transaction.savepoint()
    imported(sales)
    whole = contents()
    transaction.savepoint_rollback(before)
    monkeypatch.setattr("demo.importer.BATCH", 1)

    with pytest.raises(KeyboardInterrupt):
        Import(sales, on_row=stop_at(line)).run(at=clock.now())
    assert_books_balance()
    assert contents() != whole
    imported(sales)

    assert contents() == whole
    assert_books_balance()


def stop_at(number):
    def on_row(item):
        if item.number == number:
            raise KeyboardInterrupt

    return on_row


def test_an_invoice_that_another_one_interrupts_is_one_order(db, tmp_path):
    rows = SALES.splitlines(keepends=True)
    mixed = tmp_path / "mixed.csv"
    mixed.write_text(HEADER + rows[0] + rows[5] + rows[2])

    imported(mixed)

    assert Order.objects.get(reference="uci:536365").lines.count() == 2


def test_an_invoice_in_two_places_is_refused_rather_than_half_lost(db, tmp_path):
    sale = SALES.splitlines()[0]
    between = [sale.replace("536365", str(number)) for number in range(600000, 600005)]
    scattered = tmp_path / "scattered.csv"
    scattered.write_text(HEADER + "\n".join([sale, *between, sale]))

    with pytest.raises(CommandError, match="536365 do not stand together"):
        imported(scattered)


def test_document_writes_tables_and_imports_nothing(db, sales, tmp_path):
    text = tmp_path / "text.md"
    text.write_text(f"above\n{MARK}old")

    imported(sales, "--document", str(text))

    assert text.read_text().startswith("above\n")
    assert "| Sold to customers | 7 | 64.700 |" in text.read_text()
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["/nowhere.csv"], "nowhere"), (["--months", "0"], "months")],
)
def test_a_wrong_call_says_what_is_wrong(db, arguments, message):
    with pytest.raises(CommandError, match=message):
        call_command("import_online_retail", *arguments)


@pytest.mark.parametrize(
    ("name", "code"),
    [("United Kingdom", "GB"), ("EIRE", "IE"), ("USA", "US"), ("Unspecified", "ZZ")],
)
def test_countries_become_iso_codes(name, code):
    assert country_code(name) == code


def test_welcome_people_makes_the_four_sign_ins_once(db, api):
    welcome_people()
    welcome_people()

    for person in SIGN_INS:
        answer = api().post(
            "/api/v1/auth/login", {"email": person.email, "password": people.PASSWORD}
        )
        assert answer.status_code == 200
    buyer = User.objects.get(email=people.BUYER.email)
    assert Account.objects.get(owner_id=buyer.pk).balance == people.WELCOME
    assert User.objects.get(email=people.FINANCE.email).has_perm("ledger.credit")
    assert not buyer.has_perm("ledger.credit")
    assert_books_balance()


def test_production_refuses_to_make_people_with_a_public_password(db, settings):
    settings.DEMO_ALLOWED = False

    with pytest.raises(CommandError, match="public"):
        call_command("load_demo")

    assert not User.objects.exists()
