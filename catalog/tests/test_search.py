# ruff: noqa: RUF001  # letters that look alike are what is tested
"""What is found, and what first: the same on both engines, whatever is written."""

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from catalog import search, totals
from catalog.models import Brand, Category, Product, SearchDocument, SearchWord, Variant
from catalog.search import language
from catalog.search.language import forms
from catalog.search.letters import PLAIN, fold
from catalog.tests.factories import (
    BrandFactory,
    CategoryFactory,
    ProductFactory,
    VariantFactory,
    on_sale,
)

GOODS = {
    # name: (title, brand, category, sku, description, units sold)
    "mug": ("Blue Spotted Mug", "Acme", "Kitchenware", "MUG-001", "Holds tea and coffee.", 9),
    "mugs": ("Set of six mugs, red", "Acme", "Kitchenware", "MUG-002", "Stackable.", 5),
    "tree": ("Mug tree", "Holzwerk", "Kitchenware", "TREE-9", "For six mugs; oak.", 7),
    "cafe": ("Café Crème cups", "Émile", "Kitchenware", "CC-77", "Two cups & saucers", 3),
    "strasse": ("Große Straßenlaterne", "Holzwerk", "Lighting", "GR-5", "A street lamp.", 1),
    "lamp": ("Desk lamp", "Lumen", "Lighting", "LMP-1", "Red shade, brass foot.", 8),
    "lantern": ("Hanging lanterns", "Lumen", "Lighting", "LAN-2", "100% tin, 1_000 lumens.", 4),
    "phones": ("Wireless headphones", "Sonar", "Audio", "HP-2000", "With a blue case.", 20),
    "speaker": ("Bookshelf speaker", "Sonar", "Audio", "SPK-10", "Oak boxes for your shelf.", 2),
    "shirt": ("T-shirt, women's", "Acme", "Clothing", "TS-W-M", "Organic cotton.", 6),
    "dress": ("Summer dress", "Émile", "Clothing", "DR-1", "Cotton; for children and women.", 3),
    "knife": ("Kitchen knife", "Holzwerk", "Kitchenware", "KN-1e5a", "Sharp as a wolf's tooth.", 2),
    "boxes": ("Story boxes", "Acme", "Toys", "BX-1", "Cherry wood. Stories for a child.", 1),
    "bus": ("Red toy bus", "Toyland", "Toys", "BUS-42", "Drives like the real one.", 11),
    "kanji": ("茶 tea tin", "Lumen", "Kitchenware", "TEA-3", "日本の茶, ΑΘΗΝΑ, Йод.", 2),
    "rename": ("Lamp shade", "Lumen", "Lighting", "LMP-2", "For the desk lamp.", 1),
}

CASES = [
    # plain words, all of which must be found, wherever
    ("mug", "mug tree mugs"),
    ("MUG", "mug tree mugs"),
    ("blue mug", "mug"),
    ("mug blue", "mug"),
    ("blue", "mug phones"),
    ("red", "bus mugs lamp"),
    ("acme mug", "mug mugs"),
    ("acme", "mug shirt mugs boxes"),
    ("kitchenware lumen", "kanji"),
    ("cotton", "shirt dress"),
    ("lamp", "lamp rename strasse"),
    ("desk lamp", "lamp rename"),
    ("oak", "tree speaker"),
    ("nothing of the kind", ""),
    # singular and plural
    ("mugs", "mug tree mugs"),
    ("headphone", "phones"),
    ("lantern", "lantern"),
    ("lanterns", "lantern"),
    ("box", "boxes speaker"),
    ("boxes", "boxes speaker"),
    ("story", "boxes"),
    ("stories", "boxes"),
    ("buses", "bus"),
    ("dresses", "dress"),
    ("knives", "knife"),
    ("shelves", "speaker"),
    ("teeth", "knife"),
    ("children", "dress boxes"),
    ("woman", "dress"),
    ("cherries", "boxes"),
    # accents, capitals and other alphabets
    ("cafe", "cafe"),
    ("café", "cafe"),
    ("CAFÉ CRÈME", "cafe"),
    ("cafe\u0301", "cafe"),
    ("emile", "dress cafe"),
    ("Émile", "dress cafe"),
    ("grosse", "strasse"),
    ("große", "strasse"),
    ("strassenlaterne", "strasse"),
    ("茶", "kanji"),
    ("日本の茶", "kanji"),
    ("αθηνα", "kanji"),
    ("йод", "kanji"),
    # apostrophes part no word, other signs do
    ("womens", "shirt dress"),
    ("women's", "shirt dress"),
    ("women’s t-shirt", "shirt"),
    ("t shirt", "shirt"),
    ("tshirt", "shirt"),
    # phrases, as they are spelt
    ('"mug tree"', "tree"),
    ('"tree mug"', ""),
    ('"desk lamp"', "lamp rename"),
    ('"lamp desk"', ""),
    ('"six mugs"', "mugs tree"),
    ('"six mug"', ""),
    ('"mug acme"', ""),
    ('"desk lamp', "lamp rename"),
    # operators
    ("mug -tree", "mug mugs"),
    ("mug -red -tree", "mug"),
    ('lamp -"desk lamp"', "strasse"),
    ("knife or dress", "dress knife"),
    ("blue mug OR red bus", "bus mug"),
    ("-mug", "mug tree mugs"),
    ("mug - tree", "tree"),
    ("or mug or", "mug tree mugs"),
    ("mug AND tree", ""),
    ("mug | tree", "tree"),
    ("mug & !tree", "tree"),
    ("mug*", "mug tree mugs"),
    ("title:mug", ""),
    ("NEAR(mug tree)", ""),
    ("(mug)", "mug tree mugs"),
    # signs are text
    ("100%", "lantern"),
    ("%", ""),
    ("_", ""),
    ("1_000", "lantern"),
    ("1%000", "lantern"),
    ("'", ""),
    ('"', ""),
    ('""', ""),
    ("\\", ""),
    ("' OR 1=1 --", ""),
    # SKUs
    ("MUG-002", "mugs"),
    ("mug-002", "mugs"),
    ("HP-2000", "phones"),
    ("2000", "phones"),
    ("kn-1e5a", "knife"),
    ("1e5a", "knife"),
    ("TS-W-M", "shirt"),
    ("lmp", "lamp rename"),
    # mistyped
    ("hedphones", "phones"),
    ("headpohnes", "phones"),
    ("headphonnes", "phones"),
    ("headphomes", "phones"),
    ("wireles hedphones", "phones"),
    ("kitchn knife", "knife"),
    ("lanternn", "lantern"),
    ("spaeker", "speaker"),
    ("acem", "mug shirt mugs boxes"),
    ("strasenlaterne", "strasse"),
    ("xyzzy", ""),
]


