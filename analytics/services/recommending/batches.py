"""Computing what is suggested to a thousand customers, or beside a thousand products."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from accounts.models import User
from analytics.models import Build, Purpose, Suggestion
from analytics.recommendations.fitted import batches
from analytics.recommendations.learnt import Learnt
from analytics.services.recommending.building import CUSTOMERS
from analytics.services.recommending.files import learnt
from analytics.services.recommending.living import show_if_whole
from core.jobs import Work

AT_ONCE = 2_000


def build_batch(work: Work) -> None:
    """What the job ``recommendations_batch`` does. The last one of a build lets readers see it."""
    build = Build.objects.get(pk=UUID(work.arguments["build"]))
    known = learnt(build.pk)
    compute, names = (
        (_of_customers, known.fitted.customers)
        if work.arguments["of"] == CUSTOMERS
        else (_of_items, known.fitted.items)
    )
    made = list(compute(build, known, batches(len(names))[work.arguments["number"]]))
    with work.finish(suggestions=len(made)):
        Suggestion.objects.bulk_create(made, batch_size=AT_ONCE)
        show_if_whole(build, at=work.at)


def _of_customers(build: Build, known: Learnt, batch: slice) -> Iterator[Suggestion]:
    """For those who have an account: guests never come back to them."""
    owners = {known.customer(row): row for row in range(batch.start, batch.stop)}
    users = set(User.objects.filter(pk__in=owners).values_list("pk", flat=True))
    yield from _for_you(build, known, batch, users)
    for user in sorted(users):
        yield from _again(build, known, owners[user])


def _for_you(build: Build, known: Learnt, batch: slice, users: set[UUID]) -> Iterator[Suggestion]:
    best, why = known.fitted.recommended(batch, known.allowed)
    for row, items in enumerate(best.items):
        owner = known.customer(batch.start + row)
        for place, item in enumerate(items):
            if owner in users and item >= 0:
                because = why.because[row, place]
                yield Suggestion(
                    build=build,
                    purpose=Purpose.FOR_YOU,
                    owner=owner,
                    rank=place + 1,
                    product_id=known.product(item),
                    score=float(best.scores[row, place]),
                    because_id=None if because < 0 else known.product(because),
                    shoppers=int(why.shoppers[row, place]),
                )


def _again(build: Build, known: Learnt, row: int) -> Iterator[Suggestion]:
    habit = known.again(row)
    for place, item in enumerate(habit.items):
        yield Suggestion(
            build=build,
            purpose=Purpose.AGAIN,
            owner=known.customer(row),
            rank=place + 1,
            product_id=known.product(item),
            score=float(habit.scores[place]),
            times=int(habit.times[place]),
            last_on=date.fromordinal(int(habit.last_days[place])),
        )


def _of_items(build: Build, known: Learnt, batch: slice) -> Iterator[Suggestion]:
    for item in range(batch.start, batch.stop):
        beside = known.fitted.also_bought(item, known.allowed)
        for place, other in enumerate(beside.items):
            yield Suggestion(
                build=build,
                purpose=Purpose.ALSO,
                owner=known.product(item),
                rank=place + 1,
                product_id=known.product(other),
                score=float(beside.scores[place]),
                shoppers=int(beside.shoppers[place]),
            )
