"""What a seller does with one product: draft it, edit it, move it along, take it away."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify

from accounts.models import Seller
from catalog import errors
from catalog.models import Product
from catalog.services.editing import lock_version, record, touch
from catalog.services.variants import NewVariant, insert_variants
from core.ids import uuid7

MOVES = {
    Product.Status.DRAFT: {Product.Status.ACTIVE, Product.Status.ARCHIVED},
    Product.Status.ACTIVE: {Product.Status.ARCHIVED},
    Product.Status.ARCHIVED: {Product.Status.ACTIVE},
}
"""Nothing becomes a draft again: it has been seen, and perhaps sold."""

MAX_SLUGGED = 180
"""Characters of a title that go into its address."""


@transaction.atomic
def draft_product(
    *, seller: Seller, fields: Mapping[str, Any], variants: Sequence[NewVariant], at: datetime
) -> Product:
    """A new draft of ``seller``'s in the shop's currency. ``fields`` are validated columns.

    Raises what ``create_variant`` does.
    """
    product = Product(seller=seller, currency=settings.SHOP_CURRENCY, **fields)
    product.slug = slug_of(product.title)
    product.save(force_insert=True)
    insert_variants(product, variants, at=at)
    Product.objects.filter(pk=product.pk).refresh_offers(at=at)
    record(product, "drafted", sorted(fields), at=at)
    product.refresh_from_db()
    return product


@transaction.atomic
def edit_product(
    product: Product, changes: Mapping[str, Any], *, version: int | None, at: datetime
) -> Product:
    """Write ``changes`` (validated columns) to a product that still has ``version``.

    :raises Stale: somebody else was faster.
    :raises StatusMoveRefused: the product's status does not become that one.
    :raises NothingToSell: it is to be active, and no variant is.
    """
    locked = lock_version(product, version)
    wanted = changes.get("status", locked.status)
    refuse_move(locked.status, wanted)
    if wanted == Product.Status.ACTIVE and locked.price is None:
        raise errors.NothingToSell(field="status")
    for name, value in changes.items():
        setattr(locked, name, value)
    touch(locked, set(changes), at=at)
    record(locked, "edited", sorted(changes), at=at)
    return locked


@transaction.atomic
def delete_product(product: Product, *, version: int | None, at: datetime) -> None:
    """Take a product out of the shop for good. Orders that refer to it keep what they say of it.

    :raises Stale: somebody else was faster.
    """
    locked = lock_version(product, version)
    locked.deleted_at = at
    touch(locked, {"deleted_at"}, at=at)
    record(locked, "deleted", [], at=at)


def refuse_move(current: str, wanted: str) -> None:
    """:raises StatusMoveRefused: what is ``current`` does not become ``wanted``."""
    if wanted != current and wanted not in MOVES[Product.Status(current)]:
        raise errors.StatusMoveRefused(current, wanted)


def slug_of(title: str) -> str:
    """The title, and enough chance to be alone; the p keeps it from being read as an id."""
    return f"{slugify(title)[:MAX_SLUGGED]}-p{_chance(uuid7())}".lstrip("-")


def _chance(made: UUID) -> str:
    return made.hex[-10:]
