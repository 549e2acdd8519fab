"""Changes to wishlists. Each is its owner's: callers look it up among the owner's own."""

import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from catalog import errors
from catalog.models import Product, Wishlist, WishlistItem
from core.locks import advisory_lock
from core.models import NEXT_VERSION

MAX_LISTS = 20
"""Of one user."""
MAX_ITEMS = 200
"""Of one list."""
FIRST_NAME = "Wishlist"
"""What a list is called that nobody has named."""


@transaction.atomic
def create_wishlist(*, owner: User, name: str) -> Wishlist:
    """A new, private list.

    :raises TooManyWishlists: the owner has ``MAX_LISTS``.
    """
    advisory_lock(f"catalog:wishlists:{owner.pk}")
    if Wishlist.objects.filter(owner=owner).count() >= MAX_LISTS:
        raise errors.TooManyWishlists
    return Wishlist.objects.create(owner=owner, name=name)


@transaction.atomic
def first_wishlist(*, owner: User) -> Wishlist:
    """The owner's oldest list; a new, private one if there is none."""
    advisory_lock(f"catalog:wishlists:{owner.pk}")
    oldest = Wishlist.objects.filter(owner=owner).first()
    return oldest or Wishlist.objects.create(owner=owner, name=FIRST_NAME)


def delete_wishlist(wishlist: Wishlist) -> None:
    """For good, with what is on it."""
    wishlist.delete()


def rename_wishlist(wishlist: Wishlist, *, name: str, at: datetime) -> None:
    _change(wishlist, at, name=name)


def share_wishlist(wishlist: Wishlist, *, at: datetime) -> None:
    """Let whoever knows the new link look. A link that was there before is good no more."""
    _change(wishlist, at, token=secrets.token_urlsafe(32))


def unshare_wishlist(wishlist: Wishlist, *, at: datetime) -> None:
    """Make it private again."""
    _change(wishlist, at, token="")


@transaction.atomic
def wish(wishlist: Wishlist, product: Product, *, at: datetime) -> None:
    """Put a product on a list, where it may be already.

    :raises WishlistFull: the list has ``MAX_ITEMS``.
    """
    locked = Wishlist.objects.filter(pk=wishlist.pk).locked().get()
    if locked.items.filter(product=product).exists():
        return
    if locked.items.count() >= MAX_ITEMS:
        raise errors.WishlistFull
    WishlistItem.objects.create(wishlist=locked, product=product, added_at=at)


def unwish(wishlist: Wishlist, product_id: UUID) -> bool:
    """Take a product off a list; whether it was on it."""
    deleted, _ = wishlist.items.filter(product_id=product_id).delete()
    return bool(deleted)


def _change(wishlist: Wishlist, at: datetime, **columns: str) -> None:
    Wishlist.objects.filter(pk=wishlist.pk).update(**columns, updated_at=at, version=NEXT_VERSION)
    wishlist.refresh_from_db()
