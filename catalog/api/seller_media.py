"""The pictures of a seller's own product. ``If-Match`` is the product's tag."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from catalog import services
from catalog.api.seller_products import PRODUCT
from catalog.api.sellers import own_product, whole
from catalog.models import Media
from catalog.uploads.pictures import MAX_BYTES
from core import clock
from core.api.fields import StrictSerializer
from core.api.preconditions import IF_MATCH, expected_version
from core.api.schema import problems
from core.api.views import ApiView, SignedIn


class PictureSerializer(StrictSerializer):
    """A JPEG, PNG, WebP or GIF, whatever it is called; ``variant_id`` if it shows only that one."""

    file = serializers.FileField()
    alt = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    variant_id = serializers.UUIDField(required=False)

    def validate_file(self, upload: Any) -> Any:
        if upload.size > MAX_BYTES:
            raise serializers.ValidationError(
                f"A picture has at most {MAX_BYTES} bytes.", code="too_large"
            )
        return upload


class EditPictureSerializer(StrictSerializer):
    alt = serializers.CharField(max_length=200, required=False, allow_blank=True)
    position = serializers.IntegerField(min_value=0, max_value=32_767, required=False)


class MediaView(ApiView):
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="add_picture",
        tags=["selling"],
        request={"multipart/form-data": PictureSerializer},
        responses={201: PRODUCT, **problems(403, 409, 412)},
    )
    def post(self, request: SignedIn, product_id: UUID) -> Response:
        """Add a picture behind the others; the answer is the whole product.

        It is written anew, without its metadata, as WebP of at most 2,000 pixels a side.
        """
        product = own_product(request.user, product_id)
        body = PictureSerializer.read(request)
        wanted = body.get("variant_id")
        variant = get_object_or_404(product.variants, pk=wanted) if wanted else None
        services.add_picture(
            product, body["file"], alt=body["alt"], variant=variant, at=clock.now()
        )
        return whole(product, status=201)


class PictureView(ApiView):
    @extend_schema(
        operation_id="edit_picture",
        tags=["selling"],
        request=EditPictureSerializer,
        parameters=[IF_MATCH],
        responses={200: PRODUCT, **problems(403, 404, 412, 428)},
    )
    def patch(self, request: SignedIn, product_id: UUID, media_id: UUID) -> Response:
        """Change a picture's description or place; the answer is the whole product."""
        media = _own(request.user, product_id, media_id)
        body = EditPictureSerializer.read(request, partial=True)
        version = expected_version(request)
        services.edit_picture(media, body, version=version, at=clock.now())
        return whole(media.product)

    @extend_schema(
        operation_id="delete_picture",
        tags=["selling"],
        parameters=[IF_MATCH],
        responses={204: None, **problems(403, 404, 412, 428)},
    )
    def delete(self, request: SignedIn, product_id: UUID, media_id: UUID) -> Response:
        """Take a picture away."""
        media = _own(request.user, product_id, media_id)
        services.delete_picture(media, version=expected_version(request), at=clock.now())
        return Response(status=204)


def _own(user: Any, product_id: UUID, media_id: UUID) -> Media:
    product = own_product(user, product_id)
    return get_object_or_404(Media.objects.select_related("product"), pk=media_id, product=product)
