"""The service about itself: its name, its health, its home page."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock, health
from core.api.views import ApiView


class ServiceSerializer(serializers.Serializer[Any]):
    service = serializers.CharField()
    version = serializers.CharField()
    status = serializers.CharField()


class HealthSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=[health.UP, health.DOWN])
    timestamp = serializers.DateTimeField()
    version = serializers.CharField()
    database = serializers.CharField(required=False)
    cache = serializers.CharField(required=False)
    broker = serializers.CharField(required=False)
    migrations = serializers.CharField(required=False)


class PublicView(ApiView):
    authentication_classes = ()
    permission_classes = (AllowAny,)


class ServiceView(PublicView):
    @extend_schema(operation_id="service", tags=["system"], responses={200: ServiceSerializer})
    def get(self, request: Request) -> Response:
        """What answers here."""
        return Response({"service": "mercat", "version": settings.VERSION, "status": health.UP})


class LiveView(PublicView):
    @extend_schema(operation_id="health_live", tags=["system"], responses={200: HealthSerializer})
    def get(self, request: Request) -> Response:
        """This process answers. Looks at nothing outside it."""
        return _answer({})


class ReadyView(PublicView):
    @extend_schema(
        operation_id="health_ready",
        tags=["system"],
        responses={200: HealthSerializer, 503: HealthSerializer},
    )
    def get(self, request: Request) -> Response:
        """Database, cache, broker and migrations are as this process needs them."""
        return _answer(
            {
                "database": (database := health.database()),
                "cache": health.cache_server(),
                "broker": health.broker(),
                "migrations": health.migrations() if database == health.UP else health.DOWN,
            }
        )


class HealthView(ReadyView):
    @extend_schema(
        operation_id="health",
        tags=["system"],
        responses={200: HealthSerializer, 503: HealthSerializer},
    )
    def get(self, request: Request) -> Response:
        """The same as ready."""
        return super().get(request)


class StartupView(ReadyView):
    @extend_schema(
        operation_id="health_startup",
        tags=["system"],
        responses={200: HealthSerializer, 503: HealthSerializer},
    )
    def get(self, request: Request) -> Response:
        """The same as ready, for those who ask while the service starts."""
        return super().get(request)


def _answer(parts: dict[str, str]) -> Response:
    status = health.DOWN if health.DOWN in parts.values() else health.UP
    body = {"status": status, "timestamp": clock.now(), "version": settings.VERSION, **parts}
    return Response(HealthSerializer(body).data, status=200 if status == health.UP else 503)
