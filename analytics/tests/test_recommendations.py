"""Each algorithm on purchases that can be counted by hand."""

import numpy as np
import pytest

from analytics.recommendations import purchases as arrays
from analytics.recommendations import storing
from analytics.recommendations.again import HALF_LIFE, Habits
from analytics.recommendations.blend import Blend
from analytics.recommendations.catalogue import ALGORITHMS
from analytics.recommendations.category_affinity import CategoryAffinity
from analytics.recommendations.ease import Ease
from analytics.recommendations.fitted import Fitted, batches
from analytics.recommendations.item_cosine import ItemCosine
from analytics.recommendations.popularity import Popularity
from analytics.recommendations.ranking import ranked
from analytics.recommendations.reasons import RECENT
from analytics.tests.bought import EVERYBODY, many, purchases

CUP, PLATE, LAMP, RUG = range(4)
ANN, BEN, CAT = range(3)

TABLE = [
    (ANN, CUP, 1),
    (ANN, PLATE, 1),
    (BEN, CUP, 2),
    (BEN, PLATE, 2),
    (BEN, LAMP, 9),
    (CAT, CUP, 3),
    (CAT, CUP, 9),
]


def scores(algorithm, bought, customers=EVERYBODY):
    histories = bought.last_days[customers]
    return algorithm.fit(bought).scores(histories)


def test_popularity_counts_shoppers_lines_by_age_and_a_window():
    bought = purchases(TABLE, items=4, until=10)

    ever = scores(Popularity(), bought)[0]
    window = scores(Popularity(window=8), bought)[0]
    recent = scores(Popularity(half_life=1), bought)[0]

    assert ever.tolist() == pytest.approx([1, 2 / 3, 1 / 3, 0])
    assert window.tolist() == pytest.approx([1, 1 / 2, 1 / 2, 0])
    cup, plate = 2**-9 + 2**-8 + 2**-7 + 2**-1, 2**-9 + 2**-8
    assert recent.tolist() == pytest.approx([1, plate / cup, 0.5 / cup, 0])


def test_category_affinity_is_seven_tenths_category_and_three_tenths_price():
    bought = purchases(
        [(ANN, CUP, 1), (BEN, PLATE, 1), (BEN, LAMP, 1)],
        items=3,
        until=2,
        price=[200, 400, 50],
        category=[0, 0, 1],
    )

    (of_ann,) = scores(CategoryAffinity(), bought, [ANN])

    assert of_ann.tolist() == pytest.approx(
        [0.7 * 0.8 + 0.3, 0.7 * 0.8 + 0.3 / 2, 0.7 * 0.3 + 0.3 / 4], abs=2e-4
    )


def test_item_cosine_is_shared_shoppers_by_the_root_of_both():
    bought = purchases(TABLE, items=4, until=10)

    weights = ItemCosine().fit(bought).weights.toarray()

    assert weights[CUP].tolist() == pytest.approx([0, 2 / 6**0.5, 1 / 3**0.5, 0])
    assert weights[PLATE, LAMP] == pytest.approx(1 / 2**0.5)
    assert weights.T.tolist() == weights.tolist()


def test_ease_is_its_closed_form():
    bought = purchases(TABLE, items=4, until=10)
    table = np.array([[1, 1, 0, 0], [1, 1, 1, 0], [1, 0, 0, 0]])
    inverse = np.linalg.inv(table.T @ table + 2 * np.eye(4))
    expected = -inverse / np.diag(inverse)
    np.fill_diagonal(expected, 0)

    weights = Ease(ridge=2).fit(bought).weights.toarray()

    assert weights == pytest.approx(expected, abs=1e-6)


def test_ease_of_more_items_than_it_inverts_takes_cosines_for_the_rest():
    bought = purchases(TABLE, items=4, until=10)

    weights = Ease(ridge=2, most=2).fit(bought).weights.toarray()

    two = Ease(ridge=2).fit(purchases(TABLE[:4] + TABLE[5:], items=2, until=10))
    without_lamp = two.weights.toarray()
    assert weights[:2, :2] == pytest.approx(without_lamp, abs=1e-6)
    with_cup, with_plate = 1 / (3**0.5 + 2), 1 / (2**0.5 + 2)
    assert weights[:, LAMP].tolist() == pytest.approx([with_cup, with_plate, 0, 0])
    assert weights[LAMP].tolist() == pytest.approx([with_cup, with_plate, 0, 0])


