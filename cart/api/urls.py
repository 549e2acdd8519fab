"""Routes of the cart below ``/api/v1/``. Checkout is routed to orders."""

from django.urls import path

from cart.api import codes, customers, seller_promotions, shipping, views

urlpatterns = [
    path("cart", views.CartDetailView.as_view()),
    path("cart/<uuid:customer_id>", customers.CustomersCartView.as_view()),
    path("cart/merge", views.MergeView.as_view()),
    path("cart/promotions", codes.CartPromotionsView.as_view()),
    path("cart/items", views.CartItemsView.as_view()),
    path("cart/items/<uuid:item_id>", views.CartItemView.as_view()),
    path("seller/shipping-rates", shipping.ShippingRatesView.as_view()),
    path("seller/shipping-rates/<uuid:rate_id>", shipping.ShippingRateView.as_view()),
    path("seller/promotions", seller_promotions.OwnPromotionsView.as_view()),
    path("seller/promotions/<uuid:promotion_id>", seller_promotions.OwnPromotionView.as_view()),
]
