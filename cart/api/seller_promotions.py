"""A seller's own promotions: made, looked at, changed, ended."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from cart import services
from cart.api import seller_serializers as serializers
from cart.models import Promotion
from catalog.api.sellers import seller_of
from core import clock
from core.api.preconditions import IF_MATCH, etag, expected_version
from core.api.schema import problems
from core.api.views import ApiView, ListView, SignedIn

PROMOTION = serializers.SellerPromotionSerializer


class OwnPromotionsView(ListView):
    serializer_class = PROMOTION

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Promotion.objects.none()
        own = Promotion.objects.filter(seller=seller_of(self.request.user), platform_share=0)
        return own.select_related("category").order_by("-created_at", "-pk")

    @extend_schema(operation_id="own_promotions", tags=["selling"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One's own promotions, ended ones too, newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="create_promotion",
        tags=["selling"],
        request=serializers.NewPromotionSerializer,
        responses={201: PROMOTION, **problems(403, 409, 422)},
    )
    def post(self, request: SignedIn) -> Response:
        """A promotion of one's own goods. The seller bears what it takes off."""
        seller = seller_of(request.user)
        body = serializers.NewPromotionSerializer.read(request)
        made = services.create_promotion(
            seller=seller, fields=serializers.columns(body), at=clock.now()
        )
        return _whole(made, status=201)


class OwnPromotionView(ApiView):
    @extend_schema(operation_id="own_promotion", tags=["selling"], responses={200: PROMOTION})
    def get(self, request: SignedIn, promotion_id: UUID) -> Response:
        """One's own promotion, and the `ETag` that changing it takes."""
        return _whole(_own(request.user, promotion_id))

    @extend_schema(
        operation_id="edit_promotion",
        tags=["selling"],
        request=serializers.PatchPromotionSerializer,
        parameters=[IF_MATCH],
        responses={200: PROMOTION, **problems(403, 409, 412, 422, 428)},
    )
    def patch(self, request: SignedIn, promotion_id: UUID) -> Response:
        """Change when, how often and from how much on. What orders were granted stays."""
        body = serializers.PatchPromotionSerializer.read(request, partial=True)
        return self._edited(request, promotion_id, serializers.columns(body))

    @extend_schema(
        operation_id="end_promotion",
        tags=["selling"],
        parameters=[IF_MATCH],
        responses={200: PROMOTION, **problems(403, 412, 428)},
    )
    def delete(self, request: SignedIn, promotion_id: UUID) -> Response:
        """End it at once. It stays to be seen: orders refer to it."""
        return self._edited(request, promotion_id, {"is_active": False})

    def _edited(self, request: SignedIn, promotion_id: UUID, changes: dict[str, Any]) -> Response:
        promotion = _own(request.user, promotion_id)
        version = expected_version(request)
        return _whole(services.edit_promotion(promotion, changes, version=version, at=clock.now()))


def _own(user: Any, promotion_id: UUID) -> Promotion:
    """What staff made for the seller's goods is not the seller's to change."""
    own = Promotion.objects.filter(seller=seller_of(user), platform_share=0)
    return get_object_or_404(own.select_related("category"), pk=promotion_id)


def _whole(promotion: Promotion, status: int = 200) -> Response:
    response = Response(PROMOTION(promotion).data, status=status)
    response["ETag"] = etag(promotion.version)
    return response
