"""The catalogue's version grows with what anybody may see, and with nothing else."""

import re
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Seller
from catalog.models import Brand, CatalogueChange, Category, Media, Product, Variant
from catalog.tests.factories import BrandFactory, move_stock, on_sale
from catalog.versions import fold, version

NOW = timezone.now()
TRIGGERS = Path(__file__).parents[1] / "triggers"

SEEN = [Brand, Category, Media, Product, Seller, Variant]

CHANGES = {
    "title": lambda: Product.objects.update(title="Saucer"),
    "status": lambda: Product.objects.update(status="archived"),
    "sold out": lambda: Product.objects.update(in_stock=False),
    "price": lambda: Variant.objects.update(price=5),
    "category": lambda: Category.objects.update(name="China"),
    "brand": lambda: Brand.objects.update(name="Spode"),
    "seller": lambda: Seller.objects.update(status="suspended"),
    "new product": on_sale,
    "new brand": BrandFactory,
    "new picture": lambda: Media.objects.create(product=Product.objects.get(), url="/x.png"),
    "no picture": lambda: Media.objects.all().delete(),
}
NOTHING_TO_SEE = {
    "views": lambda: Product.objects.update(view_count=1, units_sold=2, rating=400),
    "stock": lambda: move_stock(Variant.objects.get(), -1),
    "the same": lambda: Product.objects.update(title="Cup", updated_at=NOW, version=7),
    "nobody": lambda: Product.objects.filter(title="Saucer").update(title="Plate"),
    "a deletion of none": lambda: Brand.objects.filter(name="Spode").delete(),
}


@pytest.fixture
def cup(transactional_db):
    on_sale(title="Cup", brand=BrandFactory())
    Media.objects.create(product=Product.objects.get(), url="/cup.png")


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_is_a_new_version(cup, change):
    before = version()

    change()

    assert version() > before


@pytest.mark.parametrize("change", NOTHING_TO_SEE.values(), ids=NOTHING_TO_SEE)
def test_what_nobody_sees_is_no_new_version(cup, change):
    before = version()

    change()

    assert version() == before


def test_what_is_rolled_back_was_never_there(cup):
    before = version()

    with transaction.atomic():
        Product.objects.update(title="Saucer")
        transaction.set_rollback(True)

    assert version() == before


def test_a_fold_leaves_the_version_and_one_row(cup):
    Product.objects.update(title="Saucer")
    before = version()

    fold()

    assert version() == before
    assert list(CatalogueChange.objects.values_list()) == [(0, before)]
    assert fold() == 0

    Product.objects.update(title="Plate")
    assert version() == before + 1


@pytest.mark.parametrize("model", SEEN, ids=lambda model: model.__name__)
def test_every_column_is_watched_on_both_engines_or_on_none(model):
    table = model._meta.db_table
    edited = rf"TRIGGER \w+_edited AFTER UPDATE ON {table}\n(.*?)(?:END;|\);)"
    sqlite = re.search(edited, (TRIGGERS / "changes.sqlite.sql").read_text(), re.DOTALL)
    postgresql = re.search(edited, (TRIGGERS / "changes.postgresql.sql").read_text(), re.DOTALL)
    watched = set(re.findall(r"NEW\.(\w+)", sqlite[1]))
    ignored = set(re.findall(r"'(\w+)'", postgresql[1]))

    columns = {field.column for field in model._meta.concrete_fields}

    assert columns - watched - ignored <= {"id", "created_at", "updated_at", "version"}
    assert not watched & ignored
    assert watched <= columns
