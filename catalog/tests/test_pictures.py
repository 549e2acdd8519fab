import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from catalog import pictures
from catalog.pictures import choose, looks
from catalog.pictures.choose import FALLBACK, motif_of
from catalog.pictures.drawing import compose
from catalog.pictures.palettes import PALETTES, Palette
from catalog.pictures.table import Table, rows

HERE = Path(pictures.__file__).parent
DRAWINGS = sorted(HERE.glob("*/*.svg"))
MOTIFS = sorted(path.stem for path in HERE.glob("motifs/*.svg"))
LEAVES = re.findall(
    r"^  (\S+) = ", (HERE.parents[1] / "demo" / "categories.txt").read_text("utf-8"), re.MULTILINE
)

SVG = "{http://www.w3.org/2000/svg}"
SHAPES = {"svg", "g", "path", "rect", "circle", "ellipse", "defs", "pattern"}
BOX = {"viewBox", "d", "x", "y", "width", "height", "rx", "ry", "cx", "cy", "r", "transform"}
PAINT = {"fill", "opacity", "stroke", "stroke-width", "stroke-linecap", "stroke-linejoin"}
ATTRIBUTES = BOX | PAINT | {"id", "patternUnits", "patternTransform"}
PAINTS = {f"{{{token}}}" for token in Palette._fields if token != "names"} | {
    "none",
    "url(#ground)",
    "url(#fabric)",
}

# A gift shop's shelf: what is sold, and what its picture must show.
SHELF = {
    "White Hanging Heart T-Light Holder": "t-light",
    "Hanging Jam Jar T-Light Holder": "t-light",
    "Regency Cakestand 3 Tier": "cake-stand",
    "Pack of 72 Retrospot Cake Cases": "cupcake",
    "Jumbo Bag Red Retrospot": "tote-bag",
    "Lunch Bag Red Retrospot": "lunch-bag",
    "Lunch Box with Cutlery Retrospot": "lunch-box",
    "Red Heart Luggage Tag": "suitcase",
    "Folding Umbrella Cream Polkadot": "umbrella",
    "Travel Card Wallet Vintage Ticket": "purse",
    "String of Stars Card Holder": "purse",
    "Alarm Clock Bakelike Green": "alarm-clock",
    "Bull Dog Bottle Top Wall Clock": "wall-clock",
    "Jam Clock Magnet": "magnet",
    "Doormat Fairy Cake": "doormat",
    "Pink Paisley Cushion Cover": "cushion",
    "Landmark Frame Notting Hill": "picture-frame",
    "Heart Shaped Mirror": "mirror",
    "Mirrored Wall Art Snowflakes": "wall-art",
    "Drawer Knob Ceramic Ivory": "drawer-knob",
    "Triple Wire Hook Ivory Heart": "hook",
    "Cook with Wine Metal Sign": "sign",
    "Number Tile Vintage Font 8": "number-tile",
    "Welcome Wooden Block Letters": "blocks",
    "Egg Cup Henrietta Hen Pink": "egg-cup",
    "Blue Polkadot Cup": "teacup",
    "Red Retrospot Tea Cup and Saucer": "teacup",
    "Vintage Billboard Tea Mug": "mug",
    "Tea Time Teapot in Gift Box": "teapot",
    "Retrospot Large Milk Jug": "jug",
    "Red Retrospot Bowl": "bowl",
    "Dog Bowl Vintage Cream": "pet-bowl",
    "Set of 6 Red Spotty Paper Plates": "plate",
    "Set of 20 Red Retrospot Paper Napkins": "napkins",
    "Pack of 12 London Tissues": "tissues",
    "Oven Mitt Apples Design": "oven-glove",
    "Set of 2 Red Retrospot Tea Towels": "tea-towel",
    "Pantry Rolling Pin": "baking",
    "Frying Pan Union Flag": "pan",
    "Amber Fine Bead Necklace with Tassel": "necklace",
    "Ruby Drop Chandelier Earrings": "earrings",
    "Murano Style Glass Bracelet Gold": "bracelet",
    "Amethyst Diamante Expandable Ring": "ring",
    'Letter "M" Bling Key Ring': "keyring",
    "Red Gingham Rose Jewellery Box": "trinket-box",
    "Embroidered Ribbon Reel Rachel": "ribbon",
    "Wrap English Rose": "gift-wrap",
    "Red Spot Gift Bag Large": "gift-bag",
    "Cat with Sunglasses Blank Card": "card",
    "Party Invites Balloon Girl": "envelope",
    "Set of 3 Cake Tins Sketchbook": "notebook",
    "12 Pencil Small Tube Woodland": "pencils",
    "Sweet Pudding Sticker Sheet": "stickers",
    "Deluxe Sewing Kit": "sewing-kit",
    "Jigsaw Tree with Birdhouse": "puzzle",
    "Mini Playing Cards Gymkhana": "cards",
    "Pink Owl Soft Toy": "teddy",
    "4 Traditional Spinning Tops": "spinning-top",
    "Piggy Bank Retrospot": "money-bank",
    "White Rocking Horse Hand Painted": "rocking-horse",
    "Pink White Christmas Tree 60cm": "christmas-tree",
    "Holly Top Christmas Stocking": "stocking",
    "Paper Lantern 9 Point Snow Star": "star-lantern",
    "White Metal Lantern": "lantern",
    "Party Bunting": "bunting",
    "12 Coloured Party Balloons": "balloons",
    "Enamel Watering Can Cream": "watering-can",
    "White Hearts Wire Plant Pot Holder": "plant-pot",
    "Childs Garden Trowel Blue": "garden-tools",
    "Sweetheart Bird House": "bird-house",
    "English Rose Hot Water Bottle": "hot-water-bottle",
    "Hand Warmer Owl Design": "hand-warmer",
    "Soap Dish Brocante": "soap",
}


