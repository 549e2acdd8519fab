"""What products look like."""

from typing import ClassVar

from django.db import models

from catalog.models.products import Product, Variant
from core.models import Identified


class Media(Identified):
    """A picture of a product (or of one variant), shown in ``position`` order.

    ``url`` is what is shown; uploads have their ``file`` besides, and a ``thumbnail`` a little later.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="media")
    variant = models.ForeignKey(
        Variant, on_delete=models.CASCADE, related_name="media", null=True, blank=True
    )
    url = models.CharField(max_length=500)
    file = models.FileField(max_length=200, blank=True, editable=False)
    thumbnail = models.FileField(max_length=200, blank=True, editable=False)
    alt = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name_plural = "media"
        ordering: ClassVar = ["position", "id"]

    def __str__(self) -> str:
        return self.url

    @property
    def thumbnail_url(self) -> str:
        """The small copy's address; the picture's own while there is none."""
        return str(self.thumbnail.url) if self.thumbnail else self.url
