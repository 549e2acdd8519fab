"""Who may read reports of what."""

from typing import Any
from uuid import UUID


def may_read(user: Any, seller_id: UUID | None) -> bool:
    """Sellers their own; whoever may see reports those of every seller and, with None, of the marketplace."""
    if user.has_perm("analytics.view_report"):
        return True
    own = getattr(user, "seller", None)
    return own is not None and own.pk == seller_id
