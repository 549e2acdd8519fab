"""Anyone's view of the catalogue."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import queries
from catalog.api import serializers
from catalog.filters import ProductFilter
from catalog.models import Product
from core.api.views import ApiView, ListView


class ProductListView(ListView):
    permission_classes = (AllowAny,)
    public = True
    serializer_class = serializers.ProductSerializer
    filter_backends = (DjangoFilterBackend,)
    filterset_class = ProductFilter

    def get_queryset(self) -> Any:
        return Product.objects.published().with_card()

    @extend_schema(operation_id="products", tags=["catalogue"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Products for sale, narrowed and sorted."""
        return super().get(request, *args, **kwargs)


class ProductView(ApiView):
    permission_classes = (AllowAny,)
    public = True

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


class CategoryListView(ApiView):
    permission_classes = (AllowAny,)
    public = True

    @extend_schema(
        operation_id="product_categories",
        tags=["catalogue"],
        responses={200: serializers.CategorySerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        """Every category in reading order, with the number of products in and below it."""
        nodes = queries.flat(queries.category_tree())
        return Response(serializers.CategorySerializer(nodes, many=True).data)


class CategoryTreeView(ApiView):
    permission_classes = (AllowAny,)
    public = True

    @extend_schema(
        operation_id="categories",
        tags=["catalogue"],
        responses={200: serializers.CategoryTreeSerializer(many=True)},
    )
    def get(self, request: Request) -> Response:
        """The category tree."""
        tree = queries.category_tree()
        return Response(serializers.CategoryTreeSerializer(tree, many=True).data)


class BrandListView(ListView):
    permission_classes = (AllowAny,)
    public = True
    serializer_class = serializers.BrandSerializer

    def get_queryset(self) -> Any:
        return queries.brands()

    @extend_schema(operation_id="product_brands", tags=["catalogue"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Brands that have products for sale."""
        return super().get(request, *args, **kwargs)


def _by(reference: str) -> dict[str, Any]:
    try:
        return {"pk": UUID(reference)}
    except ValueError:
        return {"slug": reference}
