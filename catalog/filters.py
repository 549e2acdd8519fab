"""What a list of products can be narrowed and sorted by, in the API and on pages."""

from collections.abc import Mapping, Sequence
from copy import copy
from functools import cache
from typing import Any, Self

import django_filters as filters
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce
from drf_spectacular.utils import extend_schema_field

from accounts.models import Seller
from catalog import search, slugs
from catalog.models import Brand, Category, Product
from catalog.models.shelves import ShownCategory
from core.money import Money, NotMoney

ORDERINGS = {
    "price": "price",
    "-price": "-price",
    "newest": "-created_at",
    "-newest": "created_at",
    "title": "title",
    "-title": "-title",
    "best_selling": "-units_sold",
    "rating": "-rating",
    "relevance": "-relevance",
    "brand": "brand_name",
    "-brand": "-brand_name",
}
YES_OR_NO = [("true", "true"), ("false", "false")]
SLUGS = ("category", "brand", "seller")
NO_CHOICE = forms.ModelChoiceField.default_error_messages["invalid_choice"]


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


class Light:
    """A filter whose copy for each request is a shallow one: nothing of it changes but whose it is."""

    def __deepcopy__(self, _memo: object) -> Self:
        return copy(self)


class PriceFilter(Light, filters.Filter):  # type: ignore[misc]  # no stubs
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
class OrderingFilter(Light, filters.Filter):  # type: ignore[misc]  # no stubs
    field_class = OrderingField

    def filter(self, qs: QuerySet[Any], value: list[str]) -> QuerySet[Any]:
        """Without a wish, as the search has it, else the newest first."""
        searched = "relevance" in qs.query.annotations
        if searched and value in ([], ["relevance"]):
            return qs.order_by(*search.BEST_FIRST)
        if {"brand", "-brand"} & set(value):
            qs = qs.annotate(brand_name=Coalesce(F("brand__name"), Value("")))
        return qs.order_by(*(ORDERINGS[name] for name in value or ["newest"]))


class SearchFilter(filters.CharFilter):  # type: ignore[misc]  # no stubs
    """What ``catalog.search`` finds."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=search.MAX_LENGTH, **kwargs)
        self.understood: dict[str, search.Query] = {}

    def filter(self, qs: Any, value: str) -> Any:
        return search.ranked(self.narrow(qs, value), self.meant(value), value) if value else qs

    def narrow(self, qs: Any, value: str) -> Any:
        """As ``filter``, in no order."""
        return search.matching(qs, self.meant(value)) if value else qs

    def meant(self, value: str) -> search.Query:
        """What a text asks for, found out once per request."""
        if value not in self.understood:
            self.understood[value] = search.understand(value)
        return self.understood[value]


class StarsField(forms.DecimalField):
    """From 1 to 5 stars, read into hundredths."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=5, decimal_places=2, **kwargs)

    def clean(self, value: Any) -> int | None:
        stars = super().clean(value)
        return None if stars is None else int(stars * 100)


class StarsFilter(Light, filters.Filter):  # type: ignore[misc]  # no stubs
    field_class = StarsField


class ProductFilterForm(forms.Form):
    def clean(self) -> dict[str, Any]:
        prices = self.cleaned_data
        lowest, highest = prices.get("min_price"), prices.get("max_price")
        if lowest is not None and highest is not None and lowest > highest:
            self.add_error("min_price", "The lowest price is above the highest.")
        return self.cleaned_data


@extend_schema_field({"type": "string"})
class SlugFilter(Light, filters.Filter):  # type: ignore[misc]  # no stubs
    """One of a few words that ``AskedForm`` looks up all at once."""

    field_class = forms.CharField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)


class CategoryFilter(SlugFilter):
    def filter(self, qs: Any, value: ShownCategory | None) -> Any:
        return qs.in_category(value) if value else qs


class ChoiceFilter(Light, filters.ChoiceFilter):  # type: ignore[misc]  # no stubs
    pass


class YesOrNoFilter(Light, filters.TypedChoiceFilter):  # type: ignore[misc]  # no stubs
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=YES_OR_NO, coerce="true".__eq__, **kwargs)


