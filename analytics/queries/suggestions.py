"""What to recommend now: a live build's suggestions, less what became unfit since it was made."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, islice
from uuid import UUID

from django.db.models import (
    Case,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from analytics.models import EVERYBODY, Line, Live, Purpose, Suggestion
from analytics.queries.kept import kept
from catalog.models import Product
from orders.models import OrderLine

MOST = 50
PLACES = 3
"""How often a product may stand among a user's rows: as the user's own, popular in its category, and
popular in the whole shop."""
BEHIND = timedelta(hours=36)
"""By how much a candidate may be older than the control: a night, that of a build which is still on
its way, and never two."""
READ = (
    "purpose",
    "product_id",
    "score",
    "shoppers",
    "times",
    "last_on",
    "because__title",
    "build__generated_at",
    "build__algorithm_version",
)


@dataclass(frozen=True, slots=True)
class Recommended:
    """``score`` is 0 to 1 and never above that of the one before; ``reason`` is for people."""

    product_id: UUID
    purpose: Purpose
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Recommendations:
    """Of one build; None and "" where there is none yet."""

    recommended: list[Recommended]
    generated_at: datetime | None = None
    algorithm_version: str = ""


def for_you(
    user_id: UUID | None,
    line: Line,
    *,
    limit: int = 10,
    within: Collection[UUID] | None = None,
    known: Collection[UUID] = (),
) -> Recommendations:
    """The user's own suggestions, then what is popular lately: first in ``known`` categories, then in
    all. One query.

    ``within`` are ids of categories to stay in, whose own popular products then count as known.
    Nothing that the user has bought.
    """
    rows = _own_and_popular(user_id, line, known if within is None else within)
    if within is not None:
        rows = rows.filter(product__category__in=within)
    return _read(rows[: limit * PLACES], limit)


def buy_again(user_id: UUID, line: Line, *, limit: int = 10) -> Recommendations:
    """What the user buys now and then, the most likely first. One query."""
    return _read(_shelf(line, Purpose.AGAIN, user_id)[:limit], limit)


def also_bought(
    product_id: UUID, line: Line, *, user_id: UUID | None = None, limit: int = 10
) -> Recommendations:
    """What those who buy a product buy with it, less what the user has bought. One query."""
    rows = _unbought(_shelf(line, Purpose.ALSO, product_id), user_id)
    return _read(rows[:limit], limit)


def _own_and_popular(
    user_id: UUID | None, line: Line, known: Collection[UUID]
) -> QuerySet[Suggestion]:
    """The user's own first, then of ``known`` categories, then of all."""
    owners = [EVERYBODY, *known, *([user_id] if user_id else [])]
    rows = _fit(line).filter(purpose__in=(Purpose.FOR_YOU, Purpose.POPULAR), owner__in=owners)
    nearest = Case(
        When(purpose=Purpose.FOR_YOU, then=Value(0)),
        When(owner=EVERYBODY, then=Value(2)),
        default=Value(1),
        output_field=IntegerField(),
    )
    return _unbought(rows, user_id).order_by(nearest, "rank", "owner")


def _shelf(line: Line, purpose: Purpose, owner: UUID) -> QuerySet[Suggestion]:
    return _fit(line).filter(purpose=purpose, owner=owner).order_by("rank")


def _fit(line: Line) -> QuerySet[Suggestion]:
    """Of the build that the line's readers see, what can be bought now."""
    for_sale = Product.objects.published().filter(in_stock=True, pk=OuterRef("product"))
    rows = Suggestion.objects.filter(Exists(for_sale), build=Subquery(_live(line)))
    return rows.select_related("build", "because").only(*READ)


def _live(line: Line) -> QuerySet[Live, UUID]:
    """The id of the line's live build; of the control's, where the candidate has none that is as
    good as current. Within the read, so that it takes no query of its own.
    """
    control = Q(line=Line.CONTROL)
    if line is Line.CONTROL:
        return Live.objects.filter(control).values_list("build", flat=True)
    late = ExpressionWrapper(OuterRef("build__generated_at") + BEHIND, DateTimeField())
    left_behind = Live.objects.filter(control, build__generated_at__gt=late)
    found = Live.objects.filter(control | ~Exists(left_behind))
    return found.order_by(Case(When(control, then=1), default=0)).values_list("build", flat=True)[
        :1
    ]


def _unbought(rows: QuerySet[Suggestion], user_id: UUID | None) -> QuerySet[Suggestion]:
    """All of them, to who is not known."""
    return rows.exclude(Exists(_bought(user_id))) if user_id else rows


def _bought(user_id: UUID) -> QuerySet[OrderLine]:
    """Lines that the user has paid for and kept, of an outer row's product."""
    return OrderLine.objects.filter(kept(), product=OuterRef("product"), order__user=user_id)


def _read(rows: QuerySet[Suggestion], limit: int) -> Recommendations:
    """The first ``limit`` products, each once."""
    found = list(islice(_each_once(rows), limit))
    if not found:
        return Recommendations([])
    build = found[0].build
    return Recommendations(
        [
            Recommended(each.product_id, Purpose(each.purpose), score, reason(each))
            for each, score in zip(found, _falling(found), strict=True)
        ],
        build.generated_at,
        build.algorithm_version,
    )


def _falling(found: Collection[Suggestion]) -> Iterable[float]:
    """Scores as they stand in one answer, where they never rise: those of popular things, which are
    measured otherwise, are shares of the last of the user's own.
    """
    own = (each.score for each in found if each.purpose == Purpose.FOR_YOU)
    least = min(own, default=1.0)
    shares = (
        each.score * least if each.purpose == Purpose.POPULAR else each.score for each in found
    )
    return accumulate(shares, min)


def _each_once(rows: Iterable[Suggestion]) -> Iterable[Suggestion]:
    known: set[UUID] = set()
    for row in rows:
        if row.product_id not in known:
            known.add(row.product_id)
            yield row


def reason(suggestion: Suggestion) -> str:
    """Why it is suggested, in true words."""
    shoppers = _counted(suggestion.shoppers, "shopper")
    match suggestion.purpose:
        case Purpose.AGAIN:
            times = _counted(suggestion.times, "day")
            return f"You bought it on {times}, last in {suggestion.last_on:%B %Y}"
        case Purpose.ALSO:
            return f"Bought together by {shoppers}"
        case Purpose.FOR_YOU if suggestion.because:
            return f"Bought with {suggestion.because.title} by {shoppers}"
    return f"Bought by {shoppers} lately"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
