"""Addresses of the shop's pages."""

from django.urls import path

from catalog import views
from catalog.uploads.views import uploaded
from catalog.wishlists import views as wishlists

urlpatterns = [
    path("", views.home, name="home"),
    path("search", views.search, name="search"),
    path("search/suggestions", views.suggestions, name="suggestions"),
    path("c/<slug:slug>", views.category, name="category"),
    path("p/<slug:slug>", views.product, name="product"),
    path("pictures/<str:sku>.svg", views.picture, name="picture"),
    path("wishlists", wishlists.wishlists, name="wishlists"),
    path("wishlists/wish", wishlists.wish, name="wish"),
    path("wishlists/shared/<str:token>", wishlists.shared, name="shared_wishlist"),
    path("wishlists/<uuid:wishlist_id>", wishlists.wishlist, name="wishlist"),
    path("wishlists/<uuid:wishlist_id>/name", wishlists.rename, name="rename_wishlist"),
    path("wishlists/<uuid:wishlist_id>/delete", wishlists.delete, name="delete_wishlist"),
    path("wishlists/<uuid:wishlist_id>/share", wishlists.share, name="share_wishlist"),
    path("wishlists/<uuid:wishlist_id>/unshare", wishlists.unshare, name="unshare_wishlist"),
    path("wishlists/<uuid:wishlist_id>/remove", wishlists.remove, name="unwish"),
    path("media/<path:name>", uploaded, name="uploaded"),
]
