"""Answers that are files, whose names say of which form they are."""

from collections.abc import Iterable
from typing import Any

from drf_spectacular.types import OpenApiTypes
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from analytics.documents.files import TYPES
from core.api.views import ApiView

FILES: dict[Any, Any] = {
    (200, content_type.partition(";")[0]): OpenApiTypes.BINARY for content_type in TYPES.values()
}
"""The responses for ``extend_schema``."""


class ByName(BaseContentNegotiation):
    """Whatever ``Accept`` says: the address does. A refusal is JSON."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return JSONRenderer(), JSONRenderer.media_type

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        return next(iter(parsers))


class FileView(ApiView):
    content_negotiation_class = ByName
