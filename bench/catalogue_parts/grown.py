"""A catalogue becomes many times as large, but not for those who ask for what stays as it is.

What is added are copies of products under other ids, addresses and SKUs, and of other times: of those only that stand
on none of the shelves, and have none of the words, that are asked for afterwards. By hand, as seeding a million takes
longer than all the rest, and at once, as no index is kept up meanwhile.
"""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from django.db import connection, transaction

from catalog.models import Brand, Category, Product
from catalog.search.language import forms

OWN_SHELVES = 0.2
"""The share of categories and brands that stay as they are."""
OWN_WORDS = 100

ORIGINALS = """
    CREATE TEMPORARY TABLE original AS
    SELECT product.id, row_number() OVER (ORDER BY product.id) AS number
      FROM catalog_product product JOIN catalog_searchdocument document ON document.product_id = product.id
     WHERE category_id <> ALL (%(categories)s) AND (brand_id IS NULL OR brand_id <> ALL (%(brands)s))
       AND NOT lexemes @@ (%(words)s)::tsquery
    """

COPIES = """
    CREATE TEMPORARY TABLE copied AS
    SELECT original.id AS original_id, gen_random_uuid() AS id, gen_random_uuid() AS variant_id, 'COPY-' || copy AS name,
           began + random() * (ended - began) AS created_at
      FROM generate_series(1, %(copies)s) copy
      JOIN original ON original.number = 1 + copy %% (SELECT count(*) FROM original)
     CROSS JOIN (SELECT min(created_at) AS began, max(created_at) AS ended FROM catalog_product) times
    """

TABLES: Mapping[str, Mapping[str, str]] = {
    "catalog_product": {
        "id": "copied.id",
        "slug": "lower(copied.name)",
        "created_at": "copied.created_at",
    },
    "catalog_variant": {
        "id": "copied.variant_id",
        "product_id": "copied.id",
        "sku": "copied.name",
    },
    "catalog_searchdocument": {"product_id": "copied.id"},
}
"""What a copy has of its own; all else is the original's."""

INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
     WHERE indrelid = %s::regclass AND NOT indisunique
    """

COLUMNS = """
    SELECT attname FROM pg_attribute
     WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = '' AND attgenerated = ''
     ORDER BY attnum
    """


def main(*, seed: int, copies: int, words: Sequence[str]) -> dict[str, Any]:
    """Answers slugs of the ``categories`` and ``brands``, and the ``words``, of which there are no copies."""
    random = Random("grown")
    leaves = Category.objects.filter(slug__startswith=f"seed{seed}-", parent__isnull=False)
    categories = _some(random, leaves)
    brands = _some(random, Brand.objects.filter(slug__startswith=f"seed{seed}-"))
    own = random.sample(sorted(words), min(OWN_WORDS, len(words)))
    asked = {
        "categories": list(categories.values()),
        "brands": list(brands.values()),
        "words": " | ".join(f"'{form}'" for word in own for form in forms(word)),
    }
    _copy(asked, copies)
    return {"categories": sorted(categories), "brands": sorted(brands), "words": own}


def _some(random: Random, shelves: Any) -> dict[str, Any]:
    pairs = sorted(shelves.values_list("slug", "pk"))
    return dict(random.sample(pairs, round(len(pairs) * OWN_SHELVES)))


def _copy(asked: Mapping[str, Any], copies: int) -> None:
    """No trigger sees it: ``migrate`` finds out afterwards what is missing."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
        cursor.execute(ORIGINALS, asked)
        cursor.execute(COPIES, {"copies": copies})
        cursor.execute("CREATE INDEX ON copied (original_id)")
        cursor.execute("ANALYZE copied")
        for table, own in TABLES.items():
            _copy_rows(cursor, table, own)
        assert Product.objects.count() > copies, "Too few were copied."


def _copy_rows(cursor: Any, table: str, own: Mapping[str, str]) -> None:
    cursor.execute(INDEXES, [table])
    indexes = cursor.fetchall()
    cursor.execute(COLUMNS, [table])
    columns = [column for (column,) in cursor.fetchall()]
    key = "id" if table == "catalog_product" else "product_id"
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    values = ", ".join(own.get(column, f"original.{column}") for column in columns)
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608  # names are the schema's
        f"SELECT {values} FROM copied JOIN {table} original ON original.{key} = copied.original_id"
    )
    for _, definition in indexes:
        cursor.execute(definition)
    cursor.execute(f"ANALYZE {table}")