def picture(sku="85123A", title="Red Retrospot Mug", category_slugs=("mugs", "kitchen-dining")):
    return pictures.picture(sku=sku, title=title, category_slugs=category_slugs)


def title_in(document):
    return ET.fromstring(document).findtext(f"{SVG}title")


# What a picture shows.


@pytest.mark.parametrize(("title", "motif"), SHELF.items())
def test_the_title_says_what_is_shown(title, motif):
    assert motif_of(title, ["other"]) == motif


def test_a_gift_shops_shelf_shows_many_different_things():
    assert len({motif_of(title, []) for title in SHELF}) >= 60


@pytest.mark.parametrize("slug", [slug for slug in LEAVES if slug != "other"])
def test_every_category_of_the_demo_shows_what_it_sells(slug):
    assert motif_of("Whatchamacallit", [slug]) != FALLBACK


def test_categories_of_the_demo_show_different_things():
    shown = [motif_of("Whatchamacallit", [slug]) for slug in LEAVES]

    assert len(LEAVES) == len(set(shown)) == 57


def test_the_nearest_known_category_decides_where_the_title_names_nothing():
    assert motif_of("Whatchamacallit", ["unheard-of", "clocks", "home"]) == "wall-clock"


def test_what_nobody_knows_is_a_parcel():
    assert motif_of("Whatchamacallit", []) == FALLBACK


@pytest.mark.parametrize("table", ["motifs.txt", "categories.txt"])
def test_tables_name_motifs_that_are_drawn(table):
    assert {name for name, _ in rows(HERE / table)} <= set(MOTIFS)


def test_every_motif_can_be_reached():
    named = {motif for motif, _ in choose.BY_TITLE.patterns} | set(choose.BY_SLUG.values())

    assert {name for motif in named for name in choose.drawings_of(motif)} == set(MOTIFS)


