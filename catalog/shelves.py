"""Shelves of products that apps above the catalogue put on its pages.

``settings.SHELVES`` names, for each page, functions of the request and the page's product (None
where it has none) that give a shelf, or None where they have nothing to show.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from catalog.models import Product


@dataclass(frozen=True, slots=True)
class Place:
    """A product on a shelf: why it stands there, and where its card leads."""

    product: Product
    reason: str
    href: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """``name`` is for the page's anchors."""

    name: str
    title: str
    places: Sequence[Place]


Shelved = Callable[[Any, Product | None], Shelf | None]


def shelves(page: str, request: Any, product: Product | None = None) -> list[Shelf]:
    """What stands on a page, in the order of the settings."""
    found = (shelve(request, product) for shelve in _shelved(page))
    return [shelf for shelf in found if shelf]


def _shelved(page: str) -> Iterator[Shelved]:
    for name in settings.SHELVES.get(page, ()):
        yield import_string(name)


def in_order(ids: Sequence[UUID]) -> list[Product]:
    """Published products with their cards, in the order of ``ids``."""
    found = {p.pk: p for p in Product.objects.published().filter(pk__in=ids).with_card()}
    return [found[pk] for pk in ids if pk in found]
