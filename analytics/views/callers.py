"""What the visitor of a page may see."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from analytics.queries.audience import seller_looked_at
from core.errors import Forbidden, NotFound


def seller_shown(request: HttpRequest, named: UUID | None = None) -> UUID | None:
    """Of whom the visitor gets a report; None is the whole shop.

    :raises PermissionDenied: the visitor may see no reports, or not this seller's.
    :raises Http404: there is no such seller.
    """
    try:
        return seller_looked_at(request.user, named)
    except Forbidden as error:
        raise PermissionDenied from error
    except NotFound as error:
        raise Http404 from error
