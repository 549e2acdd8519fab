"""A seller's own products as CSV, out and in."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import errors, imports
from catalog.api.sellers import seller_of
from core import clock
from core.api.fields import StrictSerializer
from core.api.schema import problems
from core.api.views import ApiView, SignedIn


class FileSerializer(StrictSerializer):
    """A CSV file in UTF-8, as the export writes it. Columns may be left out, except ``sku``."""

    file = serializers.FileField(allow_empty_file=False)

    def validate_file(self, upload: Any) -> Any:
        if upload.size > imports.MAX_BYTES:
            raise serializers.ValidationError(
                f"A file has at most {imports.MAX_BYTES} bytes.", code="too_large"
            )
        return upload


class LineFaultSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField()
    column = serializers.CharField(allow_blank=True)
    detail = serializers.CharField()


class ReportSerializer(serializers.Serializer[Any]):
    rows = serializers.IntegerField()
    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    applied = serializers.BooleanField()
    faults = LineFaultSerializer(many=True)


class ImportView(ApiView):
    parser_classes = (MultiPartParser,)
    query_parameters: ClassVar[frozenset[str]] = frozenset({"dry_run"})

    @extend_schema(
        operation_id="import_products",
        tags=["selling"],
        request={"multipart/form-data": FileSerializer},
        parameters=[OpenApiParameter("dry_run", bool)],
        responses={200: ReportSerializer, **problems(403, 422)},
    )
    def post(self, request: SignedIn) -> Response:
        """Add and change one's own products by SKU: all of the file, or nothing.

        With `dry_run=true` nothing is kept, and every fault is answered with its line and column;
        without, the same faults are a refusal.
        """
        seller, dry_run = seller_of(request.user), _flag(request, "dry_run")
        upload = FileSerializer.read(request)["file"]
        report = imports.import_products(
            upload.read(), seller=seller, actor_id=request.user.pk, dry_run=dry_run, at=clock.now()
        )
        body = ReportSerializer(report).data
        if report.faults and not dry_run:
            raise errors.ImportRefused(field="file", **body)
        return Response(body)


class CsvRenderer(BaseRenderer):
    """Says that CSV may be asked for; the view streams it itself."""

    media_type = "text/csv"
    format = "csv"


class ExportView(ApiView):
    renderer_classes = (JSONRenderer, CsvRenderer)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Problems are JSON, also for who asked for CSV."""
        request.accepted_renderer = JSONRenderer()
        request.accepted_media_type = JSONRenderer.media_type
        return super().finalize_response(request, response, *args, **kwargs)

    @extend_schema(
        operation_id="export_products",
        tags=["selling"],
        responses={(200, "text/csv"): OpenApiResponse(OpenApiTypes.STR), **problems(404)},
    )
    def get(self, request: SignedIn) -> StreamingHttpResponse:
        """One's own products with their variants, a variant a line."""
        lines: Iterator[str] = imports.export_products(seller_of(request.user))
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="products.csv"'
        return response


def _flag(request: Request, name: str) -> bool:
    said = request.query_params.get(name, "false")
    if said not in {"true", "false"}:
        raise serializers.ValidationError({name: "Write true or false."})
    return said == "true"
