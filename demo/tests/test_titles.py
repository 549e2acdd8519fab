import pytest

from demo.online_retail import Goods
from demo.titles import readable_title


@pytest.mark.parametrize(
    ("description", "title"),
    [
        ("WHITE HANGING HEART T-LIGHT HOLDER", "White Hanging Heart T-Light Holder"),
        ("  SET   OF 3  CAKE TINS ", "Set of 3 Cake Tins"),
        ("THE KING GIFT BAG 25x24x12cm", "The King Gift Bag 25x24x12cm"),
        ("IN THE SHED", "In the Shed"),
    ],
)
def test_readable_title_lowers_small_words_unless_first(description, title):
    assert readable_title(description) == title


@pytest.mark.parametrize(
    ("description", "title"),
    [
        ("CHILDREN'S SPACEBOY MUG", "Children's Spaceboy Mug"),
        ("YOU'RE CONFUSING ME METAL SIGN", "You're Confusing Me Metal Sign"),
        ("COTE D'AZURE NECKLACE", "Cote D'Azure Necklace"),
        ("POTTING SHED SOW 'N' GROW SET", "Potting Shed Sow 'n' Grow Set"),
        ("RETRO PLASTIC 70'S TRAY", "Retro Plastic 70's Tray"),
    ],
)
def test_readable_title_writes_apostrophes_right(description, title):
    assert readable_title(description) == title


@pytest.mark.parametrize(
    ("description", "title"),
    [
        ("S/3 PINK SQUARE PLANTERS", "S/3 Pink Square Planters"),
        ("3D HEARTS HONEYCOMB", "3D Hearts Honeycomb"),
        ("RED TOADSTOOL LED NIGHT LIGHT", "Red Toadstool LED Night Light"),
        ("ENGLISH ROSE NOTEBOOK A6 SIZE", "English Rose Notebook A6 Size"),
        ("POLYESTER FILLER PAD 30CMx30CM", "Polyester Filler Pad 30cmx30cm"),
        ("ESSENTIAL BALM 3.5g TIN", "Essential Balm 3.5g Tin"),
        ("SMOKEY GREY COLOUR D.O.F. GLASS", "Smokey Grey Colour D.O.F. Glass"),
        ('LETTER "A" BLING KEY RING', 'Letter "A" Bling Key Ring'),
        ("MUG , DOTCOMGIFTSHOP.COM", "Mug, Dotcomgiftshop.com"),
    ],
)
def test_readable_title_keeps_codes_and_units(description, title):
    assert readable_title(description) == title


@pytest.mark.parametrize(
    ("description", "title"),
    [
        ("DECOUPAGE,GREETING CARD,", "Decoupage, Greeting Card"),
        ("LUNCH BAG BLACK SKULL.", "Lunch Bag Black Skull"),
        ("*USB Office Mirror Ball", "USB Office Mirror Ball"),
        ("SET/6 RED SPOTTY PAPER CUPS", "Set of 6 Red Spotty Paper Cups"),
        ("ROUND SNACK BOXES SET OF4 WOODLAND", "Round Snack Boxes Set of 4 Woodland"),
        ("BLACK+WHITE NECKLACE W TASSEL", "Black + White Necklace with Tassel"),
        ("SET 10 CARDS XMAS CHOIR 17068", "Set 10 Cards Xmas Choir"),
        ("ASS COL LARGE SAND FROG P'WEIGHT", "Assorted Colour Large Sand Frog Paperweight"),
        ('PEARL & SHELL 42"NECKL. GREEN', 'Pearl & Shell 42" Necklace Green'),
        ("WINE BOTTLE DRESSING LT.BLUE", "Wine Bottle Dressing Light Blue"),
        ("BLACK VINT ART DEC CRYSTAL BRACELET", "Black Vintage Art Deco Crystal Bracelet"),
        ("GOLD M.O.P ORBIT BRACELET", "Gold Mother of Pearl Orbit Bracelet"),
    ],
)
def test_readable_title_repairs_warts(description, title):
    assert readable_title(description) == title


def test_readable_title_of_nothing_is_nothing():
    assert readable_title("  ") == ""


def test_readable_title_leaves_its_own_titles_alone(all_goods: dict[str, Goods]):
    changed = [g.title for g in all_goods.values() if readable_title(g.title) != g.title]

    assert changed == []