def test_drawings_of_one_motif_take_turns():
    seen = {looks.look_of(f"{sku}", "Necklace", "necklace").motif for sku in range(24)}

    assert seen == {"necklace", "necklace-2"}


def test_a_table_finds_whole_words_in_any_case_and_their_plurals(tmp_path):
    (tmp_path / "t.txt").write_text("# note\nbox = box,\n    tin can\ngap = a..z\nring = ring\n")
    table = Table.read(tmp_path / "t.txt")

    found = [table.first(title) for title in ("Two BOXES", "Tin cans", "a to z", "Spring", "Ring")]

    assert found == ["box", "box", "gap", None, "ring"]


# How the drawings are made.


def test_there_are_motifs_enough():
    assert len(MOTIFS) >= 36


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_drawing_holds_nothing_but_shapes_in_the_palettes_colours(path):
    for element in ET.parse(path).iter():
        assert element.tag.removeprefix(SVG) in SHAPES
        assert set(element.attrib) <= ATTRIBUTES
        assert {element.get("fill", "none"), element.get("stroke", "none")} <= PAINTS


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_drawing_stands_on_the_common_canvas(path):
    root = ET.parse(path).getroot()

    assert (root.tag, root.get("viewBox")) == (f"{SVG}svg", "0 0 400 400")


def test_palettes_are_colours():
    assert len(set(PALETTES)) == len(PALETTES) >= 14
    for palette in PALETTES:
        assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in palette[1:])


def test_fabrics_that_looks_call_for_are_drawn():
    drawn = {path.stem for path in HERE.glob("fabrics/*.svg")}

    assert drawn >= {name for name, _ in looks.FABRIC_BY_TITLE.patterns} | {*looks.USUAL_FABRICS}


# What becomes of them.


@pytest.mark.parametrize("motif", MOTIFS)
def test_a_picture_is_a_small_document_of_its_own(motif):
    grounds = looks.GROUNDS
    fabrics = {*looks.USUAL_FABRICS, "hearts", "stars"}
    drawn = [
        compose("T" * 200, looks.Look(PALETTES[0], ground, fabric, motif))
        for ground in grounds
        for fabric in fabrics
    ]

    assert max(len(document.encode()) for document in drawn) < 6 * 1024
    assert all(ET.fromstring(document).get("role") == "img" for document in drawn)
    assert not any(re.search(r"[{}]|href|<script|style| on\w+=", text) for text in drawn)


def test_the_same_product_always_has_the_same_picture():
    assert picture() == picture()


def test_pictures_of_one_category_look_different():
    seen = [looks.look_of(f"{sku}", "Whatchamacallit", "mug") for sku in range(22726, 22750)]

    assert len({(look.palette, look.ground, look.fabric) for look in seen}) >= 20
    assert len({(look.palette, look.ground) for look in seen}) >= 12


def test_another_sku_is_another_picture():
    assert picture(sku="22726") != picture(sku="22727")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Red Retrospot Mug", "red"),
        ("Mug, Pink/White", "pink"),
        ("IVORY Mug", "ivory"),
        ("Jam Jar with Blue Lid", "blue"),
    ],
)
def test_a_colour_in_the_title_is_kept(title, name):
    assert all(name in looks.look_of(f"{sku}", title, "mug").palette.names for sku in range(24))


def test_a_print_in_the_title_is_kept():
    assert {looks.look_of(f"{sku}", "Mug Red Retrospot", "mug").fabric for sku in range(24)} == {
        "dots"
    }


@pytest.mark.parametrize(
    "title",
    [
        "<script>alert(1)</script>",
        "Salt & Pepper",
        'Mum\'s "Best" Mug',
        "{main} ]]> &amp;",
        "Café ☕",
    ],
)
def test_the_picture_is_named_after_the_product(title):
    assert title_in(picture(title=title)) == title


def test_what_xml_cannot_hold_is_left_out_of_the_name():
    assert title_in(picture(title="A\x00 mug\ud800")) == "A mug"
