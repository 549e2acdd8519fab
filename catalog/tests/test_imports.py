"""Products as CSV: every fault by line and column, all or nothing, the same again, and no formulas."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.tests.factories import SellerFactory
from catalog import imports
from catalog.imports.cells import plain, protected
from catalog.models import Product, StockMovement, Variant
from catalog.tests.factories import BrandFactory, CategoryFactory, on_sale
from core.models import Event

URL = "/api/v1/seller/products/import"
EXPORT = "/api/v1/seller/products/export"
GOOD = """product,sku,title,category,brand,options,price,compare_at_price,low_stock_at,stock,status
mug,MUG-S,Mug,mugs,acme,size=S,4.50,,2,7,active
mug,MUG-L,,,,size=L,5.00,6.00,,,
,ATLAS,"An atlas, large",mugs,,,20.00,,,1,draft
"""


@pytest.fixture
def shelves(db):
    CategoryFactory(slug="mugs")
    BrandFactory(slug="acme")


def send(client, text, query=""):
    content = text if isinstance(text, bytes) else text.encode()
    upload = SimpleUploadedFile("products.csv", content, content_type="text/csv")
    return client.post(f"{URL}{query}", {"file": upload}, format="multipart")


def counts(response):
    assert response.status_code == 200, response.content
    body = response.json()
    return [body[name] for name in ("rows", "added", "changed", "unchanged", "applied", "faults")]


def test_a_file_is_read_in_once_however_often_it_is_sent(api, alice, shelves):
    client = api(alice)

    assert counts(send(client, GOOD, "?dry_run=true")) == [3, 3, 0, 0, False, []]
    assert not Product.objects.exists()
    assert not Event.objects.exists()
    assert counts(send(client, GOOD)) == [3, 3, 0, 0, True, []]
    assert counts(send(client, GOOD)) == [3, 0, 0, 3, True, []]

    mug = Product.objects.get(title="Mug")
    assert (mug.status, mug.seller, mug.price) == ("active", alice.seller, 450)
    rows = mug.variants.order_by("sku").values_list("sku", "options", "compare_at_price", "stock")
    assert list(rows) == [("MUG-L", {"size": "L"}, 600, 0), ("MUG-S", {"size": "S"}, None, 7)]
    assert Product.objects.get(title="An atlas, large").status == "draft"
    assert StockMovement.objects.count() == 2


def test_a_known_sku_is_changed_and_empty_cells_leave_things_alone(api, alice, shelves):
    send(api(alice), GOOD)
    edit = "sku,title,price,stock,active\nMUG-S,Beaker,,5,\nMUG-L,,4.00,,no\nATLAS,,,,\n"

    assert counts(send(api(alice), edit)) == [3, 0, 2, 1, True, []]

    small, large = (Variant.objects.get(sku=f"MUG-{size}") for size in "SL")
    assert (small.product.title, small.price, small.stock) == ("Beaker", 450, 5)
    assert (large.price, large.is_active) == (400, False)


def test_every_fault_is_named_by_line_and_column_and_nothing_is_kept(api, alice, shelves):
    on_sale(seller=SellerFactory()).product.variants.update(sku="THEIRS")
    bad = (
        "product,sku,title,category,price,stock,options\n"
        "a,A-1,Good,mugs,1.00,1,\n"
        'b,B-1,"Two\nlines",nowhere,1.001,-1,\n'
        "c,A-1,Twice,mugs,1.00,,\n"
        "d,,No SKU,mugs,1.00,,\n"
        "e,E-1,,mugs,1.00,,\n"
        "f,F-1,No price,mugs,,,\n"
        "g,G-1,Short\n"
        "h,THEIRS,Theirs,mugs,1.00,,\n"
        "i,I-1,Twins,mugs,1.00,,size=M\n"
        "i,I-2,,,1.00,,Size=m\n"
        "j,J-1,Where,nowhere,1.00,,size\n"
        "k,K-1,Where,nowhere,1.00,,\n"
    )

    rehearsed = send(api(alice), bad, "?dry_run=true").json()
    refused = send(api(alice), bad)

    assert [(f["line"], f["column"]) for f in rehearsed["faults"]] == [
        (3, "price"),
        (3, "stock"),
        (5, "sku"),
        (6, "sku"),
        (7, "title"),
        (8, "price"),
        (9, ""),
        (10, "sku"),
        (12, "options"),
        (13, "options"),
        (14, "category"),
    ]
    assert (refused.status_code, refused.json()["code"]) == (422, "import_refused")
    assert refused.json()["faults"] == rehearsed["faults"]
    assert not Product.objects.filter(seller=alice.seller).exists()
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", 1),
        (b"sku,colour\nA,red\n", 1),
        (b"title\nA\n", 1),
        (b"sku,sku\nA,A\n", 1),
        (b"sku,title\nA,\xff\n", 2),
        (b'sku,title\nA,"x" y\n', 2),
        (b"sku,title\nA,\0\n", 2),
        (b"sku,title\nA," + b"x" * 200_000 + b"\n", 2),
        (b"sku\n" + b"A\n" * 501, 502),
    ],
    ids=["empty", "unknown", "missing", "twice", "bytes", "quotes", "nul", "long", "many"],
)
def test_what_is_no_such_file_is_refused(alice, content, line):
    report = imports.import_products(
        content.splitlines(keepends=True),
        seller=alice.seller,
        actor_id=alice.pk,
        dry_run=False,
        at=timezone.now(),
    )

    assert report.applied is False
    assert line in [fault.line for fault in report.faults]
    assert not Product.objects.exists()


def test_only_sellers_send_files_of_a_bounded_size(api, alice, bob):
    assert send(api(bob), GOOD).status_code == 403
    for accept in ("*/*", "text/csv"):
        assert api(bob, Accept=accept).get(EXPORT).status_code == 403
    large = send(api(alice), b"sku\n" + b"A" * imports.MAX_BYTES)
    assert (large.status_code, large.json()["errors"][0]["code"]) == (400, "too_large")
    assert send(api(alice), GOOD, "?dry_run=perhaps").status_code == 400
    assert api(alice).post(URL, {}, format="multipart").status_code == 400
    assert api(alice).post(URL, {}).status_code == 415


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "\t=1", "'=1", "''@", "\uff1d1", "\n=1"]
)
def test_a_formula_is_written_as_text_and_read_back(text):
    assert protected(text) == f"'{text}"
    assert plain(protected(text)) == text


@pytest.mark.parametrize("text", ["", "Mug", "'tis", "a=1", "4.50"])
def test_what_is_no_formula_is_written_as_it_is(text):
    assert protected(text) == plain(text) == text


def test_what_is_exported_changes_nothing_when_it_comes_back(api, alice, shelves):
    send(api(alice), GOOD)
    Product.objects.filter(title="Mug").update(title='=cmd|"x"', description='\'-a,\nb "c"')
    on_sale(title="Another's")

    answer = api(alice).get(EXPORT)
    written = b"".join(answer.streaming_content)

    assert answer["Content-Type"].startswith("text/csv")
    assert b'"\'=cmd|""x"""' in written
    assert b"Another" not in written
    assert counts(send(api(alice), written)) == [3, 0, 0, 3, True, []]


def test_the_command_does_the_same(alice, shelves, tmp_path, capsys):
    path = tmp_path / "products.csv"
    path.write_text(GOOD.replace("4.50", "cheap"))
    with pytest.raises(CommandError):
        call_command("import_products", "alices-attic", path)
    assert "line 2, price" in capsys.readouterr().err
    assert not Product.objects.exists()

    path.write_text(GOOD)
    call_command("import_products", "alices-attic", path)

    assert capsys.readouterr().out == "3 added, 0 changed, 0 as they were\n"
