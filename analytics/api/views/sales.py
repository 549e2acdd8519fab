"""Sales of any days, as they are known now."""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.api import serializers
from analytics.api.files import FILES, FileView
from analytics.api.links import inline, links
from analytics.documents.body import body
from analytics.documents.files import file, file_names
from analytics.queries import SalesReport
from analytics.queries.audience import seller_looked_at
from core.api.schema import problems
from core.api.views import ApiView
from core.snapshots import snapshot

ASKED = frozenset({"range", "from", "to", "group_by", "seller"})


class SalesView(ApiView):
    query_parameters: ClassVar[frozenset[str]] = ASKED | {"charts"}

    @extend_schema(
        operation_id="sales_report",
        tags=["reports"],
        parameters=[serializers.SalesQuerySerializer],
        responses={200: serializers.SalesSerializer, **problems(404)},
    )
    def get(self, request: Request) -> Response:
        """The sales of some days: of the shop, or to a seller that seller's own."""
        asked = _asked(serializers.SalesQuerySerializer, request)
        report = _report(asked, request)
        with snapshot():
            found = body(report)
        linked = links(file_names(report), lambda name: _link(request, report, name))
        if "charts" in asked:
            inline(linked["charts"], lambda name: file(report, name))
        return Response(found | linked)


class SalesFileView(FileView):
    query_parameters: ClassVar[frozenset[str]] = ASKED

    @extend_schema(
        operation_id="sales_report_file",
        tags=["reports"],
        parameters=[serializers.DaysSerializer],
        responses={**FILES, **problems(404)},
    )
    def get(self, request: Request, name: str) -> HttpResponse:
        """A chart as SVG or PNG, a table as CSV or Parquet, or all as PDF: what ``files`` names."""
        found = file(_report(_asked(serializers.DaysSerializer, request), request), name)
        return HttpResponse(found.content, headers=found.headers)


def _asked(kind: type[serializers.DaysSerializer], request: Request) -> dict[str, Any]:
    """:raises ValidationError: naming every parameter at fault."""
    query = kind(data=request.query_params)
    query.is_valid(raise_exception=True)
    asked: dict[str, Any] = query.validated_data
    return asked


def _report(asked: dict[str, Any], request: Request) -> SalesReport:
    """:raises Forbidden, NotFound: the caller may not see it, or there is no such seller."""
    seller_id = seller_looked_at(request.user, asked.get("seller"))
    return SalesReport(asked["days"], asked["group_by"], seller_id)


def _link(request: Request, report: SalesReport, name: str) -> str:
    """By days, so that tomorrow it still leads to the same."""
    query = {
        "from": report.days.first,
        "to": report.days.last,
        "group_by": report.interval.value,
        **({"seller": report.seller_id} if report.seller_id else {}),
    }
    return request.build_absolute_uri(f"/api/v1/reports/sales/{name}?{urlencode(query)}")
