"""Where products stand: categories and brands."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.utils.functional import cached_property
from tree_queries.models import TreeNode

from core.models import Versioned


@dataclass(frozen=True, slots=True)
class ShownCategory:
    """What products are narrowed by: the ids of a category and of all below it that is shown."""

    shown: set[UUID]


class Category(Versioned, TreeNode):  # type: ignore[misc,django-manager-missing]  # no stubs
    """A node of the category tree. Soft-deleted by ``is_active``: products refer to it."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=140, unique=True)
    description = models.TextField(blank=True)
    image_url = models.URLField(max_length=500, blank=True)
    sort_order = models.IntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name_plural = "categories"
        ordering: ClassVar = ["sort_order", "name", "id"]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def shown(self) -> set[UUID]:
        """Itself and all below it, but nothing that is or hangs below what is switched off."""
        shown: set[UUID] = set()
        for each in self.descendants(include_self=True):
            if each.is_active and (each == self or each.parent_id in shown):
                shown.add(each.pk)
        return shown


class Brand(Versioned):
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=140, unique=True)

    class Meta:
        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        return self.name
