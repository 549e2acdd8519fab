"""What is for sale: categories, brands, products and their variants, media, stock, wishlists."""

from catalog.models.changes import CatalogueChange
from catalog.models.media import Media
from catalog.models.products import Product, Variant, option_key
from catalog.models.search import PriceStep, RollUp, SearchDocument, SearchWord
from catalog.models.shelves import Brand, Category
from catalog.models.stock import StockMovement
from catalog.models.wishlists import Wishlist, WishlistItem

__all__ = [
    "Brand",
    "CatalogueChange",
    "Category",
    "Media",
    "PriceStep",
    "Product",
    "RollUp",
    "SearchDocument",
    "SearchWord",
    "StockMovement",
    "Variant",
    "Wishlist",
    "WishlistItem",
    "option_key",
]
