"""What a list of products can be narrowed and sorted by, in the API and on pages."""

from typing import Any

import django_filters as filters
from django import forms
from django.conf import settings
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce
from drf_spectacular.utils import extend_schema_field

from accounts.models import Seller
from catalog.models import Brand, Category, Product
from core.money import Money, NotMoney

ORDERINGS = {
    "price": "price",
    "-price": "-price",
    "newest": "-created_at",
    "-newest": "created_at",
    "title": "title",
    "-title": "-title",
    "best_selling": "-units_sold",
    "brand": "brand_name",
    "-brand": "-brand_name",
}
YES_OR_NO = [("true", "true"), ("false", "false")]


class PriceField(forms.CharField):
    """A plain decimal in the shop's currency, read into minor units."""

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            price = Money.parse(text, settings.SHOP_CURRENCY)
        except NotMoney as error:
            raise forms.ValidationError(error.detail, code=error.code) from error
        if price.amount < 0:
            raise forms.ValidationError("A price is not negative.", code="not_money")
        return price.amount


class PriceFilter(filters.Filter):  # type: ignore[misc]  # no stubs
    field_class = PriceField


class OrderingField(forms.CharField):
    """Comma-separated names from ``ORDERINGS``, each at most once in either direction."""

    def clean(self, value: Any) -> list[str]:
        names = [name for name in super().clean(value).split(",") if name]
        unknown = [name for name in names if name not in ORDERINGS]
        if unknown or len({name.lstrip("-") for name in names}) < len(names):
            known = ", ".join(ORDERINGS)
            raise forms.ValidationError(f"Sort by each of these once: {known}.", code="invalid")
        return names


@extend_schema_field(
    {"type": "string", "pattern": f"^({'|'.join(ORDERINGS)})(,({'|'.join(ORDERINGS)}))*$"}
)
class OrderingFilter(filters.Filter):  # type: ignore[misc]  # no stubs
    field_class = OrderingField

    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        named: QuerySet[Any] = qs.annotate(brand_name=Coalesce(F("brand__name"), Value("")))
        return named.order_by(*(ORDERINGS[name] for name in value or ["newest"]))


class SearchFilter(filters.CharFilter):  # type: ignore[misc]  # no stubs
    """Words that must all be found."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=200, **kwargs)

    def filter(self, qs: Any, value: str) -> Any:
        return qs.matching(value) if value else qs


class ProductFilterForm(forms.Form):
    def clean(self) -> dict[str, Any]:
        prices = self.cleaned_data
        lowest, highest = prices.get("min_price"), prices.get("max_price")
        if lowest is not None and highest is not None and lowest > highest:
            self.add_error("min_price", "The lowest price is above the highest.")
        return self.cleaned_data


class ProductFilter(filters.FilterSet):  # type: ignore[misc]  # no stubs
    """What the API takes."""

    search = SearchFilter()
    category = filters.ModelChoiceFilter(
        queryset=Category.objects.filter(is_active=True),
        to_field_name="slug",
        method="in_category",
    )
    brand = filters.ModelChoiceFilter(queryset=Brand.objects.all(), to_field_name="slug")
    seller = filters.ModelChoiceFilter(
        queryset=Seller.objects.filter(status=Seller.Status.APPROVED), to_field_name="slug"
    )
    condition = filters.ChoiceFilter(choices=Product.Condition.choices)
    min_price = PriceFilter(field_name="price", lookup_expr="gte")
    max_price = PriceFilter(field_name="price", lookup_expr="lte")
    in_stock = filters.TypedChoiceFilter(choices=YES_OR_NO, coerce="true".__eq__)
    featured = filters.TypedChoiceFilter(choices=YES_OR_NO, coerce="true".__eq__)
    ordering = OrderingFilter()

    class Meta:
        model = Product
        form = ProductFilterForm
        fields = ("brand", "seller", "condition", "in_stock", "featured")

    def in_category(self, queryset: Any, _name: str, category: Category) -> Any:
        return queryset.in_category(category)


class ShelfFilter(filters.FilterSet):  # type: ignore[misc]  # no stubs
    """What a page of products offers its visitors."""

    q = SearchFilter(label="Search")
    brand = filters.ModelChoiceFilter(
        queryset=Brand.objects.all(), to_field_name="slug", empty_label="Any brand"
    )
    seller = filters.ModelChoiceFilter(
        queryset=Seller.objects.filter(status=Seller.Status.APPROVED).order_by("name"),
        to_field_name="slug",
        empty_label="Any seller",
    )
    condition = filters.ChoiceFilter(choices=Product.Condition.choices, empty_label="Any condition")
    min_price = PriceFilter(field_name="price", lookup_expr="gte", label="Price from")
    max_price = PriceFilter(field_name="price", lookup_expr="lte", label="Price to")
    in_stock = filters.BooleanFilter(
        widget=forms.CheckboxInput, method="only_in_stock", label="In stock only"
    )
    ordering = filters.ChoiceFilter(
        choices=[
            ("best_selling", "Best selling"),
            ("newest", "Newest"),
            ("price", "Price, lowest first"),
            ("-price", "Price, highest first"),
            ("title", "Name"),
        ],
        empty_label=None,
        method="ordered",
        label="Sort by",
    )

    class Meta:
        model = Product
        form = ProductFilterForm
        fields = ("brand", "seller", "condition")

    def only_in_stock(self, queryset: Any, _name: str, wanted: bool) -> Any:  # noqa: FBT001  # django-filter's signature
        return queryset.filter(in_stock=True) if wanted else queryset

    def ordered(self, queryset: Any, _name: str, value: str) -> Any:
        return queryset.order_by(ORDERINGS[value], "pk")
