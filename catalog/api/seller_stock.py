"""The stock of a seller's own variants: adjusted, with its history, and what is running out."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import services
from catalog.api import seller_serializers as serializers
from catalog.api.sellers import seller_of
from catalog.models import StockMovement, Variant
from core import clock
from core.api.idempotency import idempotent
from core.api.schema import IDEMPOTENCY_KEY, problems
from core.api.views import ListView, SignedIn


class LowStockView(ListView):
    serializer_class = serializers.StockSerializer

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Variant.objects.none()
        own = Variant.objects.filter(product__seller=seller_of(self.request.user))
        return own.low().select_related("product").order_by("stock", "pk")

    @extend_schema(operation_id="low_stock", tags=["selling"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One's own variants that are at `low_stock_at` or below, the lowest first."""
        return super().get(request, *args, **kwargs)


class StockView(ListView):
    """The list is of movements."""

    serializer_class = serializers.MovementSerializer

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return StockMovement.objects.none()
        variant = _own(self.request.user, self.kwargs["variant_id"])
        return variant.movements.order_by("-seq")

    @extend_schema(operation_id="stock_movements", tags=["selling"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Why a variant's stock is what it is, newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="adjust_stock",
        tags=["selling"],
        request=serializers.AdjustmentSerializer,
        parameters=[IDEMPOTENCY_KEY],
        responses={200: serializers.StockSerializer, **problems(403, 404, 409, 422)},
    )
    @idempotent
    def post(self, request: SignedIn, variant_id: UUID) -> Response:
        """Correct a stock by a change, or to what was counted."""
        variant = _own(request.user, variant_id)
        body = serializers.AdjustmentSerializer.read(request)
        said: dict[str, Any] = {
            "note": body["note"],
            "actor_id": request.user.pk,
            "at": clock.now(),
        }
        if "counted" in body:
            services.count_stock(variant, body["counted"], **said)
        else:
            services.adjust_stock(variant, body["change"], **said)
        variant.refresh_from_db()
        return Response(serializers.StockSerializer(variant).data)


def _own(user: Any, variant_id: UUID) -> Variant:
    own = Variant.objects.filter(product__seller=seller_of(user), product__deleted_at=None)
    return get_object_or_404(own.select_related("product"), pk=variant_id)
