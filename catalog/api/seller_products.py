"""A seller's own products: drafted, edited, put on sale, archived, taken away."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as fields
from rest_framework.permissions import SAFE_METHODS, AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import services
from catalog.api import seller_serializers as serializers
from catalog.api.sellers import own_product, seller_of, whole
from catalog.api.views import ProductListView, ProductView
from catalog.models import Product
from core import clock
from core.api.preconditions import IF_MATCH, expected_version
from core.api.schema import problems
from core.api.views import ApiView, ListView, SignedIn

PRODUCT = serializers.SellerProductSerializer
REFUSALS = problems(403, 404, 409, 412, 422, 428)


class ReadByAnyone:
    """Mixin: reading is open, writing is for who is signed in."""

    def get_permissions(self) -> list[Any]:
        method = self.request.method  # type: ignore[attr-defined]  # the view's
        return [AllowAny() if method in SAFE_METHODS else IsAuthenticated()]


class ProductsView(ReadByAnyone, ProductListView):
    @extend_schema(
        operation_id="create_product",
        tags=["selling"],
        request=serializers.NewProductSerializer,
        responses={201: PRODUCT, **problems(403, 409, 422)},
    )
    def post(self, request: SignedIn) -> Response:
        """A new draft, with any number of variants. Put it on sale by `PATCH` with `status`."""
        seller = seller_of(request.user)
        body = serializers.NewProductSerializer.read(request)
        variants = [serializers.new_variant(each) for each in body.pop("variants", [])]
        product = services.draft_product(
            seller=seller, fields=body, variants=variants, at=clock.now()
        )
        return whole(product, status=201)


class ProductReferenceView(ReadByAnyone, ProductView):
    @extend_schema(
        operation_id="edit_product",
        tags=["selling"],
        request=serializers.PatchProductSerializer,
        parameters=[IF_MATCH],
        responses={200: PRODUCT, **REFUSALS},
    )
    def patch(self, request: SignedIn, reference: str) -> Response:
        """Change one's own product, or move it along: draft, active, archived, active again."""
        product = own_product(request.user, reference)
        body = serializers.PatchProductSerializer.read(request, partial=True)
        version = expected_version(request)
        return whole(services.edit_product(product, body, version=version, at=clock.now()))

    @extend_schema(
        operation_id="delete_product",
        tags=["selling"],
        parameters=[IF_MATCH],
        responses={204: None, **problems(403, 404, 412, 428)},
    )
    def delete(self, request: SignedIn, reference: str) -> Response:
        """Take one's own product out of the shop for good. Orders keep what they say of it."""
        product = own_product(request.user, reference)
        services.delete_product(product, version=expected_version(request), at=clock.now())
        return Response(status=204)


class OwnProductsView(ListView):
    serializer_class = serializers.OwnProductSerializer
    query_parameters: ClassVar[frozenset[str]] = frozenset({"status"})

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Product.objects.none()
        own = Product.objects.filter(seller=seller_of(self.request.user), deleted_at=None)
        if status := self.request.query_params.get("status"):
            if status not in Product.Status.values:
                raise fields.ValidationError({"status": "Not one of a product's statuses."})
            own = own.filter(status=status)
        return own.with_card().order_by("-created_at", "-pk")

    @extend_schema(
        operation_id="own_products",
        tags=["selling"],
        parameters=[OpenApiParameter("status", str, enum=Product.Status.values)],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One's own products, drafts and archived ones too, newest first."""
        return super().get(request, *args, **kwargs)


class OwnProductView(ApiView):
    @extend_schema(operation_id="own_product", tags=["selling"], responses={200: PRODUCT})
    def get(self, request: SignedIn, product_id: UUID) -> Response:
        """One's own product with all its variants, and the `ETag` that editing it takes."""
        return whole(own_product(request.user, product_id))
