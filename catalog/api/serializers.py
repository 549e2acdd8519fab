"""The catalogue in JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.models import Media, Product, Variant
from catalog.queries import CategoryNode
from catalog.search import MAX_LENGTH
from catalog.stats import Stats
from core.api.fields import MoneyField


class NamedSerializer(serializers.Serializer[Any]):
    """What a product says of its brand, category or seller."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()


class MediaSerializer(serializers.ModelSerializer[Media]):
    thumbnail_url = serializers.CharField()

    class Meta:
        model = Media
        fields = ("id", "url", "thumbnail_url", "alt", "position")


class VariantSerializer(serializers.ModelSerializer[Variant]):
    price = MoneyField(source="unit_price")
    stock_quantity = serializers.IntegerField(source="stock")
    options = serializers.DictField(child=serializers.CharField())

    class Meta:
        model = Variant
        fields = ("id", "sku", "options", "price", "stock_quantity")


def stars(hundredths: int) -> str | None:
    return f"{hundredths // 100}.{hundredths % 100:02}" if hundredths else None


class ProductSerializer(serializers.ModelSerializer[Product]):
    """A product in a list. ``price`` is its lowest variant's."""

    sku = serializers.SerializerMethodField()
    brand = NamedSerializer(allow_null=True)
    category = NamedSerializer()
    seller = NamedSerializer()
    price = MoneyField(source="lowest_price")
    compare_at_price = serializers.SerializerMethodField()
    image = serializers.CharField(source="image_url")
    rating = serializers.SerializerMethodField()

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
            "rating",
            "reviews_count",
            "in_stock",
            "featured",
            "created_at",
        )

    def get_sku(self, product: Product) -> str:
        variant = product.first_variant
        return variant.sku if variant else ""

    def get_rating(self, product: Product) -> str | None:
        """Stars from "1.00" to "5.00"; none without a review."""
        return stars(product.rating)

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


class SuggestionSerializer(serializers.ModelSerializer[Product]):
    price = MoneyField(source="lowest_price")
    image = serializers.CharField(source="image_url")

    class Meta:
        model = Product
        fields = ("id", "slug", "title", "price", "currency", "image")


class SuggestQuerySerializer(serializers.Serializer[Any]):
    q = serializers.CharField(max_length=MAX_LENGTH)
    limit = serializers.IntegerField(min_value=1, max_value=20, default=8)


class FacetsQuerySerializer(serializers.Serializer[Any]):
    facets = serializers.ChoiceField(choices=["0", "1"], default="0")


class ChoiceCountSerializer(NamedSerializer):
    count = serializers.IntegerField(source="product_count")


class CategoryCountSerializer(serializers.Serializer[Any]):
    """Of a ``CategoryNode``: with what is below it."""

    id = serializers.UUIDField(source="category.id")
    slug = serializers.CharField(source="category.slug")
    name = serializers.CharField(source="category.name")
    parent = serializers.UUIDField(source="category.parent_id", allow_null=True)  # type: ignore[assignment]  # DRF fields have a parent, too
    count = serializers.IntegerField(source="product_count")


class BandSerializer(serializers.Serializer[Any]):
    min_price = MoneyField(source="lowest")
    max_price = MoneyField(source="highest", allow_null=True)
    count = serializers.IntegerField()


class FacetsSerializer(serializers.Serializer[Any]):
    category = CategoryCountSerializer(source="categories", many=True)
    brand = ChoiceCountSerializer(source="brands", many=True)
    condition = serializers.DictField(source="conditions", child=serializers.IntegerField())
    price = BandSerializer(source="bands", many=True)


class PricesSerializer(serializers.Serializer[Any]):
    min = MoneyField(source="lowest", allow_null=True)
    max = MoneyField(source="highest", allow_null=True)
    average = MoneyField(allow_null=True)


class RatingsSerializer(serializers.Serializer[Any]):
    """``average`` of the ``products`` that are rated: stars from "1.00" to "5.00"."""

    average = serializers.SerializerMethodField()
    products = serializers.IntegerField(source="rated")

    def get_average(self, figures: Stats) -> str | None:
        return stars(figures.rating)


class StatsSerializer(serializers.Serializer[Any]):
    """Products are counted by whether any of them is in stock."""

    total = serializers.IntegerField(source="products")
    in_stock = serializers.IntegerField()
    out_of_stock = serializers.IntegerField()
    currency = serializers.CharField()
    price = PricesSerializer(source="*")
    rating = RatingsSerializer(source="*")


class CategoryStatsSerializer(StatsSerializer):
    category = NamedSerializer()


class GroupedStatsSerializer(StatsSerializer):
    """``groups`` only where they are asked for: each category's own products, not those below it."""

    groups = CategoryStatsSerializer(many=True, required=False)


class StatsQuerySerializer(serializers.Serializer[Any]):
    group_by = serializers.ChoiceField(choices=["category"], required=False)
