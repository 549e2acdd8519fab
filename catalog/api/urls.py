"""Routes of the catalogue below ``/api/v1/``."""

from django.urls import path

from catalog.api import (
    seller_files,
    seller_media,
    seller_products,
    seller_stock,
    seller_variants,
    views,
    wishlists,
)

urlpatterns = [
    path("categories", views.CategoryTreeView.as_view()),
    path("products", seller_products.ProductsView.as_view()),
    path("products/brands", views.BrandListView.as_view()),
    path("products/categories", views.CategoryListView.as_view()),
    path("products/stats", views.StatsView.as_view()),
    path("products/suggest", views.SuggestView.as_view()),
    path("products/<str:reference>", seller_products.ProductReferenceView.as_view()),
    path("products/<str:reference>/related", wishlists.RelatedView.as_view()),
    path("products/<uuid:product_id>/variants", seller_variants.VariantsView.as_view()),
    path(
        "products/<uuid:product_id>/variants/<uuid:variant_id>",
        seller_variants.VariantView.as_view(),
    ),
    path("products/<uuid:product_id>/media", seller_media.MediaView.as_view()),
    path("products/<uuid:product_id>/media/<uuid:media_id>", seller_media.PictureView.as_view()),
    path("seller/products/import", seller_files.ImportView.as_view()),
    path("seller/products/export", seller_files.ExportView.as_view()),
    path("seller/products", seller_products.OwnProductsView.as_view()),
    path("seller/products/<uuid:product_id>", seller_products.OwnProductView.as_view()),
    path("seller/stock/low", seller_stock.LowStockView.as_view()),
    path("wishlists", wishlists.WishlistsView.as_view()),
    path("wishlists/shared/<str:token>", wishlists.SharedWishlistView.as_view()),
    path("wishlists/<uuid:wishlist_id>", wishlists.WishlistView.as_view()),
    path("wishlists/<uuid:wishlist_id>/items", wishlists.WishlistItemsView.as_view()),
    path(
        "wishlists/<uuid:wishlist_id>/items/<uuid:product_id>",
        wishlists.WishlistItemView.as_view(),
    ),
    path("wishlists/<uuid:wishlist_id>/share", wishlists.WishlistShareView.as_view()),
    path("seller/variants/<uuid:variant_id>/stock", seller_stock.StockView.as_view()),
]
