"""The base of every API view: what is common is done once, here."""

from datetime import UTC
from typing import Any, ClassVar

from django.utils import timezone
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

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Reads and writes instants in UTC, whatever the time zone of pages."""
        with timezone.override(UTC):
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """:raises ValidationError: a parameter is unknown, or would be ignored."""
        super().initial(request, *args, **kwargs)
        known = self.known_parameters()
        faults = {
            name: fault
            for name, values in request.query_params.lists()
            if (fault := _fault(name, values, known))
        }
        if faults:
            raise ValidationError(faults)

    def key_scope(self, request: Request) -> str:
        """Whose the idempotency keys of requests to here are: the caller's."""
        return f"user:{request.user.pk}"

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


def _fault(name: str, values: list[str], known: set[str]) -> str:
    """Why a query parameter means nothing; "" if it does. An empty cursor is the first page's."""
    if name not in known:
        return "This parameter is not known here."
    if len(values) > 1:
        return "Give this parameter once."
    if "\0" in values[0]:
        return "This holds a character that cannot be meant."
    if name != "cursor" and not values[0].strip():
        return "Leave this parameter out, or give it a value."
    return ""
