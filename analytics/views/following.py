"""Where a recommendation's card leads: to its product, by way of being counted."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from analytics.models import Build, Purpose
from analytics.services import note_followed
from catalog.models import Product
from core import clock


@require_safe
@never_cache
def follow(request: HttpRequest, version: str, purpose: str, slug: str) -> HttpResponse:
    """Count that somebody followed a version's recommendation, if there is such a version."""
    product = get_object_or_404(Product.objects.published(), slug=slug)
    is_known = Build.objects.filter(algorithm_version=version).exists()
    if request.method == "GET" and is_known and purpose in Purpose.values:
        note_followed(
            version,
            Purpose(purpose),
            product_id=product.pk,
            user_id=request.user.pk if request.user.is_authenticated else None,
            at=clock.now(),
        )
    return redirect("product", slug=product.slug)
