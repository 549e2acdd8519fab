"""The shop's pages: home, shelves, one product, and the pictures drawn for it."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from catalog import pictures, queries
from catalog.filters import ShelfFilter
from catalog.models import Category, Product, Variant
from core.pages import page_of

ON_HOME = 12
ON_SHELF = 24
RELATED = 4
A_DAY = 24 * 60 * 60
"""Seconds for which a drawn picture may be kept: a new title may change it."""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What sells best, what is new, and where everything is."""
    in_stock = Product.objects.published().filter(in_stock=True).with_card()
    context = {
        "best_sellers": in_stock.order_by("-units_sold", "-pk")[:ON_HOME],
        "newest": in_stock.order_by("-created_at", "-pk")[:ON_HOME],
        "categories": queries.category_tree(),
    }
    return render(request, "catalog/home.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """All products, narrowed by what was searched and chosen."""
    return _shelf(request, Product.objects.published(), category=None, breadcrumbs=[], children=[])


@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """Products in a category and below it."""
    found = get_object_or_404(Category, slug=slug, is_active=True)
    nodes = queries.flat(queries.category_tree())
    children = next((node.children for node in nodes if node.category == found), [])
    return _shelf(
        request,
        Product.objects.published().in_category(found),
        category=found,
        breadcrumbs=list(found.ancestors(include_self=True)),
        children=children,
    )


def _shelf(request: HttpRequest, products: Any, **context: Any) -> HttpResponse:
    """A wrong filter is shown beside its field, and narrows nothing."""
    shelf = ShelfFilter(request.GET, queryset=products.order_by("-units_sold", "-pk"))
    chosen = shelf.qs if shelf.is_valid() else shelf.queryset
    page = page_of(request, chosen.with_card(), ON_SHELF)
    return render(request, "catalog/list.html", {"form": shelf.form, "page": page, **context})


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """One product, its variants, and others of its kind."""
    visible = Product.objects.visible_to(request.user).with_card()
    found = get_object_or_404(visible, slug=slug)
    siblings = Product.objects.published().filter(category=found.category, in_stock=True)
    context = {
        "product": found,
        "variants": [variant for variant in found.variants.all() if variant.is_active],
        "breadcrumbs": found.category.ancestors(include_self=True),
        "related": siblings.exclude(pk=found.pk).with_card().order_by("-units_sold")[:RELATED],
    }
    return render(request, "catalog/product.html", context)


@require_safe
@cache_control(public=True, max_age=A_DAY)
def picture(request: HttpRequest, sku: str) -> HttpResponse:
    """The picture drawn for a variant's product, as SVG. Drafts have none to show."""
    shown = Variant.objects.exclude(product__status=Product.Status.DRAFT)
    variant = get_object_or_404(shown.select_related("product__category__parent"), sku=sku)
    drawn = pictures.picture(
        sku=variant.sku,
        title=variant.product.title,
        category_slugs=_slugs(variant.product.category),
    )
    return HttpResponse(drawn, content_type="image/svg+xml")


def _slugs(category: Category) -> Sequence[str]:
    parent = category.parent
    return (category.slug, parent.slug) if parent else (category.slug,)
