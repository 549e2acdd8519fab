"""Recommendations on the shop's pages."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.urls import reverse

from analytics import queries
from analytics.experiments import line_of
from analytics.models import Purpose
from analytics.queries import Recommendations, Recommended
from analytics.services import note_shown
from catalog.models import Product
from catalog.shelves import Place, Shelf, in_order
from catalog.visits.views import recent_ids
from core import clock

ON_PAGE = 6


def for_you(request: Any, product: Product | None) -> Shelf | None:
    """Picked for who is signed in; for others what is popular lately, first where they have looked."""
    known = _looked_at(request)
    found = queries.for_you(_user_id(request), line_of(request.user), limit=ON_PAGE, known=known)
    own = any(each.purpose is Purpose.FOR_YOU for each in found.recommended)
    return _shelf("for-you", "Picked for you" if own else "Popular lately", found)


def buy_again(request: Any, product: Product | None) -> Shelf | None:
    if not request.user.is_authenticated:
        return None
    found = queries.buy_again(request.user.pk, line_of(request.user), limit=ON_PAGE)
    return _shelf("again", "Buy again", found)


def also_bought(request: Any, product: Product | None) -> Shelf | None:
    if product is None:
        return None
    found = queries.also_bought(
        product.pk, line_of(request.user), user_id=_user_id(request), limit=ON_PAGE
    )
    return _shelf("also", "Bought together", found)


def _user_id(request: Any) -> UUID | None:
    return request.user.pk if request.user.is_authenticated else None


def _shelf(name: str, title: str, found: Recommendations) -> Shelf | None:
    """Counts as shown what will be."""
    products = {p.pk: p for p in in_order([each.product_id for each in found.recommended])}
    shown = [each for each in found.recommended if each.product_id in products]
    if not shown:
        return None
    note_shown(found.algorithm_version, shown, at=clock.now())
    version = found.algorithm_version
    return Shelf(name, title, [_place(each, products[each.product_id], version) for each in shown])


def _place(each: Recommended, product: Product, version: str) -> Place:
    href = reverse("follow", args=[version, each.purpose.value, product.slug])
    return Place(product, each.reason, href)


def _looked_at(request: Any) -> Collection[UUID]:
    """Categories of what a visitor looked at last."""
    ids = recent_ids(request)
    if not ids:
        return ()
    return set(Product.objects.filter(pk__in=ids).values_list("category_id", flat=True))
