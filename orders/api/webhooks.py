"""Where payment providers say that something has happened to a payment."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.schema import problems
from core.api.views import ApiView
from orders import services

RECEIVED = inline_serializer("WebhookReceived", {"received": serializers.BooleanField()})
SIGNATURE = OpenApiParameter(
    "Stripe-Signature",
    str,
    OpenApiParameter.HEADER,
    description="Another provider's header has that provider's name.",
)


class WebhookView(ApiView):
    """Whoever knows the signing secret may come in, as often as they like: nothing is throttled,
    because what a provider says must not be lost."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="payment_webhook",
        tags=["payments"],
        parameters=[SIGNATURE],
        request={"application/json": {"type": "object"}},
        responses={200: RECEIVED, **problems(400, 404)},
    )
    def post(self, request: Request, provider: str) -> Response:
        """A payment provider's notice. Safe when repeated, late or out of order: it only says which
        payment to look at again."""
        services.receive_webhook(
            provider=provider, body=_raw(request), signature=_signature(request, provider)
        )
        return Response({"received": True})


def _raw(request: Any) -> bytes:
    """What was signed: the body as it came."""
    body: bytes = request.body
    return body


def _signature(request: Request, provider: str) -> str:
    return str(request.headers.get(f"{provider.title()}-Signature", ""))
