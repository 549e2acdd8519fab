"""Account statements to keep, as CSV and PDF."""

from typing import Any, ClassVar

from django.contrib.auth import get_user_model
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from core.api.schema import problems
from core.api.views import ApiView
from ledger.api.callers import caller_id, check_may_see
from ledger.api.serializers.balances import StatementFileQuerySerializer
from ledger.documents.files import statement_file


class CsvRenderer(JSONRenderer):
    """Lets clients ask for CSV. What it renders itself is a refusal, which is JSON."""

    media_type = "text/csv"
    format = "csv"


class PdfRenderer(JSONRenderer):
    """As ``CsvRenderer``, for PDF."""

    media_type = "application/pdf"
    format = "pdf"


class StatementFileView(ApiView):
    """``form`` says of which."""

    form: ClassVar[str]
    query_parameters: ClassVar[frozenset[str]] = frozenset({"user_id", "from", "to"})

    def file(self, request: Request) -> StreamingHttpResponse:
        query = StatementFileQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked: dict[str, Any] = query.validated_data
        user_id = asked.get("user_id", caller_id(request))
        if user_id != caller_id(request):
            check_may_see(request, user_id)
        person = get_user_model()._default_manager.get(pk=user_id)  # noqa: SLF001  # Django's API
        file = statement_file(person, asked["from"], asked["to"], self.form)
        return StreamingHttpResponse(file.pieces, headers=file.headers)


class CsvStatementView(StatementFileView):
    form = "csv"
    renderer_classes = (CsvRenderer, JSONRenderer)

    @extend_schema(
        operation_id="statement_csv",
        tags=["ledger"],
        parameters=[StatementFileQuerySerializer],
        responses={(200, "text/csv"): OpenApiTypes.STR, **problems(404, 422)},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """Every currency's lines of whole UTC days, as a table. Finance may name another user."""
        return self.file(request)


class PdfStatementView(StatementFileView):
    form = "pdf"
    renderer_classes = (PdfRenderer, JSONRenderer)

    @extend_schema(
        operation_id="statement_pdf",
        tags=["ledger"],
        parameters=[StatementFileQuerySerializer],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY, **problems(404, 422)},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """Every currency's lines of whole UTC days, on paper. Finance may name another user."""
        return self.file(request)
