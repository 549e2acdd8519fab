"""Products as CSV: every fault by line and column, all or nothing, the same again, and no formulas."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import SellerFactory
from catalog import imports, rollups
from catalog.models import Category, Product, StockMovement, Variant
from catalog.search import find
from catalog.tests.factories import BrandFactory, CategoryFactory, on_sale
from core.documents.cells import plain, protected
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


def read_in(seller, text, *, dry_run=False):
    content = text if isinstance(text, bytes) else text.encode()
    said = {"actor_id": seller.user_id, "at": timezone.now()}
    return imports.import_products(content, seller=seller, dry_run=dry_run, **said)


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
        (3, "category"),
        (3, "price"),
        (3, "stock"),
        (5, "sku"),
        (6, "sku"),
        (7, "title"),
        (8, "price"),
        (9, ""),
        (10, "sku"),
        (11, "options"),
        (12, "options"),
        (13, "category"),
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
        ("sku,title\nA,caf\xe9\n".encode("latin-1"), 2),
        ("sku,title\nA,caf\xe9\n".encode("utf-16"), 1),
        (b'sku,title\nA,"x" y\n', 2),
        (b'sku,title\nA,"x\ny\n', 2),
        (b"sku,title\nA,\0\n", 2),
        (b"sku,title\nA," + b"x" * 200_000 + b"\n", 2),
        (b"sku\n" + b"A\n" * 10_001, 10_002),
    ],
    ids=[
        "empty",
        "unknown",
        "missing",
        "twice",
        "latin-1",
        "utf-16",
        "quotes",
        "open",
        "nul",
        "long",
        "many",
    ],
)
def test_what_is_no_such_file_is_refused(alice, content, line):
    report = read_in(alice.seller, content)

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


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('sku,description\nX,"a\r\nb\rc\n"\n\nY,\n', [2, 7]),
        ("sku\r\nX\r\n\r\nY\r\n", [2, 4]),
        ("sku,title\n,\nX,\nY,", [3, 4]),
    ],
    ids=["quoted", "blank", "empty"],
)
def test_lines_are_counted_as_an_editor_shows_them(alice, text, lines):
    faults = read_in(alice.seller, text).faults

    assert [fault.line for fault in faults if fault.column == "price"] == lines


@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_what_spreadsheets_make_of_a_file_is_read(alice, shelves, delimiter):
    lines = [" SKU ,Title,category,price,stock", "X,Caf\xe9,mugs,1.00,3", ",,,,"]
    text = "\r\n".join(lines).replace(",", delimiter)

    report = read_in(alice.seller, text.encode("utf-8-sig"))

    assert (report.faults, report.added) == ([], 1)
    assert Product.objects.get().title == "Caf\xe9"


def test_whatever_is_there_comes_back_from_its_export_unchanged(alice, shelves):
    """Also what a file could not have said: each cell says what is there, and so says nothing."""
    read_in(alice.seller, GOOD)
    Product.objects.update(
        title="  spaced  ", description="-1\r\nx\ry\n=1", brand=BrandFactory(slug="Odd Brand")
    )
    Variant.objects.filter(sku="MUG-S").update(price=0, options={"a=b": "c;d", "e": " f "})
    Category.objects.update(is_active=False)
    before = everything()

    report = read_in(alice.seller, "".join(imports.export_products(alice.seller)))

    assert (report.faults, report.unchanged, report.applied) == ([], 3, True)
    assert everything() == before


def everything():
    """All columns of all products and variants, versions too."""
    return [list(model.objects.order_by("pk").values()) for model in (Product, Variant)]


def test_a_rehearsal_opens_no_transaction_and_a_refusal_leaves_all_as_it_was(alice, shelves):
    read_in(alice.seller, GOOD)
    before, news = everything(), Event.objects.count()

    with CaptureQueriesContext(connection) as queries:
        rehearsed = read_in(alice.seller, GOOD.replace("4.50", "3.00"), dry_run=True)
    refused = read_in(alice.seller, GOOD.replace("4.50", "3.00").replace("20.00", "x"))

    assert (rehearsed.changed, rehearsed.applied, rehearsed.faults) == (1, False, [])
    assert {query["sql"].split()[0] for query in queries} == {"SELECT"}
    assert not any("FOR " in query["sql"] for query in queries)
    assert [(fault.line, fault.column) for fault in refused.faults] == [(4, "price")]
    assert (everything(), Event.objects.count()) == (before, news)


def test_a_file_takes_as_many_queries_for_many_rows_as_for_few(alice, shelves):
    def rows(numbers, price):
        lines = (f"N-{n},T{n},mugs,,{price},{n + 1}" for n in numbers)
        return "\n".join(["sku,title,category,brand,price,stock", *lines])

    def queries_of(text):
        with CaptureQueriesContext(connection) as queries:
            assert read_in(alice.seller, text).applied
        return len(queries)

    queries_of(rows([1000], "1.00"))
    few, many = rows(range(2), "1.00"), rows(range(100, 130), "1.00")
    assert queries_of(few) == queries_of(many)
    few, many = rows(range(2), "2.00"), rows(range(100, 130), "2.00")
    assert queries_of(few) == queries_of(many)


def test_offers_and_figures_follow(alice, shelves):
    read_in(alice.seller, GOOD)
    mug = Product.objects.get(title="Mug")

    read_in(alice.seller, "sku,price,stock,status\nMUG-S,4.00,0,\nMUG-L,,0,\nATLAS,9.00,0,active\n")

    seen = Product.objects.get(pk=mug.pk)
    assert (seen.price, seen.in_stock) == (400, False)
    assert seen.version > mug.version
    assert rollups.differences() == {}
    moves = Variant.objects.get(sku="ATLAS").movements.order_by("seq")
    assert list(moves.values_list("change", "stock_after", "reason", "note", "actor_id")) == [
        (1, 1, "opening", "", None),
        (-1, 0, "adjustment", "Import", alice.pk),
    ]
    assert find(Product.objects.published(), "atlas").count() == 1


def test_what_comes_off_the_shelf_may_lose_its_variants_and_comes_back_with_them(alice, shelves):
    read_in(alice.seller, GOOD.replace("draft", "active"))
    off, on = ("sku,active,status\nATLAS,no,archived\n", "sku,active,status\nATLAS,yes,active\n")

    seen = []
    for text in (off, on):
        assert read_in(alice.seller, text).faults == []
        seen += Product.objects.filter(variants__sku="ATLAS").values_list(
            "status", "price", "in_stock"
        )

    assert seen == [("archived", None, False), ("active", 2000, True)]
    assert rollups.differences() == {}


def test_variants_join_the_product_whose_address_is_named(alice, shelves):
    read_in(alice.seller, GOOD)
    slug = Product.objects.get(title="Mug").slug

    report = read_in(alice.seller, f"product,sku,options,price\n{slug},MUG-M,size=M,4.75\n")

    assert (report.faults, report.added) == ([], 1)
    assert Variant.objects.get(sku="MUG-M").product.title == "Mug"


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("sku,options\nMUG-S,size=L\nMUG-L,size=S\n", [(2, "options"), (3, "options")]),
        ("sku,active\nMUG-S,no\nMUG-L,no\n", [(2, "active")]),
        ("sku,compare_at_price\nMUG-S,4.50\n", [(2, "compare_at_price")]),
        ("sku,price\nMUG-L,6.00\n", [(2, "compare_at_price")]),
        ("sku,status\nMUG-S,draft\n", [(2, "status")]),
        ("sku,title\nMUG-S,A\nMUG-L,B\n", [(3, "title")]),
        ("product,sku\nx,MUG-S\nx,ATLAS\n", [(3, "product")]),
        ("product,sku,price\nx,ATLAS,\nx,NEW,1.00\n", [(3, "options")]),
        ("sku,title\nGONE,Back again\n", [(2, "sku")]),
    ],
    ids=["swapped", "none", "low", "raised", "back", "differ", "two", "mixed", "deleted"],
)
def test_what_cannot_be_done_to_what_is_there_is_named(alice, shelves, text, faults):
    read_in(alice.seller, GOOD)
    gone = on_sale(seller=alice.seller).product
    gone.variants.update(sku="GONE")
    Product.objects.filter(pk=gone.pk).update(deleted_at=timezone.now())
    before = everything()

    report = read_in(alice.seller, text)

    assert [(fault.line, fault.column) for fault in report.faults] == faults
    assert everything() == before


@pytest.mark.postgresql
@pytest.mark.xdist_group("races")
@pytest.mark.django_db(transaction=True)
def test_of_two_files_at_once_the_second_finds_what_the_first_one_did():
    seller, other = SellerFactory(), SellerFactory()
    CategoryFactory(slug="mugs")
    text = "sku,title,category,price,stock\n" + "".join(f"R-{n},R,mugs,1.00,1\n" for n in range(50))
    barrier = Barrier(3)

    def run(whose):
        barrier.wait()
        try:
            return read_in(whose, text)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        reports = list(pool.map(run, [seller, seller, other]))

    winner = Product.objects.values_list("seller_id", flat=True).distinct().get()
    assert Variant.objects.count() == StockMovement.objects.count() == 50
    outcomes = sorted((r.applied, r.added, r.unchanged, len(r.faults)) for r in reports)
    if winner == seller.pk:
        assert outcomes == [(False, 0, 0, 50), (True, 0, 50, 0), (True, 50, 0, 0)]
    else:
        assert outcomes == [(False, 0, 0, 50), (False, 0, 0, 50), (True, 50, 0, 0)]


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
