"""The base of every API view: what is common is done once, here."""

from typing import Any, ClassVar

from django.utils.cache import patch_cache_control, patch_vary_headers
from rest_framework import generics
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import ValidationError
from rest_framework.views import APIView


class SignedIn(Request):
    """A request that passed ``IsAuthenticated``: its user is a real one."""

    user: Any


class ApiView(APIView):
    """Refuses query parameters that it does not know; answers are not cached unless ``public``."""

    query_parameters: ClassVar[frozenset[str]] = frozenset()
    public: ClassVar[bool] = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        unknown = sorted(set(request.query_params) - self.known_parameters())
        if unknown:
            raise ValidationError(dict.fromkeys(unknown, "This parameter is not known here."))
        if any("\0" in value for _, values in request.query_params.lists() for value in values):
            raise ValidationError({"query": "A parameter holds a character that cannot be meant."})

    def known_parameters(self) -> set[str]:
        """Names of the query parameters that mean something here."""
        return set(self.query_parameters)

    def finalize_response(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, *args, **kwargs)
        shared = self.public and request.method in SAFE_METHODS and response.status_code < 400
        if shared and request.auth is None:
            patch_cache_control(response, public=True, max_age=0, must_revalidate=True)
            patch_vary_headers(response, ["Authorization"])
        else:
            patch_cache_control(response, no_store=True)
        return response


class ListView(ApiView, generics.ListAPIView[Any]):
    """A paginated, filtered list."""

    def known_parameters(self) -> set[str]:
        known = super().known_parameters()
        known |= getattr(self.pagination_class, "query_parameters", set())
        filters = getattr(self, "filterset_class", None)
        return known | set(filters.base_filters if filters else ())