@pytest.fixture
def goods(db):
    """Each of ``GOODS`` for sale; what is made last is ``rename``."""
    brands = {name: BrandFactory(name=name) for name in {row[1] for row in GOODS.values()}}
    categories = {name: CategoryFactory(name=name) for name in {row[2] for row in GOODS.values()}}
    names = {}
    for name, (title, brand, category, sku, description, sold) in GOODS.items():
        variant = on_sale(
            title=title,
            brand=brands[brand],
            category=categories[category],
            description=description,
            units_sold=sold,
        )
        Variant.objects.filter(pk=variant.pk).update(sku=sku)
        names[variant.product_id] = name
    return names


def found(names, text):
    return [names[product.pk] for product in search.find(Product.objects.published(), text)]


def paged(names, text):
    everything = search.page(Product.objects.published(), text, 0, 99)
    assert (len(everything.ids), everything.is_estimate) == (everything.total, False)
    return [names[pk] for pk in everything.ids]


def test_both_engines_find_the_same_in_the_same_order(goods):
    wrong = {
        (text, way): got
        for text, names in CASES
        for way in (found, paged)
        if (got := " ".join(way(goods, text))) != names
    }

    assert len(CASES) >= 60
    assert wrong == {}


@pytest.mark.postgresql
def test_statistics_are_believed_of_one_word_and_not_of_words_together(db, monkeypatch):
    monkeypatch.setattr(totals, "EXACT_UP_TO", 2)
    pots = [on_sale(title="Blue teapot").product_id for _ in range(6)]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE catalog_searchdocument")
    Product.objects.filter(pk__in=pots[2:]).update(status="draft")

    one, two, last = (
        search.page(Product.objects.published(), text, 0, stop)
        for text, stop in (("teapot", 2), ("blue teapot", 2), ("teapot", 3))
    )

    assert (one.total >= 5, one.is_estimate) == (True, True)
    assert (two.total, two.is_estimate) == (last.total, last.is_estimate) == (2, False)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("head", "phones"),
        ("wireless hea", "phones"),
        ("hedp", "phones"),
        ("haedph", "phones"),
        ("kitchen kn", "knife"),
        ("kitchne kn", "knife"),
        ("caf", "cafe"),
        ("émi", "dress"),
        ("acme t-sh", "shirt"),
        ("mug", "mug"),
        ("MUG-002", "mugs"),
    ],
)
def test_what_is_being_typed_is_suggested(goods, typed, first):
    assert goods[search.suggest(typed, 5)[0].pk] == first


@pytest.mark.parametrize("typed", ["", " ", "%", "_", "zzzz", "sharp"])
def test_nothing_is_suggested_for_what_no_title_has(goods, typed):
    assert search.suggest(typed, 5) == []


def test_the_index_follows_every_change_also_those_in_bulk(goods):
    kept = [product for product, name in goods.items() if name in {"lamp", "rename"}]
    lamps = Product.objects.filter(pk__in=kept)

    lamps.update(title="Torch")
    assert found(goods, "torch") == ["lamp", "rename"]
    assert found(goods, '"desk lamp"') == ["rename"]
    Brand.objects.filter(name="Lumen").update(name="Ampère")
    assert found(goods, "ampere torch") == ["lamp", "rename"]
    assert found(goods, "lumen torch") == []
    Category.objects.filter(name="Lighting").update(name="Lights")
    assert found(goods, "light torch") == ["lamp", "rename"]
    Variant.objects.filter(sku="LMP-1").update(sku="NEW-1")
    assert found(goods, "new-1") == ["lamp"]
    assert found(goods, "lmp-1") == []
    lamps.update(brand=None, description="Gleams", category=Category.objects.get(name="Toys"))
    assert found(goods, "gleams toy") == ["lamp", "rename"]
    assert found(goods, "ampere torch") == []


