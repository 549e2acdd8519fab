"""Open the shop that is bought from: sellers, variants with stock, buyers with money."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import Seller, User
from bench.checkout_parts.terms import BUYERS, HOT, PASSWORD, PRICE, SELLERS, STOCK, VARIANTS
from catalog.models import Category, Product, StockMovement, Variant
from core import clock
from ledger.chart import funding, wallet
from ledger.postings import Line, Posting
from ledger.services import post_batch

MONEY = 10_000_000_000
"""Minor units in each wallet: so much that nobody runs out of it during a run."""


@transaction.atomic
def main() -> None:
    at = clock.now()
    sellers = [_seller(number) for number in range(SELLERS)]
    category = Category.objects.create(name="Benches", slug="benches")
    skus = [f"{HOT}-0", *(f"BENCH-{number:05}" for number in range(VARIANTS))]
    products = [
        _product(sku, sellers[place % SELLERS], category, at) for place, sku in enumerate(skus)
    ]
    Product.objects.bulk_create(products)
    variants = Variant.objects.bulk_create(
        Variant(product=product, sku=sku, price=PRICE, currency=product.currency)
        for product, sku in zip(products, skus, strict=True)
    )
    opening = StockMovement.Reason.OPENING
    StockMovement.objects.bulk_create(
        StockMovement.of(variant, STOCK, reason=opening, at=at) for variant in variants
    )
    _people()


def _seller(number: int) -> Seller:
    user = User.objects.create_user(f"seller{number}@bench.example")
    return Seller.objects.create(
        user=user,
        name=f"Shop {number}",
        slug=f"shop-{number}",
        status=Seller.Status.APPROVED,
        commission_rate=1_000,
    )


def _product(sku: str, seller: Seller, category: Category, at: datetime) -> Product:
    return Product(
        seller=seller,
        category=category,
        title=f"Bench {sku}",
        slug=sku.lower(),
        status=Product.Status.ACTIVE,
        currency=settings.SHOP_CURRENCY,
        price=PRICE,
        in_stock=True,
        created_at=at,
        updated_at=at,
    )


def _people() -> None:
    password = make_password(PASSWORD)
    buyers = User.objects.bulk_create(
        User(email=f"buyer{number}@bench.example", password=password) for number in range(BUYERS)
    )
    post_batch([_deposit(buyer) for buyer in buyers])


def _deposit(buyer: User) -> Posting:
    currency = settings.SHOP_CURRENCY
    lines = (Line(funding(currency), -MONEY), Line(wallet(buyer.pk, currency), MONEY))
    return Posting("deposit", f"open-{buyer.pk.hex}", lines, scope="bench")
