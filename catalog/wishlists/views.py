"""Pages of wishlists: one's own, and those that a link shows. Forms work with and without htmx."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from accounts.visitors import visitor
from catalog import services
from catalog.models import Product, Wishlist
from catalog.queries import wished
from catalog.wishlists import queries
from catalog.wishlists.forms import NameForm, WishForm
from core import clock
from core.errors import DomainError
from core.pages import add_refusal, page_of

ON_PAGE = 24

View = Callable[[HttpRequest, Wishlist], HttpResponse]


def own(view: View) -> Callable[[HttpRequest, UUID], HttpResponse]:
    """Hands ``view`` the visitor's own list that the address names. Anybody else's is not there."""

    @wraps(view)
    def found(request: HttpRequest, wishlist_id: UUID) -> HttpResponse:
        if not request.user.is_authenticated:
            return _to_sign_in(request, reverse("wishlist", args=[wishlist_id]))
        return view(request, get_object_or_404(Wishlist, pk=wishlist_id, owner=request.user.pk))

    return found


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def wishlists(request: HttpRequest) -> HttpResponse:
    """One's own lists, and a new one."""
    form = NameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            name = form.cleaned_data["name"]
            return redirect(
                "wishlist", services.create_wishlist(owner=visitor(request), name=name).pk
            )
        except DomainError as error:
            add_refusal(form, error)
    context = {"wishlists": queries.own(visitor(request).pk), "form": form}
    return render(request, "wishlists/own.html", context, status=_status(form))


@require_safe
@own
def wishlist(request: HttpRequest, wishlist: Wishlist) -> HttpResponse:
    """What is on one's own list, newest wish first."""
    return _page(request, wishlist, NameForm({"name": wishlist.name}))


@require_POST
@own
def rename(request: HttpRequest, wishlist: Wishlist) -> HttpResponse:
    """Give it another name; what is wrong is shown beside the field."""
    form = NameForm(request.POST)
    if not form.is_valid():
        return _page(request, wishlist, form)
    services.rename_wishlist(wishlist, name=form.cleaned_data["name"], at=clock.now())
    messages.success(request, f"The list is called {wishlist.name} now.")
    return redirect("wishlist", wishlist.pk)


@require_POST
@own
def delete(request: HttpRequest, wishlist: Wishlist) -> HttpResponse:
    """Throw it away."""
    services.delete_wishlist(wishlist)
    messages.success(request, f"{wishlist.name} is deleted.")
    return redirect("wishlists")


@require_POST
@own
def share(request: HttpRequest, wishlist: Wishlist) -> HttpResponse:
    """A new link to it; an older one ends."""
    services.share_wishlist(wishlist, at=clock.now())
    messages.success(request, "Whoever has the link can look at this list now.")
    return redirect("wishlist", wishlist.pk)


@require_POST
@own
def unshare(request: HttpRequest, wishlist: Wishlist) -> HttpResponse:
    """Private again."""
    services.unshare_wishlist(wishlist, at=clock.now())
    messages.success(request, "Only you see this list now: its link has ended.")
    return redirect("wishlist", wishlist.pk)


@require_POST
@own
def remove(request: HttpRequest, wishlist: Wishlist) -> HttpResponse:
    """Take a product off; one that is off already stays off."""
    product = Product.objects.filter(wished__wishlist=wishlist, pk=product_id(request)).first()
    if product is not None:
        services.unwish(wishlist, product.pk)
        messages.success(request, f"{product.title} is off the list.")
    return redirect(came_from(request, reverse("wishlist", args=[wishlist.pk])))


@require_POST
def wish(request: HttpRequest) -> HttpResponse:
    """What a heart asks: a product on one of the visitor's lists, or off it."""
    back = came_from(request, reverse("wishlists"))
    if not request.user.is_authenticated:
        return _to_sign_in(request, back)
    form = WishForm(request.POST)
    if not form.is_valid():
        raise Http404
    product = get_object_or_404(Product.objects.published(), pk=form.cleaned_data["product_id"])
    wishlist = _named(request, form.cleaned_data["wishlist_id"])
    try:
        _set(wishlist, product, is_wished=form.cleaned_data["wished"])
    except DomainError as error:
        messages.error(request, error.detail)
        return HttpResponseClientRefresh() if _by_htmx(request) else redirect(back)
    if not _by_htmx(request):
        return redirect(back)
    named = wishlist if form.cleaned_data["wishlist_id"] else None
    context = {**form.cleaned_data, "product": product, "wishlist": named}
    return render(request, "wishlists/_heart.html", context)


@never_cache
@require_safe
def shared(request: HttpRequest, token: str) -> HttpResponse:
    """The list that a link shows, to look at only. Whose it is, is not said."""
    wishlist = get_object_or_404(Wishlist.objects.exclude(token=""), token=token)
    context = {
        "wishlist": wishlist,
        "page": page_of(request, wished(wishlist), ON_PAGE),
        "wished": queries.wished_first(request.user),
    }
    return render(request, "wishlists/shared.html", context)


def came_from(request: HttpRequest, otherwise: str) -> str:
    """The page of ours, with its question, that a form was sent from."""
    page = urlsplit(request.headers.get("Referer", ""))
    here = urlunsplit(("", "", page.path, page.query, ""))
    is_ours = page.netloc == request.get_host() and url_has_allowed_host_and_scheme(here, None)
    return here if is_ours else otherwise


def _page(request: HttpRequest, wishlist: Wishlist, form: forms.Form) -> HttpResponse:
    page = page_of(request, wished(wishlist), ON_PAGE)
    path = reverse("shared_wishlist", args=[wishlist.token]) if wishlist.token else ""
    context = {
        "wishlist": wishlist,
        "page": page,
        "wishes": queries.wishes(list(page.items)),
        "gone": wishlist.items.count() - page.total,
        "form": form,
        "link": request.build_absolute_uri(path) if path else "",
    }
    return render(request, "wishlists/wishlist.html", context, status=_status(form))


def _named(request: HttpRequest, wishlist_id: UUID | None) -> Wishlist:
    if wishlist_id is None:
        return services.first_wishlist(owner=visitor(request))
    return get_object_or_404(Wishlist, pk=wishlist_id, owner=visitor(request).pk)


def _set(wishlist: Wishlist, product: Product, *, is_wished: bool) -> None:
    if is_wished:
        services.wish(wishlist, product, at=clock.now())
    else:
        services.unwish(wishlist, product.pk)


def product_id(request: HttpRequest) -> UUID:
    """What a form names; 404 unless that is an id."""
    try:
        return UUID(request.POST.get("product_id", ""))
    except ValueError as error:
        raise Http404 from error


def _to_sign_in(request: HttpRequest, then: str) -> HttpResponse:
    response = redirect_to_login(then)
    return HttpResponseClientRedirect(response.url) if _by_htmx(request) else response


def _by_htmx(request: Any) -> bool:
    return bool(request.htmx)


def _status(form: forms.Form) -> int:
    return 400 if form.errors else 200
