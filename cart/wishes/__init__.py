"""From a wishlist into the cart."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from cart import services
from cart.shoppers import Shopper
from catalog.models import Product, Wishlist
from catalog.services import unwish


@transaction.atomic
def move_to_cart(*, user: User, wishlist: Wishlist, product_id: UUID, at: datetime) -> Product:
    """Put one of a product on ``wishlist`` into the user's cart, and take it off the list.

    :raises ProductUnavailable: not for sale, or there are variants to choose from.
    :raises TooManyInCart: as many are in the cart as may be bought at once.
    """
    variant = services.sellable_variant(product_id=product_id, variant_id=None)
    services.add(shopper=Shopper(user=user), variant=variant, quantity=1, at=at)
    unwish(wishlist, product_id)
    return variant.product
