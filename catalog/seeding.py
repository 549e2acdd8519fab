"""Goods by the hundred thousand, for trying things out: the same ones for the same seed.

They come in rows and not by a service: nothing here happened in a shop, and nobody is to be told. Each product is drawn from its own number, so that asking for more adds to what is there.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from uuid import NAMESPACE_DNS, UUID, uuid5

from django.conf import settings
from django.db import connection, transaction
from django.utils.text import slugify
from faker import Faker

from accounts.models import Seller, User
from catalog.models import Brand, Category, Product, StockMovement, Variant
from core import bulk

BATCH = 2_000
WORDS_INDEX = "catalog_search_lexemes"
COMMISSION = 1_000
DEPARTMENTS = 12
SHELVES = 5
"""Categories in each department."""
BRANDS = 150
WORDS = 900
FIRST_ID = 0x0195_0000_0000
"""Milliseconds since 1970 in the UUIDv7 of product number 0; each later one is a millisecond younger."""


@dataclass(frozen=True, slots=True)
class Words:
    """What titles and descriptions are put together from."""

    adjectives: Sequence[str]
    nouns: Sequence[str]
    sentences: Sequence[str]


@dataclass(frozen=True, slots=True)
class Shop:
    """Where seeded products go."""

    seed: int
    sellers: Sequence[Seller]
    categories: Sequence[Category]
    brands: Sequence[Brand]
    words: Words


@dataclass(frozen=True, slots=True)
class Goods:
    """A product, its one variant, and what the variant's opening movement is to bring."""

    product: Product
    variant: Variant
    stock: int


