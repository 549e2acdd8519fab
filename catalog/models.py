"""What is for sale: categories, brands, products and their variants, media, stock."""

from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, Min, OuterRef, Q, Subquery
from django.urls import reverse
from tree_queries.models import TreeNode

from accounts.models import Seller
from catalog import errors
from core.models import NEXT_VERSION, Identified, Versioned
from core.money import Money

MAX_OPTION_KEY = 200
RESERVED_SLUGS = frozenset({"stats", "categories", "brands", "suggest"})
"""Words that follow ``/products/`` in the API."""

MAX_WORDS = 10
"""Words of a search beyond these are not looked at."""

CURRENCY = models.Q(currency__regex=r"^[A-Z][A-Z][A-Z]$")


class Category(Versioned, TreeNode):  # type: ignore[misc,django-manager-missing]  # no stubs
    """A node of the category tree. Soft-deleted by ``is_active``: products refer to it."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=140, unique=True)
    description = models.TextField(blank=True)
    image_url = models.URLField(max_length=500, blank=True)
    sort_order = models.IntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "categories"
        ordering: ClassVar = ["sort_order", "name", "id"]

    def __str__(self) -> str:
        return self.name


class Brand(Versioned):
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=140, unique=True)

    class Meta:
        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class ProductQuerySet(models.QuerySet["Product"]):
    def published(self) -> Self:
        """What anyone may see: active, not deleted, of a seller who may sell."""
        return self.filter(
            status=Product.Status.ACTIVE,
            deleted_at=None,
            seller__status=Seller.Status.APPROVED,
            currency=settings.SHOP_CURRENCY,
        )

    def visible_to(self, user: Any) -> Self:
        """Published, and the user's own; everything for catalogue staff. Nothing deleted."""
        kept = self.filter(deleted_at=None)
        if user.has_perm("catalog.view_product"):
            return kept
        own = Q(seller__user_id=user.pk) if user.is_authenticated else Q(pk=None)
        return kept.filter(Q(pk__in=Product.objects.published().values("pk")) | own)

    def in_category(self, category: Category) -> Self:
        """In ``category`` or anywhere below it, but not below one that is switched off."""
        shown: set[UUID] = set()
        for each in category.descendants(include_self=True):
            if each.is_active and (each == category or each.parent_id in shown):
                shown.add(each.pk)
        return self.filter(category_id__in=shown)

    def matching(self, text: str) -> Self:
        """Every word of ``text`` in the title, or ``text`` as a SKU. Characters are just text."""
        words = Q()
        for word in text.split()[:MAX_WORDS]:
            words &= Q(title__icontains=word)
        by_sku = Variant.objects.filter(sku__iexact=text.strip()).values("product_id")
        return self.filter(words | Q(pk__in=by_sku))

    def with_card(self) -> Self:
        """Everything that a list shows of a product, in a constant number of queries."""
        return self.select_related("brand", "category", "seller").prefetch_related(
            "media", "variants"
        )

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
    ``refresh_offers``; ``units_sold`` from paid orders' events. Never deleted: ``deleted_at``.
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
            models.Index(fields=["status", "price", "id"], name="catalog_product_price"),
            models.Index(fields=["status", "-created_at", "-id"], name="catalog_product_newest"),
            models.Index(fields=["status", "-units_sold", "-id"], name="catalog_product_sales"),
            models.Index(fields=["status", "title", "id"], name="catalog_product_title"),
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
        return uploaded or reverse("picture", args=[self.variants.all()[0].sku])

    @property
    def first_variant(self) -> "Variant | None":
        """The variant that stands for the product in lists (variants must be prefetched)."""
        return next((variant for variant in self.variants.all() if variant.is_active), None)


class VariantQuerySet(models.QuerySet["Variant"]):
    def locked(self) -> Self:
        """In pk order, so that concurrent orders queue instead of deadlocking."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)

    def for_sale(self) -> Self:
        """Active variants of published products."""
        return self.filter(is_active=True, product__in=Product.objects.published())


class Variant(Versioned):
    """One thing with a price and a stock. ``price`` and ``compare_at_price`` are minor units.

    ``option_key`` spells the options in a fixed order, so that the database can refuse twins; a
    product without options has exactly one variant, whose key is empty.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="variants")
    sku = models.CharField(max_length=64, unique=True)
    options = models.JSONField(default=dict, blank=True)
    option_key = models.CharField(max_length=MAX_OPTION_KEY, blank=True, editable=False)
    currency = models.CharField(max_length=3)
    price = models.BigIntegerField()
    compare_at_price = models.BigIntegerField(null=True, blank=True)
    stock = models.BigIntegerField(default=0, editable=False)
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

    def take(self, quantity: int, *, at: datetime) -> int:
        """Remove ``quantity`` from stock in one guarded statement; returns what is left.

        :raises OutOfStock: fewer than ``quantity`` are left.
        """
        enough = Variant.objects.filter(pk=self.pk, stock__gte=quantity)
        if not enough.update(stock=F("stock") - quantity, updated_at=at, version=NEXT_VERSION):
            self.refresh_from_db(fields=["stock"])
            raise errors.OutOfStock(self.sku, asked=quantity, available=self.stock)
        self.refresh_from_db(fields=["stock", "version"])
        return self.stock


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


class Media(Identified):
    """A picture of a product (or of one variant), shown in ``position`` order."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="media")
    variant = models.ForeignKey(
        Variant, on_delete=models.CASCADE, related_name="media", null=True, blank=True
    )
    url = models.CharField(max_length=500)
    alt = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name_plural = "media"
        ordering: ClassVar = ["position", "id"]

    def __str__(self) -> str:
        return self.url


class StockMovement(Identified):
    """Why a stock changed. Append-only; ``stock_after`` is what the change left."""

    class Reason(models.TextChoices):
        OPENING = "opening"
        SALE = "sale"
        RETURN = "return"
        ADJUSTMENT = "adjustment"

    variant = models.ForeignKey(Variant, on_delete=models.PROTECT, related_name="movements")
    change = models.BigIntegerField()
    stock_after = models.BigIntegerField()
    reason = models.CharField(max_length=12, choices=Reason)
    reference = models.UUIDField(null=True)
    actor_id = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(change=0), name="catalog_movement_change_not_zero"),
            models.CheckConstraint(
                condition=Q(stock_after__gte=0), name="catalog_movement_stock_not_negative"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["variant", "-at"], name="catalog_movement_variant"),
            models.Index(fields=["reference"], name="catalog_movement_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.change:+} {self.reason}"
