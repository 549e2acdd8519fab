"""The shop's pages: home, shelves, one product, and the pictures drawn for it."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from catalog import pictures, queries
from catalog.emphasis import emphasised
from catalog.filters import ShelfFilter
from catalog.models import Category, Product, Variant
from catalog.search import suggest
from catalog.shelves import shelves
from catalog.totals import counted
from catalog.visits.counting import count_view
from catalog.visits.views import recent_products, remember
from catalog.wishlists.queries import choices, wished_first
from core import clock
from core.pages import Page, page_of

ON_HOME = 12
ON_SHELF = 24
RELATED = 4
SUGGESTED = 6
A_MINUTE = 60
"""Seconds for which suggestions may be kept: whoever takes a letter back asks nobody."""
A_DAY = 24 * 60 * 60
"""Seconds for which a drawn picture may be kept: a new title may change it."""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What sells best, what is new, and where everything is."""
    in_stock = Product.objects.published().filter(in_stock=True).with_card()
    context = {
        "best_sellers": in_stock.order_by("-units_sold", "-pk")[:ON_HOME],
        "newest": in_stock.order_by("-created_at", "-pk")[:ON_HOME],
        "shelves": shelves("home", request),
        "wished": wished_first(request.user),
    }
    return render(request, "catalog/home.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """All products, narrowed by what was searched and chosen."""
    return _shelf(request, None, breadcrumbs=[])


@require_safe
@cache_control(public=True, max_age=A_MINUTE)
def suggestions(request: HttpRequest) -> HttpResponse:
    """Options for the search box's list: products that what is being typed may mean."""
    typed = request.GET.get("q", "")
    found = [(each, emphasised(each.title, typed)) for each in suggest(typed, SUGGESTED)]
    return render(request, "catalog/_suggestions.html", {"suggestions": found})


@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """Products in a category and below it."""
    found = get_object_or_404(Category, slug=slug, is_active=True)
    return _shelf(request, found, breadcrumbs=list(found.ancestors(include_self=True)))


def _shelf(request: HttpRequest, category: Category | None, **context: Any) -> HttpResponse:
    """A wrong filter is shown beside its field, and narrows nothing."""
    everything = Product.objects.published().order_by("-units_sold", "-pk")
    shelf = ShelfFilter(request.GET, queryset=everything, category=category)
    if not shelf.is_valid():
        shelf.form.cleaned_data = {}
    facets = queries.facets(shelf)
    shelf.offer(facets.brands, facets.conditions)
    context |= {
        "category": category,
        "children": _below(category, facets),
        "bands": facets.bands,
        "page": _page(request, shelf),
        "wished": wished_first(request.user),
    }
    return render(request, "catalog/list.html", {"form": shelf.form, **context})


def _page(request: HttpRequest, shelf: ShelfFilter) -> Page:
    total, is_estimate = queries.rolled_up_total(shelf), False
    if total is None:
        total, is_estimate = counted(shelf.qs)
    products = shelf.qs.with_card()
    return page_of(request, products, ON_SHELF, total=total, is_estimate=is_estimate)


def _below(category: Category | None, facets: queries.Facets) -> list[queries.CategoryNode]:
    """The shelves right below, with what is left there."""
    parent_id = category.pk if category else None
    return [node for node in facets.categories if node.category.parent_id == parent_id]


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """One product, its variants, and others of its kind."""
    visible = Product.objects.visible_to(request.user).with_card()
    found = get_object_or_404(visible, slug=slug)
    context = {
        "product": found,
        "variants": [variant for variant in found.variants.all() if variant.is_active],
        "breadcrumbs": found.category.ancestors(include_self=True),
        "shelves": shelves("product", request, found),
        "related": queries.related(found, RELATED),
        "recent": recent_products(request, but=found)[:RELATED],
        "wishlists": choices(request.user.pk, found) if request.user.is_authenticated else (),
        "wished": wished_first(request.user),
    }
    response = render(request, "catalog/product.html", context)
    if found.is_published:
        remember(request, response, found)
        count_view(found.pk, at=clock.now())
    return response


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
