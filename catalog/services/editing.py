"""What every edit of a product and its parts goes through: its version, and the news of it.

The product's version counts for all of it: whoever edits a variant or a picture says which state of
the whole product they have seen.
"""

from collections.abc import Sequence
from datetime import datetime

from catalog.models import Product
from core import events
from core.errors import Stale


def lock_version(product: Product, version: int | None) -> Product:
    """The product's row, locked; ``version`` None is any.

    :raises Stale: it has another version, or is gone.
    """
    locked = Product.objects.filter(pk=product.pk, deleted_at=None).locked().first()
    if locked is None:
        raise Stale
    if version not in {None, locked.version}:
        raise Stale(field="If-Match", current=locked.version)
    return locked


def touch(locked: Product, names: set[str], *, at: datetime) -> None:
    """Save the columns ``names`` of a locked product as its next version."""
    locked.version += 1
    locked.updated_at = at
    locked.save(update_fields={*names, "updated_at", "version"})


def record(product: Product, what: str, fields: Sequence[str], *, at: datetime) -> None:
    """Tell upward that a product was ``what``."""
    payload = {"seller_id": str(product.seller_id), "fields": list(fields)}
    events.record(f"product.{what}", product.pk, payload, at=at)
