"""Who may read reports of what."""

from typing import Any
from uuid import UUID

from accounts.models import Seller
from core.errors import Forbidden, NotFound

VIEW_REPORTS = "analytics.view_report"


def may_read(user: Any, seller_id: UUID | None) -> bool:
    """Sellers their own; whoever may see reports those of every seller and, with None, of the marketplace."""
    if user.has_perm(VIEW_REPORTS):
        return True
    own = getattr(user, "seller", None)
    return own is not None and own.pk == seller_id


def seller_looked_at(user: Any, named: UUID | None = None) -> UUID | None:
    """Of whom ``user`` gets a report who has ``named`` a seller, or nobody: a seller's id, or None for the
    marketplace.

    :raises Forbidden: ``user`` may read no reports, or not those of the seller ``named``.
    :raises NotFound: there is no such seller.
    """
    own = getattr(user, "seller", None)
    wanted = own.pk if own and not user.has_perm(VIEW_REPORTS) else named
    if not may_read(user, wanted):
        raise Forbidden("Only analysts and sellers have reports.")
    if named not in {None, wanted}:
        raise Forbidden("This is another seller.", field="seller")
    if named and not Seller.objects.filter(pk=named).exists():
        raise NotFound("There is no such seller.", field="seller")
    return wanted
