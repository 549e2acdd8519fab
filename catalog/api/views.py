"""Anyone's view of the catalogue."""

from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.shortcuts import get_object_or_404
from django_filters.rest_framework import DjangoFilterBackend
from django_filters.utils import translate_validation
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from catalog import queries, search, stats
from catalog.api import cards, serializers
from catalog.api.figures import figures
from catalog.api.pagination import ProductPages
from catalog.api.reads import CatalogueRead
from catalog.filters import ProductFilter
from catalog.models import Product
from catalog.models.products import ProductQuerySet
from core.api.views import ListView


class Narrowed(DjangoFilterBackend):  # type: ignore[misc]  # no stubs
    """Leaves the view what its list is narrowed by."""

    def get_filterset(self, request: Request, queryset: Any, view: Any) -> Any:
        view.narrowed = super().get_filterset(request, queryset, view)
        return view.narrowed

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> Any:
        """A search by nothing else is answered page by page, and needs no queryset of its own."""
        filterset = self.get_filterset(request, queryset, view)
        if not filterset.is_valid():
            raise translate_validation(filterset.errors)
        alone = "cursor" not in request.query_params and filterset.only_search is not None
        return queryset if alone else filterset.qs


class ProductListView(CatalogueRead, ListView):
    kept_for = timedelta(minutes=2)
    query_parameters = frozenset({"facets"})
    narrowed: ProductFilter
    serializer_class = serializers.ProductSerializer
    filter_backends = (Narrowed,)
    filterset_class = ProductFilter
    pagination_class = ProductPages

    def get_queryset(self) -> Any:
        return _published(settings.SHOP_CURRENCY).all()

    @extend_schema(
        operation_id="products",
        tags=["catalogue"],
        parameters=[serializers.FacetsQuerySerializer],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Products for sale, narrowed and sorted; the most relevant first where ``search`` is given.

        ``facets=1`` adds how many products each choice of category, brand, condition and price would leave.
        """
        wanted = _wants_facets(request)
        found: Any = self.filter_queryset(self.get_queryset())
        page = self.paginate_queryset(found.positions()) or ()
        response = self.get_paginated_response(cards.cards([row.pk for row in page]))
        if wanted:
            counted = queries.facets(self.narrowed)
            response.data["facets"] = serializers.FacetsSerializer(counted).data
        return response


class SuggestView(CatalogueRead):
    kept_for = timedelta(minutes=2)
    query_parameters = frozenset({"q", "limit"})

    @extend_schema(
        operation_id="product_suggestions",
        tags=["catalogue"],
        parameters=[serializers.SuggestQuerySerializer],
        responses={200: serializers.SuggestionSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        """Products that what is being typed may mean, the best first."""
        asked = _read(serializers.SuggestQuerySerializer, request)
        found = search.suggest(asked["q"], asked["limit"])
        return Response(serializers.SuggestionSerializer(found, many=True).data)


class StatsView(CatalogueRead):
    kept_for = timedelta(minutes=5)
    query_parameters = frozenset({"group_by"})

    @extend_schema(
        operation_id="product_stats",
        tags=["catalogue"],
        parameters=[serializers.StatsQuerySerializer],
        responses={200: serializers.GroupedStatsSerializer},
    )
    def get(self, request: Request) -> Response:
        """Figures of all products for sale, and with ``group_by=category`` of each category's own."""
        asked = _read(serializers.StatsQuerySerializer, request)
        body = figures(stats.stats())
        if "group_by" in asked:
            body["groups"] = [figures(each) for each in stats.stats_by_category()]
        return Response(body)


class ProductView(CatalogueRead):
    kept_for = timedelta(minutes=15)

    @extend_schema(
        operation_id="product",
        tags=["catalogue"],
        responses={200: serializers.ProductDetailSerializer},
    )
    def get(self, request: Request, reference: str) -> Response:
        """One product, by id or slug."""
        visible = Product.objects.visible_to(request.user).with_card()
        product = get_object_or_404(visible, **_by(reference))
        return Response(serializers.ProductDetailSerializer(product).data)


class CategoryListView(CatalogueRead):
    kept_for = timedelta(hours=1)

    @extend_schema(
        operation_id="product_categories",
        tags=["catalogue"],
        responses={200: serializers.CategorySerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        """Every category in reading order, with the number of products in and below it."""
        nodes = queries.flat(queries.category_tree())
        return Response(serializers.CategorySerializer(nodes, many=True).data)


class CategoryTreeView(CatalogueRead):
    kept_for = timedelta(hours=1)

    @extend_schema(
        operation_id="categories",
        tags=["catalogue"],
        responses={200: serializers.CategoryTreeSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        """The category tree."""
        tree = queries.category_tree()
        return Response(serializers.CategoryTreeSerializer(tree, many=True).data)


class BrandListView(CatalogueRead, ListView):
    kept_for = timedelta(hours=1)
    serializer_class = serializers.BrandSerializer

    def get_queryset(self) -> Any:
        return queries.brands()

    @extend_schema(operation_id="product_brands", tags=["catalogue"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Brands that have products for sale."""
        return super().get(request, *args, **kwargs)


@cache
def _published(_currency: str) -> ProductQuerySet:
    """Put together once, as it is the same for every list; each takes a copy."""
    return Product.objects.published()


def _wants_facets(request: Request) -> bool:
    """:raises ValidationError: that is neither said nor denied."""
    if "facets" not in request.query_params:
        return False
    return bool(_read(serializers.FacetsQuerySerializer, request)["facets"] == "1")


def _read(serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """What the query asks for.

    :raises ValidationError: naming the parameter.
    """
    asked = serializer(data=request.query_params)
    asked.is_valid(raise_exception=True)
    read: dict[str, Any] = asked.validated_data
    return read


def _by(reference: str) -> dict[str, Any]:
    try:
        return {"pk": UUID(reference)}
    except ValueError:
        return {"slug": reference}