class AskedForm(ProductFilterForm):
    """With fields for what is asked for only. Puts what they stand for in place of slugs."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "relevance" in cleaned.get("ordering", ()) and "search" not in self.fields:
            self.add_error("ordering", "Nothing is relevant without a search.")
        asked = {name: cleaned[name] for name in SLUGS if cleaned.get(name)}
        found = slugs.found(asked)
        cleaned.update(found)
        for name in [each for each in asked if each not in found]:
            self.add_error(name, ValidationError(NO_CHOICE, code="invalid_choice"))
        return self.cleaned_data


class Narrowing(filters.FilterSet):  # type: ignore[misc]  # no stubs
    """Products, and what narrows them: the same list with and without each filter."""

    def but(self, *names: str) -> Any:
        """As ``qs``, in no order, with nothing asked of ``names``."""
        products = self.queryset.all()
        for name, value in self.form.cleaned_data.items():
            if name not in {*names, "ordering"}:
                narrowing = self.filters[name]
                products = getattr(narrowing, "narrow", narrowing.filter)(products, value)
        return products.order_by()

    @property
    def asked(self) -> dict[str, Any]:
        """What is asked for, by the filters' names; nothing of how it is sorted."""
        cleaned = self.form.cleaned_data.items()
        return {n: v for n, v in cleaned if n != "ordering" and v not in (None, "", [])}


class ProductFilter(Narrowing):
    """What the API takes. Of its filters an instance has those that are asked for."""

    search = SearchFilter()
    category = CategoryFilter()
    brand = SlugFilter()
    seller = SlugFilter()
    condition = ChoiceFilter(choices=Product.Condition.choices)
    min_price = PriceFilter(field_name="price", lookup_expr="gte")
    max_price = PriceFilter(field_name="price", lookup_expr="lte")
    min_rating = StarsFilter(field_name="rating", lookup_expr="gte")
    in_stock = YesOrNoFilter()
    featured = YesOrNoFilter()
    ordering = OrderingFilter()

    class Meta:
        model = Product
        fields = ("brand", "seller", "condition", "in_stock", "featured")

    base_filters: dict[str, Any]
    """The class has all of them, from its metaclass."""

    def __init__(self, data: Mapping[str, Any], **kwargs: Any) -> None:
        asked = type(self).base_filters.items()
        self.base_filters = {n: each for n, each in asked if n in data or n == "ordering"}
        super().__init__(data, **kwargs)

    def get_form_class(self) -> type[forms.Form]:
        return _form(tuple(self.filters))

    @property
    def only_search(self) -> str | None:
        """The text that is searched for, if nothing else narrows the list, and it is the most relevant first."""
        ordering = self.form.cleaned_data["ordering"]
        alone = self.asked.keys() == {"search"} and ordering in ([], ["relevance"])
        return self.asked["search"] if alone else None


@cache
def _form(names: tuple[str, ...]) -> type[forms.Form]:
    """For these filters. Forms copy their fields, so one class does for all requests."""
    fields = {name: ProductFilter.base_filters[name].field for name in names}
    return type("ProductFilterForm", (AskedForm,), fields)


class ShelfFilter(Narrowing):
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
            ("relevance", "Best match"),
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

    def __init__(self, *args: Any, category: Category | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.category = category

    @property
    def asked(self) -> dict[str, Any]:
        asked = {name: value for name, value in super().asked.items() if value is not False}
        return asked if self.category is None else {**asked, "category": self.category}

    def but(self, *names: str) -> Any:
        products = super().but(*names)
        if self.category is None or "category" in names:
            return products
        return products.in_category(self.category)

    def filter_queryset(self, queryset: Any) -> Any:
        within = queryset if self.category is None else queryset.in_category(self.category)
        return super().filter_queryset(within)

    def offer(self, brands: Sequence[Brand], conditions: Mapping[str, int]) -> None:
        """Let visitors choose among these, each with how many products it would leave (of a brand: its
        ``product_count``), and what is chosen."""
        label, brand, condition = (
            Product.Condition,
            self.asked.get("brand"),
            self.asked.get("condition"),
        )
        self._offer(
            "brand",
            {brand.slug: brand.name} if brand else {},
            {b.slug: f"{b.name} ({b.product_count:,})" for b in brands},  # type: ignore[attr-defined]  # annotated
        )
        self._offer(
            "condition",
            {condition: label(condition).label} if condition else {},
            {c: f"{label(c).label} ({number:,})" for c, number in conditions.items()},
        )

    def _offer(self, name: str, chosen: dict[str, str], counted: dict[str, str]) -> None:
        field = self.form.fields[name]
        field.widget.choices = [("", field.empty_label), *(chosen | counted).items()]

    def only_in_stock(self, queryset: Any, _name: str, wanted: bool) -> Any:  # noqa: FBT001  # django-filter's signature
        return queryset.filter(in_stock=True) if wanted else queryset

    def ordered(self, queryset: Any, _name: str, value: str) -> Any:
        if value == "relevance":
            searched = "relevance" in queryset.query.annotations
            return queryset if searched else queryset.order_by("-units_sold", "-pk")
        return queryset.order_by(ORDERINGS[value], "pk")
