"""Reports that are kept, and having some built."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from analytics import services
from analytics.api import serializers
from analytics.api.files import FILES, FileView
from analytics.api.links import inline, links
from analytics.documents.kept import kept_file, kept_file_names, kept_report
from analytics.models import Report
from analytics.queries.audience import seller_looked_at
from analytics.queries.building import job_seen_by
from core import clock
from core.api.idempotency import idempotent
from core.api.schema import IDEMPOTENCY_KEY, problems
from core.api.views import ApiView, ListView
from core.ids import uuid7

LOOKUPS = {"kind": "kind", "from": "first__gte", "to": "last__lte", "seller": "seller_id"}


class ReportsView(ListView):
    query_parameters: ClassVar[frozenset[str]] = frozenset(LOOKUPS)
    serializer_class = serializers.KeptSerializer

    def get_queryset(self) -> QuerySet[Report]:
        query = serializers.KeptQuerySerializer(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        chosen = {LOOKUPS[name]: value for name, value in query.validated_data.items()}
        visible = Report.objects.visible_to(self.request.user).filter(**chosen)
        return visible.defer("content").order_by("-built_at", "-pk")

    @extend_schema(
        operation_id="reports", tags=["reports"], parameters=[serializers.KeptQuerySerializer]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Reports that are kept, the newest first: all of them for analysts, their own for sellers."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="ask_for_report",
        tags=["reports"],
        parameters=[IDEMPOTENCY_KEY],
        request=serializers.DaysSerializer,
        responses={202: serializers.JobSerializer, **problems(404, 409, 422)},
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Have a report built and kept. Ask for the job until it is done."""
        wanted = serializers.DaysSerializer.read(request)
        user_id: UUID = request.user.pk  # type: ignore[assignment]  # permissions let nobody else in
        job = services.ask_for_report(
            kind=Report.Kind.ASKED,
            days=wanted["days"],
            interval=wanted["group_by"],
            seller_id=seller_looked_at(request.user, wanted.get("seller")),
            key=f"asked:{uuid7()}",
            actor_id=user_id,
            at=clock.now(),
        )
        return Response(serializers.JobSerializer(job).data, status=202)


class ReportJobView(ApiView):
    @extend_schema(
        operation_id="report_job",
        tags=["reports"],
        responses={200: serializers.JobSerializer, **problems(404)},
    )
    def get(self, request: Request, job_id: UUID) -> Response:
        """How far a report is that was asked for."""
        return Response(serializers.JobSerializer(job_seen_by(request.user, job_id)).data)


class ReportView(ApiView):
    query_parameters: ClassVar[frozenset[str]] = frozenset({"charts"})

    @extend_schema(
        operation_id="report",
        tags=["reports"],
        parameters=[serializers.ChartsQuerySerializer],
        responses={200: serializers.WholeKeptSerializer, **problems(404)},
    )
    def get(self, request: Request, report_id: UUID) -> Response:
        """A report that is kept, as it was when it was built."""
        query = serializers.ChartsQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        report = kept_report(request.user, report_id)
        place = request.build_absolute_uri(f"/api/v1/reports/{report.pk}/files/")
        linked = links(kept_file_names(report), lambda name: place + name)
        if "charts" in query.validated_data:
            inline(linked["charts"], lambda name: kept_file(report, name))
        facts = {name: getattr(report, name) for name in ("id", "kind", "version", "built_at")}
        return Response(report.content | facts | linked)


class ReportFileView(FileView):
    @extend_schema(
        operation_id="report_file", tags=["reports"], responses={**FILES, **problems(404)}
    )
    def get(self, request: Request, report_id: UUID, name: str) -> HttpResponse:
        """A file of a report that is kept, as it was when it was built."""
        found = kept_file(kept_report(request.user, report_id), name)
        return HttpResponse(found.content, headers=found.headers)