def test_each_variants_sku_finds_its_product_until_it_is_removed(db):
    product = ProductFactory(title="Cup")
    assert not SearchDocument.objects.exists()
    first = VariantFactory(product=product, sku="RED-1", options={"colour": "red"}, stock=0)
    second = VariantFactory(product=product, sku="BLUE-1", options={"colour": "blue"}, stock=0)

    Product.objects.update(status="active", price=1)

    def matches(text):
        return list(search.find(Product.objects.published(), text))

    assert matches("red-1") == matches("blue-1") == [product]
    first.delete()
    assert (matches("red-1"), matches("blue-1")) == ([], [product])
    second.delete()
    product.delete()
    assert not SearchDocument.objects.exists()


def test_only_what_is_for_sale_decides_whether_a_word_is_mistyped(goods):
    on_sale(title="Lampe", units_sold=99)
    Product.objects.filter(title="Lampe").update(status="draft")

    assert found(goods, "lampe") == ["lamp", "rename", "strasse"]


def test_a_sku_written_out_comes_first(goods):
    on_sale(title="MUG-002 MUG-002", units_sold=1000)

    assert search.find(Product.objects.published(), "mug-002")[0].title == "Set of six mugs, red"


def test_every_character_is_folded_as_in_python(db):
    """The index of a text with each of Unicode's characters, but those that no engine stores."""
    points = (chr(point) for point in range(1, 0x20000) if not 0xD800 <= point < 0xE000)
    letters = [letter for letter in points if letter in PLAIN or ord(letter) % 7 == 0]
    wrong = {}
    for start in range(0, len(letters), 2000):
        part = letters[start : start + 2000]
        variant = on_sale(description="".join(f"{letter}x " for letter in part))
        stored = indexed_words(variant.product_id)
        expected = {word for letter in part for word in fold(f"{letter}x").split()}
        if stored != expected:
            wrong[start] = (sorted(stored - expected)[:9], sorted(expected - stored)[:9])

    assert wrong == {}


def indexed_words(product_id):
    """Of a product's description."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT unnest(tsvector_to_array(lexemes))"
                " FROM catalog_searchdocument WHERE product_id = %s",
                [product_id],
            )
            words = {word for (word,) in cursor.fetchall()}
            marked = {word for word in words if "_" in word}
            return words - marked - {word.removeprefix("n_") for word in marked}
        document = SearchDocument.objects.get(product_id=product_id)
        cursor.execute(
            "SELECT description FROM catalog_searchindex WHERE rowid = %s", [document.pk]
        )
        return set(cursor.fetchone()[0].split())


def test_the_databases_letters_are_those_of_the_code(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT letter, plain FROM catalog_letter")
        assert dict(cursor.fetchall()) == PLAIN

    assert all(fold(plain) == plain for plain in PLAIN.values())


@pytest.mark.parametrize(
    "word", ["mug", "story", "box", "child", "knife", "bus", "shoe", "toy", "potato"]
)
def test_a_plural_is_found_as_its_singular(word):
    plural = forms(word)[-1] if word != "child" else "children"

    assert word in forms(plural)


class AnyText(TestCase):
    """No text is an error: neither to find nor to suggest."""

    syntax = st.text(alphabet="ab -\"'()*:&|!<>^~%_\\{}+,.\0\nORANDNE日é", max_size=60)

    @given(st.one_of(syntax, st.text(max_size=220)))
    @settings(deadline=None)
    def test_any_text_may_be_searched(self, text):
        with transaction.atomic():
            assert list(search.find(Product.objects.published(), text)) == []
            assert search.suggest(text, 5) == []


def test_searches_are_answered_by_indexes(goods):
    if connection.vendor == "postgresql":  # a table this small it would rather read through
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE catalog_product, catalog_searchdocument, catalog_searchword")
            for way in ("seqscan", "indexscan", "nestloop"):  # leaves bitmaps, of which GIN knows
                cursor.execute(f"SET LOCAL enable_{way} = off")
    published = Product.objects.published()
    searched = search.find(published, "blue mug or lamp -desk")[:20].explain()
    begun = search.ranked(
        search.matching(published, language.begun("blue mu")), language.begun("blue mu"), "blue mu"
    )[:5].explain()
    near = SearchWord.objects.filter(key__gte="mgs", key__lt="mgs~").order_by().explain()

    index = {
        "postgresql": "catalog_search_lexemes",
        "sqlite": "catalog_searchindex VIRTUAL TABLE INDEX",
    }
    assert index[connection.vendor] in searched
    assert index[connection.vendor] in begun
    assert "catalog_searchword_once" in near or "autoindex_catalog_searchword" in near
