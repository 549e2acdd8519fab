"""The OpenAPI document says every answer that a route can give, problems included."""

from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from core.api.idempotency import HEADER, MAX_LENGTH
from core.api.problems import CONTENT_TYPE, TITLES


class FaultSerializer(serializers.Serializer[Any]):
    field = serializers.CharField(allow_blank=True)
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457 problem details; further members state facts of the refusal.

    ``type`` is always ``about:blank``: ``code`` says which problem it is.
    """

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    errors = FaultSerializer(many=True)  # type: ignore[assignment]  # serializers have errors, too


IDEMPOTENCY_KEY = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": MAX_LENGTH, "pattern": "^[ -~]+$"},
    OpenApiParameter.HEADER,
    required=True,
    description="Repeat it with the same body to get the first answer again.",
)


def problems(*codes: int) -> dict[Any, Any]:
    """Responses for ``extend_schema``: these statuses answer with a problem document."""
    return {(code, CONTENT_TYPE): ProblemSerializer for code in codes}


class ProblemSchema(AutoSchema):
    """Adds the problems that follow from the route's own shape; views add those of their domain."""

    def _get_response_bodies(
        self, direction: Literal["request", "response"] = "response"
    ) -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for code in self._usual_problems():
            if str(code) not in bodies:
                bodies[str(code)] = self._get_response_for_code(  # type: ignore[no-untyped-call]  # drf-spectacular is half typed
                    ProblemSerializer, str(code), [CONTENT_TYPE]
                ) | {"description": TITLES[code]}
        return bodies

    def _usual_problems(self) -> list[int]:
        codes = [400, 406, 503]
        if self.view.permission_classes and "AllowAny" not in str(self.view.permission_classes):
            codes += [401, 403]
        elif self.view.authentication_classes:
            codes += [401]
        if "{" in self.path:
            codes.append(404)
        if self.method in {"POST", "PUT", "PATCH"}:
            codes += [413, 415]
        return codes
