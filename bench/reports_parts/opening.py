"""Put products on the shelves, under ids that SQL can name by their number."""

from hashlib import md5
from uuid import UUID

from django.db import transaction

from accounts.models import Seller, User
from bench.reports_parts.terms import CATEGORIES, PRODUCTS, SELLERS
from catalog.models import Category, Product
from core import clock


@transaction.atomic
def main() -> None:
    users = User.objects.bulk_create(
        User(email=f"seller{number}@bench.example", password="!")  # noqa: S106  # nobody's
        for number in range(SELLERS)
    )
    Seller.objects.bulk_create(
        Seller(
            pk=numbered("seller", n),
            user=user,
            name=f"Shop {n}",
            slug=f"shop-{n}",
            commission_rate=1_000,
        )
        for n, user in enumerate(users)
    )
    Category.objects.bulk_create(
        Category(pk=numbered("category", n), name=f"Shelf {n}", slug=f"shelf-{n}")
        for n in range(CATEGORIES)
    )
    at = clock.now()
    Product.objects.bulk_create(
        Product(
            pk=numbered("product", n),
            seller_id=numbered("seller", n % SELLERS),
            category_id=numbered("category", n % CATEGORIES),
            title=f"Thing {n}",
            slug=f"thing-{n}",
            currency="GBP",
            price=100,
            created_at=at,
            updated_at=at,
        )
        for n in range(PRODUCTS)
    )


def numbered(kind: str, number: int) -> UUID:
    """As ``md5(kind || number)::uuid`` in SQL."""
    return UUID(md5(f"{kind}{number}".encode(), usedforsecurity=False).hexdigest())
