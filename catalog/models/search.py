"""What the database itself keeps beside products, so that questions need not read them all.

Nobody writes these but the triggers in ``catalog/triggers``.
"""

from typing import ClassVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from catalog.models.products import Product
from catalog.models.shelves import Brand, Category


class LexemesField(models.TextField):  # type: ignore[type-arg]  # not generic when it runs
    """PostgreSQL's ``tsvector``. Empty on SQLite, whose FTS5 table has the words."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "tsvector" if connection.vendor == "postgresql" else "text"


class SearchDocument(models.Model):
    """The words by which a product is found. On SQLite ``id`` is the row of ``catalog_searchindex``.

    PostgreSQL's have more, so that a search need not read products: each word once plainly, once with ``n_`` before it if it stands in
    title, brand, category or SKU, once with ``t_`` if in the title; ``shown_in``, the currency that the product is for
    sale in, or null if it is not published; and the product's ``units_sold``.
    """

    product = models.OneToOneField(Product, on_delete=models.CASCADE, related_name="document")
    lexemes = LexemesField(null=True, editable=False)
    shown_in = models.CharField(max_length=3, null=True, editable=False)  # noqa: DJ001  # shown in none: an index leaves these out
    units_sold = models.PositiveBigIntegerField(db_default=0, editable=False)

    def __str__(self) -> str:
        return str(self.product_id)


class SearchWord(models.Model):
    """A word of some title, brand or category under each ``key``: itself, and itself less a letter.

    Two words that share a key differ by one letter missing, added, wrong or swapped with its neighbour.
    """

    key = models.CharField(max_length=24)
    word = models.CharField(max_length=24)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "word"], name="catalog_searchword_once"),
        ]

    def __str__(self) -> str:
        return self.word


class RollUp(models.Model):
    """How many published products a shelf gained or lost; a shelf's figures are the sums of its rows.

    Of each shelf there are rows of all brands together, without a brand, and rows of each brand.

    Rows are only added, so that writers never wait for each other, and ``fold_rollups`` adds up
    old ones. ``price`` is the sum of the products' prices in minor units of ``currency``; ``rated`` is
    how many of them have reviews, and ``rating`` the sum of their ratings in hundredths of a star.
    """

    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+")
    brand = models.ForeignKey(
        Brand, on_delete=models.CASCADE, related_name="+", null=True, db_index=False
    )
    condition = models.CharField(max_length=12)
    in_stock = models.BooleanField()
    currency = models.CharField(max_length=3)
    products = models.BigIntegerField()
    price = models.BigIntegerField()
    rated = models.BigIntegerField(default=0, db_default=0)
    rating = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["brand", "currency", "products"], name="catalog_rollup_brand"),
        ]

    def __str__(self) -> str:
        return f"{self.products:+} in {self.category_id}"


class PriceStep(models.Model):
    """How many published products from one price to the next a category gained or lost, or a brand did.

    A ``step`` begins at a price, in minor units of ``currency``, whose digits but the first are zeros: 900,
    1000, 2000. A product counts in its category's rows and, if it has a brand, in the brand's. As of
    ``RollUp``, rows are only added, and are folded.
    """

    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="+", null=True)
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="+", null=True)
    condition = models.CharField(max_length=12)
    in_stock = models.BooleanField()
    currency = models.CharField(max_length=3)
    step = models.BigIntegerField()
    products = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(category=None) ^ models.Q(brand=None),
                name="catalog_pricestep_category_or_brand",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.products:+} from {self.step} in {self.category_id or self.brand_id}"
