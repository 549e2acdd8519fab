"""The protocol: a global cut in time, and measures that can be counted by hand."""

from dataclasses import replace
from datetime import date
from math import log2

import numpy as np
import pytest

from analytics.recommendations.catalogue import ALGORITHMS, PEERS
from analytics.recommendations.comparison import NothingToMeasure, compare
from analytics.recommendations.document import BEGIN, END, write
from analytics.recommendations.evaluation import Cut
from analytics.recommendations.popularity import Popularity
from analytics.recommendations.ranking import ranked
from analytics.tests.bought import many, purchases

A, B, C, D, NEW = range(5)
CUT, UNTIL = 10, 20

# Before the cut A is bought by three, B by two, C and D by one.
BEFORE = [(0, A, 1), (1, A, 1), (2, A, 1), (0, B, 2), (1, B, 2), (0, C, 3), (3, D, 9)]
AFTER = [
    (2, C, 10),  # the second of three that are new to customer 2: B, C, D
    (2, A, 11),  # seen
    (2, NEW, 12),  # first sold after the cut
    (1, NEW, 12),  # as above, and nothing else
    (3, A, 19),  # the first of three
    (3, C, 19),  # the third
    (4, A, 15),  # nobody knew customer 4
    (0, D, 20),  # too late
]
BOUGHT = purchases(BEFORE + AFTER, items=5, until=21)


def test_unseen_items_are_measured_as_counted_by_hand():
    cut = Cut(BOUGHT, CUT, UNTIL)

    measures = cut.measured(Popularity())

    assert cut.customers.tolist() == [2, 3]
    assert measures.recall10 == 1
    second, third = 1 / log2(3), 1 / log2(4)
    assert measures.ndcg10 == pytest.approx((second + (1 + third) / (1 + second)) / 2)
    assert measures.hit_rate == 1
    assert measures.coverage == 1


def test_all_items_leave_in_what_was_bought_before():
    cut = Cut(BOUGHT, CUT, UNTIL, unseen=False)

    measures = cut.measured(Popularity())

    assert cut.customers.tolist() == [2, 3]
    second, third = 1 / log2(3), 1 / log2(4)
    assert measures.ndcg10 == pytest.approx((1 + third) / (1 + second))


def test_ndcg_can_be_1_where_more_is_wanted_than_there_are_places():
    lines = [(0, item, 1) for item in range(12)]
    later = [(1, item, 10) for item in range(12)]

    measures = Cut(purchases([*lines, (1, 12, 1), *later], 13, 20), 10, 20).measured(Popularity())

    assert measures.ndcg10 == pytest.approx(1)
    assert measures.recall10 == pytest.approx(10 / 12)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_nothing_after_the_cut_is_known(name):
    bought = many()
    later = bought.day >= 150
    other = replace(
        bought,
        item=np.where(later, 39 - bought.item, bought.item),
        day=np.where(later, 199, bought.day),
        quantity=np.where(later, 1000, bought.quantity),
        price=np.where(later, 9999, bought.price),
    )

    rankings = [_ranking(name, one) for one in (bought, other)]

    assert (rankings[0].items == rankings[1].items).all()
    assert (rankings[0].scores == rankings[1].scores).all()


def _ranking(name, bought):
    cut = Cut(bought, 150, 200)
    model = ALGORITHMS[name].fit(cut.known)
    return ranked(model, cut.known.last_days, 10, cut.sold, unseen=True)


def test_a_comparison_says_what_is_served_and_writes_its_document(tmp_path):
    days = date.fromordinal(150), date.fromordinal(200)
    found = compare(many(), *days, ALGORITHMS)
    text = tmp_path / "text.md"
    text.write_text(f"Before\n{BEGIN}\nold\n{END}\nAfter\n")

    write(text, found)

    said = found.as_json()
    assert said["left_out"] == dict.fromkeys(PEERS, "`implicit` is not installed")
    assert said["served"]["algorithm"] == "blend"
    assert said["served"]["unseen"] == said["algorithms"]["blend"]["unseen"]
    assert set(said["algorithms"]) == set(ALGORITHMS)
    assert set(said["served"]["all"]) == {"recall10", "ndcg10", "hit_rate", "coverage"}
    written = text.read_text()
    assert written.startswith(f"Before\n{BEGIN}\n")
    assert written.endswith(f"(text.svg)\n{END}\nAfter\n")
    assert "old" not in written
    assert f"| **`blend`** | {found.unseen['blend'].recall10:.4f} |" in written
    assert all(name in written for name in PEERS)
    picture = (tmp_path / "text.svg").read_bytes()
    write(text, found)
    assert (tmp_path / "text.svg").read_bytes() == picture


def test_a_comparison_without_anybody_is_refused():
    with pytest.raises(NothingToMeasure):
        compare(many(), date.fromordinal(500), date.fromordinal(600), ALGORITHMS)
