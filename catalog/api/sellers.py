"""Who sells, and what is theirs: the doorway of every route of the sellers' side."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from rest_framework.response import Response

from accounts.models import Seller
from catalog import errors
from catalog.api.seller_serializers import SellerProductSerializer
from catalog.models import Product, Variant
from core.api.preconditions import etag


def seller_of(user: Any) -> Seller:
    """The approved seller that ``user`` is.

    :raises NotASeller: none, or one who may not sell at present.
    """
    seller: Seller | None = getattr(user, "seller", None)
    if seller is None or not seller.is_approved:
        raise errors.NotASeller
    return seller


def own_product(user: Any, reference: str | UUID) -> Product:
    """The caller's product, by id or slug.

    What the caller may not see is not there; what is somebody else's is said to be.

    :raises NotASeller: the caller sells nothing.
    :raises NotYours: it is another seller's, and on sale.
    """
    seller = seller_of(user)
    visible = Product.objects.visible_to(user)
    product = get_object_or_404(visible, **by_reference(reference))
    if product.seller_id != seller.pk:
        raise errors.NotYours
    return product


def own_variant(user: Any, product_id: UUID, variant_id: UUID) -> Variant:
    """A variant of the caller's product; raises what ``own_product`` does."""
    product = own_product(user, product_id)
    return get_object_or_404(
        Variant.objects.select_related("product"), pk=variant_id, product=product
    )


def by_reference(reference: str | UUID) -> dict[str, Any]:
    """A lookup by id, or by slug where it is no id."""
    try:
        return {"pk": UUID(str(reference))}
    except ValueError:
        return {"slug": reference}


def whole(product: Product, status: int = 200) -> Response:
    """The seller's whole view of a product, with its ``ETag``."""
    seen = Product.objects.with_card().get(pk=product.pk)
    response = Response(SellerProductSerializer(seen).data, status=status)
    sold = sum(variant.version for variant in seen.variants.all())
    response["ETag"] = etag(seen.version, sold)
    return response
