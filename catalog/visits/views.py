"""What a visitor looked at last, in a signed cookie of their own: nothing is stored about them."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from catalog.models import Product

COOKIE = "recently_viewed"
REMEMBERED = 12
"""Products; older ones are forgotten."""
A_MONTH = 30 * 24 * 60 * 60


def recent_ids(request: HttpRequest) -> list[UUID]:
    """Newest first. A cookie that is not ours is none."""
    said = request.get_signed_cookie(COOKIE, default="", max_age=A_MONTH)
    return [UUID(text) for text in str(said).split(".") if text]


def recent_products(request: HttpRequest, *, but: Product) -> list[Product]:
    """Those of them that are still for sale, in a constant number of queries."""
    ids = [product_id for product_id in recent_ids(request) if product_id != but.pk]
    if not ids:
        return []
    found = {p.pk: p for p in Product.objects.published().filter(pk__in=ids).with_card()}
    return [found[product_id] for product_id in ids if product_id in found]


def remember(request: HttpRequest, response: HttpResponse, product: Product) -> None:
    """Put ``product`` first."""
    ids = [product.pk, *(each for each in recent_ids(request) if each != product.pk)]
    text = ".".join(product_id.hex for product_id in ids[:REMEMBERED])
    response.set_signed_cookie(
        COOKIE, text, max_age=A_MONTH, httponly=True, samesite="Lax", secure=request.is_secure()
    )
