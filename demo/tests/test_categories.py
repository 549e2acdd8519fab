from collections import Counter

import pytest

from demo.categories import LEAVES, OTHER, classify
from demo.online_retail import Goods


@pytest.fixture
def shares(all_goods: dict[str, Goods]) -> dict[str, float]:
    """The part of all stock codes that stands in each leaf."""
    counts = Counter(goods.leaf.slug for goods in all_goods.values())
    return {leaf.slug: counts[leaf.slug] / len(all_goods) for leaf in LEAVES}


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("White Hanging Heart T-Light Holder", "t-light-holders"),
        ("Jumbo Bag Red Retrospot", "shoppers"),
        ("Regency Cakestand 3 Tier", "baking"),
        ("Lunch Box I Love London", "lunch-boxes"),
        ("Alarm Clock Bakelike Green", "clocks"),
        ("Paper Chain Kit Vintage Christmas", "party"),
        ("Black Christmas Tree 120cm", "christmas-trees"),
        ("Grow Your Own Basil in Enamel Mug", "planters"),
        ("Assorted Creepy Crawlies", "pocket-toys"),
    ],
)
def test_classify_places_a_title(title, slug):
    assert classify(title).slug == slug


def test_classify_tries_phrases_before_single_words():
    # "mug" stands above "soft toy" in the table.
    assert classify("Mug Soft Toy").slug == "soft-toys"
    assert classify("Mug Toy").slug == "mugs"


def test_classify_matches_whole_words_and_their_plurals():
    assert classify("MUGS").slug == "mugs"
    assert classify("Muggle") is OTHER


def test_classify_matches_words_between_and_any_ending():
    assert classify("Christmas Retrospot Tree Wood").slug == "christmas-trees"
    assert classify("Christmassy Retrospot Tree") is OTHER
    assert classify("Large Mint Diamante Hairslide").slug == "rings"


def test_classify_leaves_the_rest_in_other():
    assert classify("Frosted White Base") is OTHER
    assert classify("") is OTHER
    assert OTHER.slug == "other"
    assert LEAVES[-1] is OTHER


def test_table_has_two_levels_with_slugs_used_once():
    parents = {(leaf.parent_slug, leaf.parent_name) for leaf in LEAVES}
    slugs = [leaf.slug for leaf in LEAVES] + [slug for slug, _ in parents]

    assert len(LEAVES) == 57
    assert len(parents) == 11
    assert len(slugs) == len(set(slugs))


def test_table_names_every_keyword_once():
    keywords = [keyword for leaf in LEAVES for keyword in leaf.keywords]

    assert [keyword for keyword, times in Counter(keywords).items() if times > 1] == []
    assert all(keyword == keyword.casefold() for keyword in keywords)


def test_table_covers_the_shop_evenly(shares: dict[str, float]):
    assert shares["other"] < 0.01
    assert min(shares.values()) > 0
    assert max(shares.values()) < 0.05
