"""The sales file in the shop: every line accounted for, once, through the books."""

import csv
import io

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum

from accounts.models import Seller, User
from catalog.models import Category, Product, StockMovement, Variant
from core import clock
from demo import people
from demo.importer import Import, country_code
from demo.online_retail import read
from demo.people import SIGN_INS, welcome_people
from ledger.models import Account, Transaction
from ledger.testing import assert_books_balance
from orders.models import Order, OrderLine

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
SALES = """\
536365,85123A,WHITE HANGING HEART T-LIGHT HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
536365,85123a,WHITE HANGING HEART T-LIGHT HOLDER,2,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
536365,71053,WHITE METAL LANTERN,6,2010-12-01 08:26:00,3.39,17850.0,United Kingdom
C536366,71053,WHITE METAL LANTERN,-1,2010-12-01 09:00:00,3.39,17850.0,United Kingdom
536367,POST,POSTAGE,1,2010-12-01 09:10:00,18.00,12345.0,EIRE
536367,85123A,WHITE HANGING HEART T-LIGHT HOLDER,1,2010-12-01 09:10:00,2.55,12345.0,EIRE
536368,85123A,WHITE HANGING HEART T-LIGHT HOLDER,1,2010-12-01 09:20:00,2.55,,EIRE
536369,85123A,WHITE HANGING HEART T-LIGHT HOLDER,1,2010-12-01 09:30:00,0.001,12345.0,EIRE
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
    assert list(orders.values_list("reference", "total", "status")) == [
        ("uci:536365", 4074, "completed"),
        ("uci:536367", 255, "completed"),
    ]
    assert orders[0].created_at.isoformat() == "2010-12-01T08:26:00+00:00"
    assert orders[1].shipping_address["country"] == "IE"
    effective = Transaction.objects.values_list("effective_at", flat=True)
    assert set(effective) == {orders[0].created_at, orders[1].created_at}
    assert sorted(Transaction.objects.values_list("kind", flat=True)) == sorted(
        ["deposit", "order_payment", "escrow_release"] * 2
    )
    held = Account.objects.filter(kind__in=["wallet", "escrow"]).aggregate(held=Sum("balance"))
    assert held["held"] == 0
    assert_books_balance()


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

    run = Import(sales)
    for item in read(sales):
        run.tally.add(item)
    assert run.tally.is_balanced
    assert (run.tally.read.lines, run.tally.accepted.lines) == (10, 5)
    assert "new orders of 3 invoices" in report
    rows = list(csv.reader(rejects.read_text().splitlines()))
    assert rows[0] == ["line", "reason", "amount", "row"]
    assert [(row[0], row[1], row[2]) for row in rows[1:]] == [
        ("5", "cancellation", "-3.390"),
        ("6", "postage_or_adjustment", "18.000"),
        ("8", "missing_customer", "2.550"),
        ("9", "sub_penny_price", "0.001"),
        ("10", "unparsable", "0.000"),
    ]
    lines = OrderLine.objects.aggregate(money=Sum("subtotal"))
    assert lines["money"] == int(run.tally.accepted.money * 100)


def counts():
    models = (User, Seller, Category, Product, Variant, StockMovement, Order, OrderLine)
    return [model.objects.count() for model in (*models, Account, Transaction)]


def test_a_second_run_adds_nothing(db, sales):
    first = imported(sales)
    before = counts()

    second = imported(sales)

    assert counts() == before
    assert first.splitlines()[:-1] == second.splitlines()[:-1]
    assert second.splitlines()[-1] == "0 new products; 0 new orders of 3 invoices"


def test_more_months_add_to_what_is_there(db, sales):
    imported(sales, "--months", "1")

    assert "1 new orders of 3 invoices" in imported(sales, "--months", "2")


def test_an_import_that_was_interrupted_goes_on(db, sales, monkeypatch):
    monkeypatch.setattr("demo.importer.BATCH", 1)
    stopped = Import(sales, on_row=stop_at(8))
    with pytest.raises(KeyboardInterrupt):
        stopped.run(at=clock.now())
    assert Order.objects.count() == 1
    assert_books_balance()

    imported(sales)

    assert Order.objects.count() == 3
    assert_books_balance()


def stop_at(number):
    def on_row(item):
        if item.number == number:
            raise KeyboardInterrupt

    return on_row


def test_an_invoice_in_two_places_is_refused_rather_than_half_lost(db, tmp_path):
    rows = SALES.splitlines(keepends=True)
    scattered = tmp_path / "scattered.csv"
    scattered.write_text(HEADER + rows[0] + rows[5] + rows[2])

    with pytest.raises(CommandError, match="536365 do not stand together"):
        imported(scattered)


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