def test_who_bought_only_what_is_rare_is_recommended_what_is_bought_a_lot_with_it():
    bought = purchases([*TABLE, (3, LAMP, 9)], items=4, until=10)

    build = Fitted.of(bought, Blend(ease=Ease(ridge=2, keep=1, most=2)))
    best, why = build.recommended(slice(3, 4), np.ones(4, bool), places=2)

    assert best.items.tolist() == [[CUP, PLATE]]
    assert (why.because.tolist(), why.shoppers.tolist()) == ([[LAMP, LAMP]], [[1, 1]])


def test_a_purchase_is_worth_half_after_a_half_life():
    bought = purchases([(ANN, CUP, 8), (BEN, CUP, 6), (CAT, CUP, 6), (CAT, CUP, 2)], 1, 10)

    worth = arrays.recency(bought.last_days, bought.until, 2)

    assert worth.toarray()[:, CUP].tolist() == [0.5, 0.25, 0.25]


def test_blend_prefers_what_still_sells_among_what_is_liked_alike():
    alike = [(buyer, item, 40) for buyer in range(6) for item in (CUP, PLATE, LAMP)]
    bought = purchases([*alike, (6, CUP, 40), (7, LAMP, 99), (8, PLATE, 10)], 3, 100)

    of_six = scores(Blend(), bought, [6])[0]

    assert of_six[LAMP] > of_six[PLATE] > 0


def test_blend_gives_recent_popularity_to_who_has_no_history():
    many_long_ago = [(buyer, CUP, 10) for buyer in range(3)]
    bought = purchases(
        [*many_long_ago, (ANN, PLATE, 98), (BEN, PLATE, 99), (CAT, LAMP, 99)], 3, 100
    )

    nobody = bought.last_days[[ANN]] * 0
    nobody.eliminate_zeros()
    (of_nobody,) = Blend().fit(bought).scores(nobody)

    assert np.argsort(-of_nobody).tolist() == [PLATE, LAMP, CUP]


@pytest.mark.parametrize("name", ALGORITHMS)
def test_every_algorithm_says_the_same_twice_and_from_its_file(name, tmp_path):
    bought = many()
    model, again = ALGORITHMS[name].fit(bought), ALGORITHMS[name].fit(bought)
    storing.save(model, tmp_path / "model.npz")

    kept = storing.load(type(model), tmp_path / "model.npz")

    said = model.scores(bought.last_days)
    assert np.isfinite(said).all()
    assert (again.scores(bought.last_days) == said).all()
    assert (kept.scores(bought.last_days) == said).all()
    assert [path.name for path in tmp_path.iterdir()] == ["model.npz"]


@pytest.mark.parametrize("name", ["item_cosine", "ease", "blend"])
def test_small_blocks_say_what_one_says(name, monkeypatch):
    bought = many()
    whole = ALGORITHMS[name].fit(bought).scores(bought.last_days)

    monkeypatch.setattr(arrays.blocks, "__defaults__", (100,))
    in_blocks = ALGORITHMS[name].fit(bought).scores(bought.last_days)

    assert in_blocks == pytest.approx(whole, rel=1e-4, abs=1e-6)


def test_ranked_leaves_out_what_was_bought_and_what_may_not_be():
    bought = purchases(TABLE, items=4, until=10)
    allowed = np.array([True, True, False, True])

    model = Popularity().fit(bought)
    unseen = ranked(model, bought.last_days, 3, allowed, unseen=True)
    every = ranked(model, bought.last_days, 3, allowed, unseen=False)

    assert unseen.items.tolist() == [[RUG, -1, -1], [RUG, -1, -1], [PLATE, RUG, -1]]
    assert every.items.tolist() == [[CUP, PLATE, RUG]] * 3
    assert every.scores[0].tolist() == pytest.approx([1, 2 / 3, 0])


