"""What is for sale: products, and their variants, each with a price and a stock."""

from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, Min, OuterRef, Q, Subquery
from django.urls import reverse

from accounts.models import Seller
from catalog import errors
from catalog.models.shelves import Brand, Category, ShownCategory
from core.models import NEXT_VERSION, Versioned
from core.money import Money

MAX_OPTION_KEY = 200
RESERVED_SLUGS = frozenset({"stats", "categories", "brands", "suggest"})
"""Words that follow ``/products/`` in the API."""

CURRENCY = models.Q(currency__regex=r"^[A-Z][A-Z][A-Z]$")


def _published() -> Q:
    return Q(
        status=Product.Status.ACTIVE,
        deleted_at=None,
        seller__status=Seller.Status.APPROVED,
        currency=settings.SHOP_CURRENCY,
    )


class ProductQuerySet(models.QuerySet["Product"]):
    def locked(self) -> Self:
        """In pk order. Comes after variant locks."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)

    def published(self) -> Self:
        """What anyone may see: active, not deleted, of a seller who may sell."""
        return self.filter(_published())

    def visible_to(self, user: Any) -> Self:
        """Published, and the user's own; everything for catalogue staff. Nothing deleted."""
        kept = self.filter(deleted_at=None)
        if user.has_perm("catalog.view_product"):
            return kept
        own = Q(seller__user_id=user.pk) if user.is_authenticated else Q()
        return kept.filter(_published() | own)

    def in_category(self, category: Category | ShownCategory) -> Self:
        """In ``category`` or anywhere below it that is shown."""
        return self.filter(category_id__in=category.shown)

    def with_card(self) -> Self:
        """Everything that a list shows of a product, in a constant number of queries."""
        return self.select_related("brand", "category", "seller").prefetch_related(
            "media", "variants"
        )

    def positions(self) -> models.QuerySet["Product", Any]:
        """Each product's ``pk`` and what it is sorted by, and nothing else of it."""
        sorted_by = [str(name).lstrip("-") for name in self.query.order_by]
        names = [name for name in sorted_by if name not in {"pk", "id"}]
        return self.values_list("pk", *names, named=True)

    def refresh_offers(self, *, at: datetime) -> None:
        """Set ``price`` and ``in_stock`` from the variants.

        Call it inside a transaction. Locks the products first: two variants that sell out together would otherwise each see
        the other one still in stock. Comes after variant locks, in pk order.
        """
        ids = list(self.order_by("pk").select_for_update(of=("self",), no_key=True))
        active = Variant.objects.filter(product=OuterRef("pk"), is_active=True)
        lowest = active.order_by().values("product").annotate(lowest=Min("price")).values("lowest")
        Product.objects.filter(pk__in=[product.pk for product in ids]).update(
            price=Subquery(lowest),
            in_stock=Exists(active.filter(stock__gt=0)),
            updated_at=at,
            version=NEXT_VERSION,
        )


