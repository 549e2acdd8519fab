"""The service about itself: its name, its health, its figures."""

from ipaddress import ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from core import clock, health
from core.api.throttles import address
from core.api.views import ApiView
from core.metrics import CONTENT_TYPE, exposition


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


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus.

    :raises Http404: the caller is not of ``settings.METRICS_NETWORKS``, whose business it is.
    """
    caller = ip_address(address(request))
    if not any(caller in ip_network(network) for network in settings.METRICS_NETWORKS):
        raise Http404
    return HttpResponse(exposition(), content_type=CONTENT_TYPE)


def _answer(parts: dict[str, str]) -> Response:
    status = health.DOWN if health.DOWN in parts.values() else health.UP
    body = {"status": status, "timestamp": clock.now(), "version": settings.VERSION, **parts}
    return Response(HealthSerializer(body).data, status=200 if status == health.UP else 503)
