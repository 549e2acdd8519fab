"""What the database itself notes of every change to what the catalogue shows."""

from django.db import models


class CatalogueChange(models.Model):
    """The catalogue's version is the sum of ``number``; triggers in ``catalog/triggers`` add to it.

    A row for each transaction that changed something (``writer`` is its number), so that writers never wait for each other,
    and row 0 of all that are folded. Counters (views, sales, ratings) and stock do not count as
    changes; that something is sold out or back does.
    """

    writer = models.BigIntegerField(primary_key=True)
    number = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.writer}: {self.number}"
