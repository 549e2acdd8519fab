"""The demo shop's shelves: sellers, categories and products made from the sales file."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from accounts.models import Seller, User
from catalog.models import Category, Product
from catalog.services import NewProduct, list_products
from demo.categories import LEAVES, OTHER
from demo.online_retail import Goods
from demo.rows import SERVICES

DOMAIN = "mercat.example"
MOST_IN_STOCK = 240


@dataclass(frozen=True, slots=True)
class Shop:
    """A demo seller and the top-level categories whose goods it sells."""

    slug: str
    name: str
    description: str
    parents: tuple[str, ...]


SHOPS = (
    Shop("hearth-and-home", "Hearth & Home", "Ornaments, clocks and frames.", ("home",)),
    Shop("the-larder", "The Larder", "All for kitchen and table.", ("kitchen-dining",)),
    Shop("lamplight", "Lamplight", "Lanterns, candles, quiet baths.", ("lighting", "bath")),
    Shop("satchel-and-charm", "Satchel & Charm", "Bags and jewellery.", ("bags", "jewellery")),
    Shop("paper-and-play", "Paper & Play", "Stationery and toys.", ("stationery", "toys")),
    Shop("potting-shed", "The Potting Shed", "For gardens.", ("garden", "everything-else")),
    Shop("merry-days", "Merry Days", "Christmas and parties.", ("seasonal",)),
)

COUNTER = Shop("the-counter", "The Counter", "Postage, packing, vouchers.", ())
"""Whose the services are that invoices charge beside goods."""


@transaction.atomic
def stock_shelves(goods: Iterable[Goods], *, at: datetime) -> int:
    """Put ``goods`` on sale; returns how many were new. What is there already is left alone."""
    sellers, categories = open_shops(), plant_categories()
    new = [
        NewProduct(
            sku=item.sku,
            title=item.title,
            seller=sellers[item.leaf.parent_slug],
            category=categories[item.leaf.slug],
            price=item.price_pennies,
            currency=settings.SHOP_CURRENCY,
            stock=opening_stock(item.sku),
        )
        for item in goods
    ]
    return list_products(new, at=at)


@transaction.atomic
def list_services(*, at: datetime) -> int:
    """Make what was charged beside goods known, off the shelves; returns how many were new."""
    seller, category = _open(COUNTER), plant_categories()[OTHER.slug]
    new = [
        NewProduct(
            sku=sku,
            title=title,
            seller=seller,
            category=category,
            price=0,
            currency=settings.SHOP_CURRENCY,
            stock=0,
            status=Product.Status.ARCHIVED,
        )
        for sku, title in SERVICES.items()
    ]
    return list_products(new, at=at)


def open_shops() -> dict[str, Seller]:
    """The demo sellers by the slug of each top-level category that they sell."""
    return {parent: _open(shop) for shop in SHOPS for parent in shop.parents}


def plant_categories() -> dict[str, Category]:
    """The leaves of ``demo.categories`` by slug, each below its parent."""
    leaves = {}
    for position, leaf in enumerate(LEAVES):
        parent = _category(leaf.parent_slug, leaf.parent_name, None, position)
        leaves[leaf.slug] = _category(leaf.slug, leaf.name, parent, position)
    return leaves


def opening_stock(sku: str) -> int:
    """0 to 240 pieces, the same for a SKU at every import; about one in twenty is sold out."""
    drawn = int.from_bytes(hashlib.sha256(sku.encode()).digest()[:4])
    return 0 if drawn % 20 == 0 else drawn % MOST_IN_STOCK + 1


def _open(shop: Shop) -> Seller:
    owner, _ = User.objects.get_or_create(
        email=f"{shop.slug}@{DOMAIN}", defaults={"first_name": shop.name, "password": "!"}
    )
    seller, _ = Seller.objects.get_or_create(
        slug=shop.slug,
        defaults={
            "user": owner,
            "name": shop.name,
            "description": shop.description,
            "status": Seller.Status.APPROVED,
            "commission_rate": settings.DEFAULT_COMMISSION_RATE,
        },
    )
    return seller


def _category(slug: str, name: str, parent: Category | None, position: int) -> Category:
    category, _ = Category.objects.get_or_create(
        slug=slug, defaults={"name": name, "parent": parent, "sort_order": position}
    )
    return category
