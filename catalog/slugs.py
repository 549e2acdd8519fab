"""What the slugs in an address stand for, in one question to the database."""

from collections.abc import Mapping
from uuid import UUID

from catalog.models.shelves import ShownCategory
from core import prepared

FOUND = """
    WITH RECURSIVE shown (id) AS (
      SELECT id FROM catalog_category WHERE slug = %s AND is_active
      UNION ALL
      SELECT below.id FROM catalog_category below JOIN shown ON below.parent_id = shown.id
       WHERE below.is_active
    )
    SELECT 'category', id FROM shown
    UNION ALL SELECT 'brand', id FROM catalog_brand WHERE slug = %s
    UNION ALL SELECT 'seller', id FROM accounts_seller WHERE slug = %s AND status = 'approved'
    """


def found(slugs: Mapping[str, str]) -> dict[str, ShownCategory | UUID]:
    """Of those that ``slugs`` names (``category``, ``brand``, ``seller``) what there is to be seen."""
    if not slugs:
        return {}
    rows = prepared.rows(FOUND, [slugs.get(name) for name in ("category", "brand", "seller")])
    ids = [(kind, UUID(str(pk))) for kind, pk in rows]
    shown = {pk for kind, pk in ids if kind == "category"}
    others = {kind: pk for kind, pk in ids if kind != "category"}
    return {**others, "category": ShownCategory(shown)} if shown else others
