"""The catalogue's version: a number that grows with every change to what anybody may see of it."""

from django.db import transaction
from django.db.models import F

from catalog.models import CatalogueChange
from core import prepared

FOLDED = 0
"""The row of all changes that are folded."""


def version() -> int:
    """As of the last commit. Read it before what it is to describe."""
    [(number,)] = prepared.rows("SELECT COALESCE(SUM(number), 0) FROM catalog_cataloguechange", [])
    return int(number)


@transaction.atomic
def fold() -> int:
    """Put the notes of all transactions into one row, which leaves the version as it is. Returns how many
    there were. Safe to run twice at once: the second finds nothing left to do."""
    rows = CatalogueChange.objects.select_for_update().order_by("writer")
    notes = dict(rows.exclude(pk=FOLDED).values_list("pk", "number"))
    if notes:
        CatalogueChange.objects.get_or_create(pk=FOLDED, defaults={"number": 0})
        CatalogueChange.objects.filter(pk__in=notes).delete()
        CatalogueChange.objects.filter(pk=FOLDED).update(number=F("number") + sum(notes.values()))
    return len(notes)