def test_a_build_scores_everybody_by_batches_and_counts_its_reasons(tmp_path):
    bought = many()
    storing.save(Fitted.of(bought, Blend()), tmp_path / "build.npz")
    build = storing.load(Fitted, tmp_path / "build.npz")
    table = bought.bought.toarray() > 0
    whole, _ = build.recommended(slice(0, 60), np.ones(40, bool), places=5)

    rows = 0
    for batch in batches(len(build.customers), size=25):
        best, why = build.recommended(batch, np.ones(40, bool), places=5)
        assert (best.items == whole.items[batch]).all()
        for row, items in enumerate(best.items):
            customer, rows = batch.start + row, rows + 1
            assert not table[customer, items].any()
            for item, because, shoppers in zip(
                items, why.because[row], why.shoppers[row], strict=True
            ):
                if because >= 0:
                    assert table[customer, because]
                    assert shoppers == (table[:, item] & table[:, because]).sum() > 0
                else:
                    assert shoppers == build.recent[item] > 0
    assert rows == 60
    assert ((whole.scores >= 0) & (whole.scores <= 1)).all()


@pytest.mark.parametrize("seed", range(60))
def test_every_reason_in_a_small_shop_is_what_is_counted_by_hand(seed):
    chance = np.random.default_rng(seed)
    people, things, days = chance.integers(2, 12), chance.integers(2, 15), chance.integers(20, 300)
    limits = (people, things, days)
    lines = [tuple(chance.integers(limits)) for _ in range(chance.integers(5, 50))]
    bought = purchases(lines, things, days)
    build = Fitted.of(bought, Blend(ease=Ease(ridge=1, keep=20, most=chance.integers(2, 15))))
    ever, lately = [set() for _ in range(things)], [set() for _ in range(things)]
    for customer, item, day in lines:
        ever[item].add(customer)
        if day >= days - RECENT:
            lately[item].add(customer)

    everybody = slice(0, len(bought.customers))
    best, why = build.recommended(everybody, np.ones(things, bool))

    for customer, row in enumerate(best.items):
        told = set(row[row >= 0])
        for item, because, shoppers in zip(
            row, why.because[customer], why.shoppers[customer], strict=True
        ):
            if item >= 0:
                assert because < 0 or customer in ever[because]
                both = lately[item] if because < 0 else ever[item] & ever[because]
                assert shoppers == len(both) > 0
        spoken = {item for item in range(things) if lately[item] and customer not in ever[item]}
        assert spoken <= told
    for item in range(things):
        beside = build.also_bought(item, np.ones(things, bool))
        counted = [len(ever[item] & ever[other]) for other in beside.items]
        assert beside.shoppers.tolist() == counted
        assert all(counted)


def test_buy_again_counts_days_and_weighs_them_by_age():
    bought = purchases([*TABLE, (CAT, CUP, 9), (CAT, RUG, 9)], items=4, until=10)

    again = Habits.of(bought).best(bought.last_days, CAT, 2)

    worth = 2 ** (-1 / HALF_LIFE)
    assert again.items.tolist() == [CUP, RUG]
    assert (again.times.tolist(), again.last_days.tolist()) == ([2, 1], [9, 9])
    sums = np.array([worth + 2 ** (-7 / HALF_LIFE), worth])
    assert again.scores == pytest.approx(1 - np.exp(-sums))


def test_the_reason_is_the_item_that_contributed_most():
    together = [(buyer, item, 9) for buyer in range(5) for item in (CUP, PLATE)]
    once = [(5, LAMP, 9), (5, PLATE, 9)]
    bought = purchases([*together, *once, (6, CUP, 9), (6, LAMP, 9)], items=3, until=10)
    build = Fitted.of(bought, Blend())

    best, why = build.recommended(slice(6, 7), np.ones(3, bool), places=1)

    assert (best.items[0, 0], why.because[0, 0], why.shoppers[0, 0]) == (PLATE, CUP, 5)


def test_also_bought_is_counted_and_allowed():
    bought = many()
    build = Fitted.of(bought, Blend())
    allowed = np.arange(40) % 3 > 0
    table = bought.bought.toarray() > 0

    found = [build.also_bought(item, allowed, places=4) for item in range(10, 20)]

    assert max(len(beside.items) for beside in found) == 4
    for item, beside in enumerate(found, start=10):
        assert allowed[beside.items].all()
        assert item not in beside.items
        both = (table[:, [item]] & table[:, beside.items]).sum(axis=0)
        assert beside.shoppers.tolist() == both.tolist()
        assert (beside.shoppers > 0).all()
        assert (np.diff(beside.scores) <= 0).all()
