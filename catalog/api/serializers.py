"""The catalogue in JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.models import Media, Product, Variant
from catalog.queries import CategoryNode
from core.api.fields import MoneyField


class NamedSerializer(serializers.Serializer[Any]):
    """What a product says of its brand, category or seller."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()


class MediaSerializer(serializers.ModelSerializer[Media]):
    class Meta:
        model = Media
        fields = ("id", "url", "alt", "position")


class VariantSerializer(serializers.ModelSerializer[Variant]):
    price = MoneyField(source="unit_price")
    stock_quantity = serializers.IntegerField(source="stock")
    options = serializers.DictField(child=serializers.CharField())

    class Meta:
        model = Variant
        fields = ("id", "sku", "options", "price", "stock_quantity")


class ProductSerializer(serializers.ModelSerializer[Product]):
    """A product in a list. ``price`` is its lowest variant's."""

    sku = serializers.SerializerMethodField()
    brand = NamedSerializer(allow_null=True)
    category = NamedSerializer()
    seller = NamedSerializer()
    price = MoneyField(source="lowest_price")
    compare_at_price = serializers.SerializerMethodField()
    image = serializers.CharField(source="image_url")

    class Meta:
        model = Product
        fields: tuple[str, ...] = (
            "id",
            "slug",
            "sku",
            "title",
            "brand",
            "category",
            "seller",
            "condition",
            "price",
            "compare_at_price",
            "currency",
            "image",
            "in_stock",
            "featured",
            "created_at",
        )

    def get_sku(self, product: Product) -> str:
        variant = product.first_variant
        return variant.sku if variant else ""

    def get_compare_at_price(self, product: Product) -> str | None:
        variant = product.first_variant
        return str(variant.compare_at) if variant and variant.compare_at else None


class ProductDetailSerializer(ProductSerializer):
    media = MediaSerializer(many=True)
    variants = serializers.SerializerMethodField()
    breadcrumbs = serializers.SerializerMethodField()
    video_url = serializers.CharField()
    specifications = serializers.DictField()
    shipping_info = serializers.DictField()

    class Meta(ProductSerializer.Meta):
        fields = (
            *ProductSerializer.Meta.fields,
            "description",
            "specifications",
            "shipping_info",
            "video_url",
            "media",
            "variants",
            "breadcrumbs",
            "view_count",
            "updated_at",
            "version",
        )

    @extend_schema_field(VariantSerializer(many=True))
    def get_variants(self, product: Product) -> Any:
        active = [variant for variant in product.variants.all() if variant.is_active]
        return VariantSerializer(active, many=True).data

    @extend_schema_field(NamedSerializer(many=True))
    def get_breadcrumbs(self, product: Product) -> Any:
        return NamedSerializer(product.category.ancestors(include_self=True), many=True).data


class CategorySerializer(serializers.Serializer[Any]):
    """Of a ``CategoryNode``."""

    id = serializers.UUIDField(source="category.id")
    slug = serializers.CharField(source="category.slug")
    name = serializers.CharField(source="category.name")
    description = serializers.CharField(source="category.description")
    image_url = serializers.CharField(source="category.image_url")
    parent = serializers.UUIDField(source="category.parent_id", allow_null=True)  # type: ignore[assignment]  # DRF fields have a parent, too
    sort_order = serializers.IntegerField(source="category.sort_order")
    is_active = serializers.BooleanField(source="category.is_active")
    product_count = serializers.IntegerField()


class CategoryTreeSerializer(CategorySerializer):
    children = serializers.SerializerMethodField()

    @extend_schema_field(
        {"type": "array", "items": {"$ref": "#/components/schemas/CategoryTree"}},
    )
    def get_children(self, node: CategoryNode) -> Any:
        return CategoryTreeSerializer(node.children, many=True).data


class BrandSerializer(NamedSerializer):
    product_count = serializers.IntegerField()
