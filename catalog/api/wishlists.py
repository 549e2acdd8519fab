"""Wishlists, their owners' own and those that a link shows; and what is like a product."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import queries, services
from catalog.api.reads import CatalogueRead
from catalog.api.sellers import by_reference
from catalog.api.serializers import ProductSerializer
from catalog.errors import ProductUnavailable
from catalog.models import Product, Wishlist
from core import clock
from core.api.fields import StrictSerializer
from core.api.schema import problems
from core.api.views import ApiView, ListView, SignedIn


class NameSerializer(StrictSerializer):
    name = serializers.CharField(max_length=100)


class WishSerializer(StrictSerializer):
    product_id = serializers.UUIDField()


class WishlistSerializer(serializers.ModelSerializer[Wishlist]):
    """``token`` is what ``/wishlists/shared/{token}`` takes; empty while the list is private."""

    items_count = serializers.IntegerField()

    class Meta:
        model = Wishlist
        fields: tuple[str, ...] = ("id", "name", "token", "items_count", "created_at", "updated_at")


class SharedWishlistSerializer(serializers.Serializer[Any]):
    """What is still for sale of a list. Whose it is, is not said."""

    name = serializers.CharField()
    products = ProductSerializer(many=True)


class WholeWishlistSerializer(WishlistSerializer):
    products = ProductSerializer(many=True)

    class Meta(WishlistSerializer.Meta):
        fields = (*WishlistSerializer.Meta.fields, "products")


WHOLE = WholeWishlistSerializer


class WishlistsView(ListView):
    serializer_class = WishlistSerializer

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Wishlist.objects.none()
        own = Wishlist.objects.filter(owner=self.request.user.pk)
        return own.annotate(items_count=Count("items"))

    @extend_schema(operation_id="wishlists", tags=["wishlists"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One's own wishlists, oldest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="create_wishlist",
        tags=["wishlists"],
        request=NameSerializer,
        responses={201: WHOLE, **problems(409)},
    )
    def post(self, request: SignedIn) -> Response:
        """A new, private list."""
        body = NameSerializer.read(request)
        wishlist = services.create_wishlist(owner=request.user, name=body["name"])
        return _answer(wishlist, status=201)


class WishlistView(ApiView):
    @extend_schema(operation_id="wishlist", tags=["wishlists"], responses={200: WHOLE})
    def get(self, request: SignedIn, wishlist_id: UUID) -> Response:
        """One's own list, and what is on it that is still for sale."""
        return _answer(_own(request, wishlist_id))

    @extend_schema(
        operation_id="rename_wishlist",
        tags=["wishlists"],
        request=NameSerializer,
        responses={200: WHOLE},
    )
    def patch(self, request: SignedIn, wishlist_id: UUID) -> Response:
        """Give it another name."""
        wishlist = _own(request, wishlist_id)
        body = NameSerializer.read(request)
        services.rename_wishlist(wishlist, name=body["name"], at=clock.now())
        return _answer(wishlist)

    @extend_schema(operation_id="delete_wishlist", tags=["wishlists"], responses={204: None})
    def delete(self, request: SignedIn, wishlist_id: UUID) -> Response:
        """Throw a list away."""
        services.delete_wishlist(_own(request, wishlist_id))
        return Response(status=204)


class WishlistItemsView(ApiView):
    @extend_schema(
        operation_id="wish",
        tags=["wishlists"],
        request=WishSerializer,
        responses={200: WHOLE, **problems(409)},
    )
    def post(self, request: SignedIn, wishlist_id: UUID) -> Response:
        """Put a product on the list; one that is there already stays."""
        wishlist = _own(request, wishlist_id)
        body = WishSerializer.read(request)
        product = Product.objects.published().filter(pk=body["product_id"]).first()
        if product is None:
            raise ProductUnavailable(field="product_id")
        services.wish(wishlist, product, at=clock.now())
        return _answer(wishlist)


class WishlistItemView(ApiView):
    @extend_schema(operation_id="unwish", tags=["wishlists"], responses={204: None})
    def delete(self, request: SignedIn, wishlist_id: UUID, product_id: UUID) -> Response:
        """Take a product off the list."""
        if not services.unwish(_own(request, wishlist_id), product_id):
            raise Http404
        return Response(status=204)


class WishlistShareView(ApiView):
    @extend_schema(
        operation_id="share_wishlist", tags=["wishlists"], request=None, responses={200: WHOLE}
    )
    def post(self, request: SignedIn, wishlist_id: UUID) -> Response:
        """A new link that shows the list to whoever has it; an older one ends."""
        wishlist = _own(request, wishlist_id)
        services.share_wishlist(wishlist, at=clock.now())
        return _answer(wishlist)

    @extend_schema(operation_id="unshare_wishlist", tags=["wishlists"], responses={204: None})
    def delete(self, request: SignedIn, wishlist_id: UUID) -> Response:
        """Make the list private again."""
        services.unshare_wishlist(_own(request, wishlist_id), at=clock.now())
        return Response(status=204)


class SharedWishlistView(ApiView):
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="shared_wishlist",
        tags=["wishlists"],
        responses={200: SharedWishlistSerializer},
    )
    def get(self, request: Request, token: str) -> Response:
        """The list that a link shows, to look at only."""
        wishlist = get_object_or_404(Wishlist.objects.exclude(token=""), token=token)
        body = {"name": wishlist.name, "products": queries.wished(wishlist)}
        return Response(SharedWishlistSerializer(body).data)


class RelatedView(CatalogueRead):
    kept_for = timedelta(minutes=15)

    @extend_schema(
        operation_id="related_products",
        tags=["catalogue"],
        responses={200: ProductSerializer(many=True)},
    )
    def get(self, request: Request, reference: str) -> Response:
        """What else is in stock in a product's category, the best sellers first."""
        product = get_object_or_404(Product.objects.published(), **by_reference(reference))
        return Response(ProductSerializer(queries.related(product), many=True).data)


def _own(request: SignedIn, wishlist_id: UUID) -> Wishlist:
    return get_object_or_404(Wishlist, pk=wishlist_id, owner=request.user.pk)


def _answer(wishlist: Wishlist, status: int = 200) -> Response:
    wishlist.items_count = wishlist.items.count()  # type: ignore[attr-defined]  # as lists annotate it
    wishlist.products = queries.wished(wishlist)  # type: ignore[attr-defined]  # as above
    return Response(WHOLE(wishlist).data, status=status)
