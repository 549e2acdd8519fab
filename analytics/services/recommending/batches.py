"""Computing what is suggested to a thousand customers, or beside a thousand products."""

from collections.abc import Iterator
from datetime import date
from itertools import islice
from uuid import UUID

import numpy as np

from accounts.models import User
from analytics.models import Build, Purpose, Suggestion
from analytics.recommendations.catalogue import neighbours
from analytics.recommendations.ranking import batches, ranked
from analytics.recommendations.reasons import reasons
from analytics.services.recommending.building import CUSTOMERS, PLACES
from analytics.services.recommending.files import Learnt, learnt
from analytics.services.recommending.living import show_if_whole
from core.jobs import Work

ALSO = 20
AT_ONCE = 2_000


def build_batch(work: Work) -> None:
    """What the job ``recommendations_batch`` does. The last one of a build lets readers see it."""
    build = Build.objects.get(pk=UUID(work.arguments["build"]))
    known = learnt(build.pk)
    of, number = work.arguments["of"], work.arguments["number"]
    count = len(known.purchases.customers if of == CUSTOMERS else known.purchases.items)
    batch = next(islice(batches(count), number, None))
    compute = _of_customers if of == CUSTOMERS else _of_items
    made = list(compute(build, known, batch))
    with work.finish(suggestions=len(made)):
        Suggestion.objects.bulk_create(made, batch_size=AT_ONCE)
        show_if_whole(build, at=work.at)


def _of_customers(build: Build, known: Learnt, batch: slice) -> Iterator[Suggestion]:
    """For those who have an account: guests never come back to them."""
    owners = [UUID(name) for name in known.purchases.customers[batch]]
    users = set(User.objects.filter(pk__in=owners).values_list("pk", flat=True))
    rows = [batch.start + n for n, owner in enumerate(owners) if owner in users]
    if rows:
        yield from _for_you(build, known, rows)
    for row in rows:
        yield from _again(build, known, row)


def _for_you(build: Build, known: Learnt, rows: list[int]) -> Iterator[Suggestion]:
    histories = known.purchases.last_days[rows]
    best = ranked(known.model, histories, PLACES, known.allowed, unseen=True)
    why = reasons(neighbours(known.model), histories, best, known.shoppers)
    for place, row in enumerate(rows):
        owner = UUID(known.purchases.customers[row])
        for rank, item in enumerate(best.items[place], start=1):
            score = float(best.scores[place, rank - 1])
            if item < 0 or not 0 < score <= 1:
                break
            because = why.because[place, rank - 1]
            yield Suggestion(
                build=build,
                purpose=Purpose.FOR_YOU,
                owner=owner,
                rank=rank,
                product_id=_product(known, item),
                score=score,
                because_id=None if because < 0 else _product(known, because),
                shoppers=int(why.shoppers[place, rank - 1]),
            )


def _again(build: Build, known: Learnt, row: int) -> Iterator[Suggestion]:
    habit = known.habits.of(row, PLACES)
    owner = UUID(known.purchases.customers[row])
    for place, item in enumerate(habit.items):
        yield Suggestion(
            build=build,
            purpose=Purpose.AGAIN,
            owner=owner,
            rank=place + 1,
            product_id=_product(known, item),
            score=habit.scores[place],
            times=int(habit.times[place]),
            last_on=date.fromordinal(int(habit.last_days[place])),
        )


def _of_items(build: Build, known: Learnt, batch: slice) -> Iterator[Suggestion]:
    """Those that an item speaks for most, of what somebody did buy with it."""
    weights = neighbours(known.model).weights
    for item in range(batch.start, batch.stop):
        start, end = weights.indptr[item : item + 2]
        others, strength = weights.indices[start:end], weights.data[start:end]
        fit = known.allowed[others] & (strength > 0)
        order = np.argsort(-strength[fit], kind="stable")[:ALSO]
        best, spoken = others[fit][order], strength[fit][order]
        shoppers = known.shoppers.of_both(np.full(len(best), item), best)
        together = [place for place in range(len(best)) if shoppers[place]]
        for rank, place in enumerate(together, start=1):
            yield Suggestion(
                build=build,
                purpose=Purpose.ALSO,
                owner=_product(known, item),
                rank=rank,
                product_id=_product(known, best[place]),
                score=min(1.0, float(spoken[place])),
                shoppers=int(shoppers[place]),
            )


def _product(known: Learnt, item: int) -> UUID:
    return UUID(known.purchases.items[item])