def prepare(seed: int, sellers: int) -> Shop:
    """Sellers, categories and brands of ``seed``; those that are there already are found again."""
    faker = Faker("en_US")
    faker.seed_instance(seed)
    vocabulary = faker.words(nb=WORDS, unique=True)
    words = Words(
        adjectives=[*vocabulary[: WORDS // 2], *sorted({faker.last_name() for _ in range(500)})],
        nouns=vocabulary[WORDS // 2 :],
        sentences=[faker.sentence(12) for _ in range(600)],
    )
    return Shop(
        seed=seed,
        sellers=[_seller(seed, number, faker.company()) for number in range(sellers)],
        categories=list(_categories(seed, words.nouns)),
        brands=[_brand(seed, number, faker.last_name()) for number in range(BRANDS)],
        words=words,
    )


def missing(shop: Shop, products: int) -> list[int]:
    """Numbers below ``products`` that are not in the shop."""
    seeded = Variant.objects.filter(sku__startswith=_sku(shop.seed, None))
    known = set(seeded.values_list("sku", flat=True))
    return [number for number in range(products) if _sku(shop.seed, number) not in known]


def fill(shop: Shop, numbers: Sequence[int], *, at: datetime) -> Iterator[int]:
    """Put these on sale, a batch at a time; yields how many were added."""
    batches = range(0, len(numbers), BATCH)
    with _words_sorted_in_bulk():
        for place, start in enumerate(batches, start=1):
            yield _add([_goods(shop, number) for number in numbers[start : start + BATCH]], at)
            if place.bit_count() == 1:
                bulk.measure_tables()  # or triggers go on as is best for nearly empty tables


@contextmanager
def _words_sorted_in_bulk() -> Iterator[None]:
    """PostgreSQL's index of words, which a shop has always ready, takes many times as long one by one."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"ALTER INDEX {WORDS_INDEX} SET (fastupdate=on, gin_pending_list_limit=262144)"
        )
        try:
            yield
        finally:
            cursor.execute(f"ALTER INDEX {WORDS_INDEX} SET (fastupdate=off)")
            cursor.execute(f"ALTER INDEX {WORDS_INDEX} RESET (gin_pending_list_limit)")
            cursor.execute("SELECT gin_clean_pending_list(%s)", [WORDS_INDEX])


@transaction.atomic
def _add(goods: Sequence[Goods], at: datetime) -> int:
    bulk.insert(each.product for each in goods)
    bulk.insert(each.variant for each in goods)
    bulk.insert(_opening(each, at) for each in goods if each.stock)
    return len(goods)


def _opening(goods: Goods, at: datetime) -> StockMovement:
    """Of a variant whose ``stock`` in memory stays what it was, for nobody inserts it again."""
    reason = StockMovement.Reason.OPENING
    return StockMovement.of(goods.variant, goods.stock, reason=reason, at=at)


def _goods(shop: Shop, number: int) -> Goods:
    random = Random(f"{shop.seed}:{number}")  # noqa: S311  # not a secret
    words, price = shop.words, int(100 * random.lognormvariate(3, 1)) + 50
    noun = random.choice(words.nouns)
    title = (
        f"{random.choice(words.adjectives)} {random.choice(words.adjectives)} {noun}".capitalize()
    )
    sku, stock = _sku(shop.seed, number), random.choice((0, 1, 5, 20, 100))
    born = datetime.fromtimestamp((FIRST_ID + number) / 1000, UTC)
    product = Product(
        id=_id(number, random),
        seller=random.choice(shop.sellers),
        category=random.choice(shop.categories),
        brand=random.choice(shop.brands) if random.random() < 0.9 else None,
        title=title,
        slug=f"{slugify(title)}-{sku.lower()}",
        description=" ".join(random.choices(words.sentences, k=3)),
        condition=random.choices(Product.Condition.values, (8, 1, 1))[0],
        status=Product.Status.ACTIVE,
        featured=random.random() < 0.02,
        units_sold=int(random.paretovariate(1)),
        currency=settings.SHOP_CURRENCY,
        price=price,
        in_stock=stock > 0,
        created_at=born,
        updated_at=born,
    )
    variant = Variant(
        product=product,
        sku=sku,
        price=price,
        currency=product.currency,
        created_at=born,
        updated_at=born,
    )
    return Goods(product, variant, stock)


def _id(number: int, random: Random) -> UUID:
    """A UUIDv7 in the order of ``number``."""
    return UUID(int=(FIRST_ID + number) << 80 | 0x7 << 76 | 0b10 << 62 | random.getrandbits(62))


def _sku(seed: int, number: int | None) -> str:
    """Of every product of the seed: what they begin with."""
    return f"SEED{seed}-" if number is None else f"SEED{seed}-{number:07}"


def _seller(seed: int, number: int, name: str) -> Seller:
    user, _ = User.objects.get_or_create(
        email=f"seller{number}@seed{seed}.example",
        defaults={"id": _known_id(seed, f"user {number}"), "first_name": name, "password": "!"},
    )
    seller, _ = Seller.objects.get_or_create(
        slug=f"seed{seed}-seller-{number}",
        defaults={
            "user": user,
            "name": name,
            "status": Seller.Status.APPROVED,
            "commission_rate": COMMISSION,
        },
    )
    return seller


def _categories(seed: int, nouns: Sequence[str]) -> Iterator[Category]:
    """The shelves of each department."""
    for place in range(DEPARTMENTS):
        department = _category(seed, f"{nouns[place]}s", place, None)
        for shelf in range(SHELVES):
            name = f"{nouns[place]} {nouns[DEPARTMENTS + place * SHELVES + shelf]}s"
            yield _category(seed, name, shelf, department)


def _category(seed: int, name: str, order: int, parent: Category | None) -> Category:
    slug = slugify(f"seed{seed} {parent.slug if parent else ''} {order}")
    category, _ = Category.objects.get_or_create(
        slug=slug, defaults={"name": name.capitalize(), "sort_order": order, "parent": parent}
    )
    return category


def _brand(seed: int, number: int, name: str) -> Brand:
    brand, _ = Brand.objects.get_or_create(
        slug=f"seed{seed}-brand-{number}", defaults={"name": name}
    )
    return brand


def _known_id(seed: int, name: str) -> UUID:
    return uuid5(NAMESPACE_DNS, f"{name}.seed{seed}.example")
