"""Whose sales one may look at: analysts everybody's, sellers their own."""

from typing import Any
from uuid import UUID

from accounts.models import Seller
from core.errors import Forbidden, NotFound

VIEW_REPORTS = "analytics.view_report"


def seller_looked_at(user: Any, named: UUID | None = None) -> UUID | None:
    """Of whom ``user`` gets a report who has ``named`` somebody, or nobody; None is the whole shop.

    :raises Forbidden: ``user`` is no analyst and no seller, or another one than was named.
    :raises NotFound: there is no such seller.
    """
    if not user.has_perm(VIEW_REPORTS):
        return _own(user, named)
    if named and not Seller.objects.filter(pk=named).exists():
        raise NotFound("There is no such seller.", field="seller")
    return named


def _own(user: Any, named: UUID | None) -> UUID:
    own = Seller.objects.filter(user=user.pk, status=Seller.Status.APPROVED).first()
    if own is None:
        raise Forbidden("Only analysts and sellers have reports.")
    if named not in {None, own.pk}:
        raise Forbidden("This is another seller.", field="seller")
    return own.pk
