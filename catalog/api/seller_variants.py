"""The variants of a seller's own product. ``If-Match`` is the product's tag."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from catalog import services
from catalog.api import seller_serializers as serializers
from catalog.api.seller_products import PRODUCT, REFUSALS
from catalog.api.sellers import own_product, own_variant, whole
from core import clock
from core.api.preconditions import IF_MATCH, expected_version
from core.api.schema import problems
from core.api.views import ApiView, SignedIn


class VariantsView(ApiView):
    @extend_schema(
        operation_id="create_variant",
        tags=["selling"],
        request=serializers.NewVariantSerializer,
        responses={201: PRODUCT, **problems(403, 409, 412, 422)},
    )
    def post(self, request: SignedIn, product_id: UUID) -> Response:
        """Add a variant; the answer is the whole product."""
        product = own_product(request.user, product_id)
        body = serializers.NewVariantSerializer.read(request)
        new = serializers.new_variant(body)
        services.create_variant(product, new, version=None, at=clock.now())
        return whole(product, status=201)


class VariantView(ApiView):
    @extend_schema(
        operation_id="edit_variant",
        tags=["selling"],
        request=serializers.PatchVariantSerializer,
        parameters=[IF_MATCH],
        responses={200: PRODUCT, **REFUSALS},
    )
    def patch(self, request: SignedIn, product_id: UUID, variant_id: UUID) -> Response:
        """Change a variant; the answer is the whole product. Stock moves by adjustments only."""
        variant = own_variant(request.user, product_id, variant_id)
        body = serializers.PatchVariantSerializer.read(request, partial=True)
        changes = serializers.minor_units(body)
        services.edit_variant(variant, changes, version=expected_version(request), at=clock.now())
        return whole(variant.product)

    @extend_schema(
        operation_id="retire_variant",
        tags=["selling"],
        parameters=[IF_MATCH],
        responses={204: None, **problems(403, 404, 409, 412, 428)},
    )
    def delete(self, request: SignedIn, product_id: UUID, variant_id: UUID) -> Response:
        """Take a variant off sale. Its row and history stay."""
        variant = own_variant(request.user, product_id, variant_id)
        services.retire_variant(variant, version=expected_version(request), at=clock.now())
        return Response(status=204)
