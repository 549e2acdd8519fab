"""Changes to what products look like. Files are written before a transaction, and deleted after one."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import IO, Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from catalog import errors
from catalog.models import Media, Product, Variant
from catalog.services.editing import lock_version, record, touch
from catalog.uploads import pictures
from core import events
from core.errors import Stale
from core.models import Event

MAX_PICTURES = 20
"""Of one product."""
LAST_POSITION = 32_767
"""What its column holds. Pictures of one position stand in the order in which they were added."""


def add_picture(
    product: Product, sent: IO[bytes], *, alt: str, variant: Variant | None, at: datetime
) -> Media:
    """Add what was ``sent`` behind a product's other pictures.

    :raises PictureRefused: it is no picture, or none that may be kept.
    :raises TooManyPictures: the product has ``MAX_PICTURES``.
    """
    media = Media(product=product, variant=variant, alt=alt)
    written = ContentFile(pictures.rewritten(sent))
    media.file.name = default_storage.save(f"products/{media.pk}.webp", written)
    media.url = media.file.url
    try:
        _insert(media, at)
    except errors.TooManyPictures:
        default_storage.delete(str(media.file.name))
        raise
    return media


@transaction.atomic
def edit_picture(
    media: Media, changes: Mapping[str, Any], *, version: int | None, at: datetime
) -> None:
    """Write ``changes`` (``alt``, ``position``); ``version`` is the product's.

    :raises Stale: the product has another version.
    """
    product = lock_version(media.product, version)
    Media.objects.filter(pk=media.pk).update(**changes)
    _edited(product, at)


@transaction.atomic
def delete_picture(media: Media, *, version: int | None, at: datetime) -> None:
    """Take a picture away, and its files once that is certain.

    :raises Stale: the product has another version.
    """
    product = lock_version(media.product, version)
    locked = Media.objects.select_for_update().filter(pk=media.pk).first()
    if locked is None:
        raise Stale
    names = [str(file.name) for file in (locked.file, locked.thumbnail) if file]
    locked.delete()
    _edited(product, at)
    for name in names:
        transaction.on_commit(partial(default_storage.delete, name))


@events.unhurried
def make_thumbnail(event: Event) -> None:
    """Write a new picture's small copy; consumer of ``picture.added``. Repeated, it starts anew.

    A picture that is gone meanwhile has none.

    :raises FileExistsError: another attempt is writing it at this moment.
    """
    media = Media.objects.filter(pk=event.subject_id, thumbnail="").exclude(file="").first()
    if media is None:
        return
    with default_storage.open(str(media.file.name)) as kept:
        small = ContentFile(pictures.thumbnail(kept))
    name = _written_over(f"products/{media.pk}.thumb.webp", small)
    if not Media.objects.filter(pk=media.pk).update(thumbnail=name):
        default_storage.delete(name)


def _written_over(name: str, content: "ContentFile[bytes]") -> str:
    """Save under this very name, whatever an attempt that died has left there."""
    default_storage.delete(name)
    saved = default_storage.save(name, content)
    if saved != name:
        default_storage.delete(saved)
        raise FileExistsError(name)
    return name


@transaction.atomic
def _insert(media: Media, at: datetime) -> None:
    product = lock_version(media.product, None)
    others = Media.objects.filter(product=product).order_by("position").values_list("position")
    if len(others) >= MAX_PICTURES:
        raise errors.TooManyPictures(field="file")
    media.position = min(others[len(others) - 1][0] + 1, LAST_POSITION) if others else 0
    media.save(force_insert=True)
    events.record("picture.added", media.pk, {}, at=at)
    _edited(product, at)


def _edited(product: Product, at: datetime) -> None:
    touch(product, set(), at=at)
    record(product, "edited", ["media"], at=at)