class Product(Versioned):
    """Something a seller offers, in one or more variants.

    ``price`` (minor units; null without variants) and ``in_stock`` are kept from the variants by
    ``refresh_offers``; ``units_sold`` from paid orders' events. ``rating`` is the reviews' average in
    hundredths of a star, 0 without any. Never deleted: ``deleted_at``.
    """

    class Status(models.TextChoices):
        DRAFT = "draft"
        ACTIVE = "active"
        ARCHIVED = "archived"

    class Condition(models.TextChoices):
        NEW = "new"
        USED = "used"
        REFURBISHED = "refurbished"

    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="products")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="products")
    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="products", null=True, blank=True
    )
    title = models.CharField(max_length=200)
    slug = models.SlugField(max_length=220, unique=True)
    description = models.TextField(blank=True)
    condition = models.CharField(max_length=12, choices=Condition, default=Condition.NEW)
    specifications = models.JSONField(default=dict, blank=True)
    shipping_info = models.JSONField(default=dict, blank=True)
    video_url = models.URLField(max_length=500, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    featured = models.BooleanField(default=False)
    view_count = models.PositiveBigIntegerField(default=0, editable=False)
    units_sold = models.PositiveBigIntegerField(default=0, editable=False)
    rating = models.PositiveSmallIntegerField(default=0, editable=False)
    reviews_count = models.PositiveIntegerField(default=0, editable=False)
    currency = models.CharField(max_length=3)
    price = models.BigIntegerField(null=True, editable=False)
    in_stock = models.BooleanField(default=False, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[ProductQuerySet] = ProductQuerySet.as_manager()  # type: ignore[assignment]  # the manager has the queryset's methods

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(status__in=["draft", "active", "archived"]),
                name="catalog_product_status_known",
            ),
            models.CheckConstraint(
                condition=Q(condition__in=["new", "used", "refurbished"]),
                name="catalog_product_condition_known",
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0), name="catalog_product_price_not_negative"
            ),
            models.CheckConstraint(
                condition=~Q(status="active") | Q(price__isnull=False),
                name="catalog_product_active_has_price",
            ),
            models.CheckConstraint(
                condition=CURRENCY, name="catalog_product_currency_three_letters"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["category", "status", "price", "id"], name="catalog_product_category_price"
            ),
            models.Index(
                fields=["brand", "status", "price", "id"], name="catalog_product_brand_price"
            ),
            models.Index(fields=["seller", "-created_at", "-id"], name="catalog_product_seller"),
            models.Index(
                fields=["price", "id"],
                condition=models.Q(featured=True),
                name="catalog_product_featured",
            ),
            models.Index(fields=["status", "price", "id"], name="catalog_product_price"),
            models.Index(fields=["status", "-created_at", "-id"], name="catalog_product_newest"),
            models.Index(fields=["status", "-units_sold", "-id"], name="catalog_product_sales"),
            models.Index(fields=["status", "title", "id"], name="catalog_product_title"),
            models.Index(fields=["status", "-rating", "-id"], name="catalog_product_rating"),
            # What facets count by, and whether it is published, without a look at the product.
            models.Index(
                fields=[
                    "id",
                    "seller",
                    "currency",
                    "category",
                    "brand",
                    "condition",
                    "price",
                    "in_stock",
                ],
                condition=Q(status="active", deleted_at=None),
                name="catalog_product_shown",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_published(self) -> bool:
        """As ``published`` has it (select the seller along)."""
        return (
            self.status == self.Status.ACTIVE
            and self.deleted_at is None
            and self.seller.is_approved
            and self.currency == settings.SHOP_CURRENCY
        )

    def clean(self) -> None:
        """Refuse what the pages and the API could not show."""
        for name in ("specifications", "shipping_info"):
            _refuse_unless_texts(name, getattr(self, name))
        if self.slug in RESERVED_SLUGS or _is_uuid(self.slug):
            raise ValidationError({"slug": "This slug means something else in addresses."})
        if self.status == self.Status.ACTIVE and self.price is None:
            raise ValidationError({"status": "A product needs a variant before it can be active."})

    @property
    def lowest_price(self) -> Money | None:
        return None if self.price is None else Money(self.price, self.currency)

    @property
    def image_url(self) -> str:
        """The first uploaded picture, else the one drawn for it (prefetch media and variants)."""
        uploaded = next((media.url for media in self.media.all()), None)
        first = next(iter(self.variants.all()), None)
        return uploaded or (reverse("picture", args=[first.sku]) if first else "")

    @property
    def first_variant(self) -> "Variant | None":
        """The variant that stands for the product in lists (variants must be prefetched)."""
        return next((variant for variant in self.variants.all() if variant.is_active), None)


class VariantQuerySet(models.QuerySet["Variant"]):
    def locked(self) -> Self:
        """In pk order, so that concurrent orders queue instead of deadlocking."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)

    def low(self) -> Self:
        """Active variants of products that are still offered, at or below their ``low_stock_at``."""
        kept = self.filter(product__deleted_at=None).exclude(
            product__status=Product.Status.ARCHIVED
        )
        return kept.filter(is_active=True, stock__lte=F("low_stock_at"))

    def for_sale(self) -> Self:
        """Active variants of published products."""
        return self.filter(is_active=True, product__in=Product.objects.published())


class Variant(Versioned):
    """One thing with a price and a stock. ``price`` and ``compare_at_price`` are minor units.

    ``option_key`` spells the options in a fixed order, so that the database can refuse twins; a
    product without options has exactly one variant, whose key is empty.

    ``stock`` and ``stock_seq`` are the last movement's, and only inserting the next one changes them.
    At ``low_stock_at`` or below, the seller is to be told. ``weight`` is a piece's, packed, in grams.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="variants")
    sku = models.CharField(max_length=64, unique=True)
    options = models.JSONField(default=dict, blank=True)
    option_key = models.CharField(max_length=MAX_OPTION_KEY, blank=True, editable=False)
    currency = models.CharField(max_length=3)
    price = models.BigIntegerField()
    compare_at_price = models.BigIntegerField(null=True, blank=True)
    stock = models.BigIntegerField(default=0, editable=False)
    stock_seq = models.PositiveBigIntegerField(default=0, editable=False)
    low_stock_at = models.PositiveIntegerField(default=0)
    weight = models.PositiveIntegerField(default=0, help_text="Grams, packed.")
    is_active = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    objects: ClassVar[VariantQuerySet] = VariantQuerySet.as_manager()  # type: ignore[assignment]  # the manager has the queryset's methods

    class Meta:
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product", "option_key"], name="catalog_variant_options_once"
            ),
            models.CheckConstraint(
                condition=Q(stock__gte=0), name="catalog_variant_stock_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0), name="catalog_variant_price_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(compare_at_price__gt=F("price")),
                name="catalog_variant_compare_at_price_higher",
            ),
            models.CheckConstraint(
                condition=CURRENCY, name="catalog_variant_currency_three_letters"
            ),
        ]

    def __str__(self) -> str:
        return self.sku

    def clean(self) -> None:
        """Refuse what is no set of options, and what would leave a product on sale without any."""
        _refuse_unless_texts("options", self.options)
        if len(option_key(self.options)) > MAX_OPTION_KEY:
            raise ValidationError({"options": "These options are too long."})
        others = Variant.objects.filter(product_id=self.product_id).exclude(pk=self.pk)
        if others.filter(option_key="").exists() or (not self.options and others.exists()):
            raise ValidationError({"options": str(errors.OptionsMixed())})
        if not self.is_active and not others.filter(is_active=True).exists():
            raise ValidationError({"is_active": "A product's only variant is not switched off."})

    def save(self, *args: Any, **kwargs: Any) -> None:
        if (names := kwargs.get("update_fields")) is not None and "options" in names:
            kwargs["update_fields"] = {*names, "option_key"}
        self.option_key = option_key(self.options)
        super().save(*args, **kwargs)

    @property
    def unit_price(self) -> Money:
        return Money(self.price, self.currency)

    @property
    def compare_at(self) -> Money | None:
        """The price it had before, if it is reduced."""
        before = self.compare_at_price
        return None if before is None else Money(before, self.currency)


def _refuse_unless_texts(field: str, value: object) -> None:
    """:raises ValidationError: it is not an object of texts."""
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise ValidationError({field: 'Write an object of texts, such as {"Material": "Tin"}.'})


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def option_key(options: dict[str, str]) -> str:
    """``{"size": "M", "colour": "Red"}`` as ``colour=red;size=m``, whatever the order."""
    pairs = sorted((name.casefold(), str(value).casefold()) for name, value in options.items())
    return ";".join(f"{name}={value}" for name, value in pairs)
