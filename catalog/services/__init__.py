"""Changes to what is for sale. One door each: API, pages, back office, tasks and commands call these."""

from catalog.services.listing import NewProduct, list_products
from catalog.services.media import (
    add_picture,
    delete_picture,
    edit_picture,
    make_thumbnail,
)
from catalog.services.products import (
    delete_product,
    draft_product,
    edit_product,
    refuse_move,
    slug_of,
)
from catalog.services.sales import count_sales
from catalog.services.stock import adjust_stock, count_stock, return_stock, take_stock
from catalog.services.variants import (
    NewVariant,
    add_variant,
    change_variant,
    create_variant,
    edit_variant,
    refuse_beside,
    retire_variant,
)
from catalog.services.wishlists import (
    create_wishlist,
    delete_wishlist,
    first_wishlist,
    rename_wishlist,
    share_wishlist,
    unshare_wishlist,
    unwish,
    wish,
)

__all__ = [
    "NewProduct",
    "NewVariant",
    "add_picture",
    "add_variant",
    "adjust_stock",
    "change_variant",
    "count_sales",
    "count_stock",
    "create_variant",
    "create_wishlist",
    "delete_picture",
    "delete_product",
    "delete_wishlist",
    "draft_product",
    "edit_picture",
    "edit_product",
    "edit_variant",
    "first_wishlist",
    "list_products",
    "make_thumbnail",
    "refuse_beside",
    "refuse_move",
    "rename_wishlist",
    "retire_variant",
    "return_stock",
    "share_wishlist",
    "slug_of",
    "take_stock",
    "unshare_wishlist",
    "unwish",
    "wish",
]
