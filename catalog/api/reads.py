"""What all public reads of the catalogue have in common."""

from rest_framework.permissions import AllowAny

from catalog.versions import version
from core.api.cached import CachedReads
from core.api.views import ApiView


class CatalogueRead(CachedReads, ApiView):
    """Anyone's, and answered from the cache until the catalogue changes or ``kept_for`` is up."""

    permission_classes = (AllowAny,)
    public = True

    state = staticmethod(version)
