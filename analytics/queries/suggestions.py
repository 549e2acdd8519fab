"""What to recommend now: a live build's suggestions, less what became unfit since it was made."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

from analytics.models import EVERYBODY, Line, Purpose, Suggestion
from catalog.models import Product
from orders.models import Order, OrderLine

MOST = 50
BOUGHT = (Order.Status.PAID, Order.Status.COMPLETED)


@dataclass(frozen=True, slots=True)
class Recommended:
    """``score`` is 0 to 1; ``reason`` is for people."""

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
    known = known if within is None else within
    places = Q(purpose=Purpose.POPULAR, owner__in=[EVERYBODY, *known])
    if user_id:
        places |= Q(purpose=Purpose.FOR_YOU, owner=user_id)
    rows = _fit(line).filter(places)
    if user_id:
        rows = rows.exclude(Exists(_bought(user_id)))
    if within is not None:
        rows = rows.filter(product__category__in=within)
    nearest = Case(
        When(purpose=Purpose.FOR_YOU, then=Value(0)),
        When(owner=EVERYBODY, then=Value(2)),
        default=Value(1),
        output_field=IntegerField(),
    )
    return _read(rows.order_by(nearest, "rank", "owner"), limit)


def buy_again(user_id: UUID, line: Line, *, limit: int = 10) -> Recommendations:
    """What the user buys now and then, the most likely first. One query."""
    return _read(_shelf(line, Purpose.AGAIN, user_id), limit)


def also_bought(product_id: UUID, line: Line, *, limit: int = 10) -> Recommendations:
    """What those who buy a product buy with it. One query."""
    return _read(_shelf(line, Purpose.ALSO, product_id), limit)


def _shelf(line: Line, purpose: Purpose, owner: UUID) -> QuerySet[Suggestion]:
    return _fit(line).filter(purpose=purpose, owner=owner).order_by("rank")


def _fit(line: Line) -> QuerySet[Suggestion]:
    """Of the live build, what can be bought now."""
    for_sale = Product.objects.published().filter(in_stock=True, pk=OuterRef("product"))
    rows = Suggestion.objects.filter(Exists(for_sale), build__live__line=line)
    return rows.select_related("build", "because")


def _bought(user_id: UUID) -> QuerySet[OrderLine]:
    """Lines of orders that the user has paid and kept, of an outer row's product."""
    return OrderLine.objects.filter(
        product=OuterRef("product"), order__user=user_id, order__status__in=BOUGHT
    )


def _read(rows: QuerySet[Suggestion], limit: int) -> Recommendations:
    """The first ``limit`` products, each once."""
    found = list(_each_once(rows))
    if not found:
        return Recommendations([])
    build = found[0].build
    return Recommendations(
        [Recommended(s.product_id, Purpose(s.purpose), s.score, reason(s)) for s in found[:limit]],
        build.generated_at,
        build.algorithm_version,
    )


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
