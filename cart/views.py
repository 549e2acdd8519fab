"""The basket page."""

from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.visitors import visitor
from cart import queries, services
from cart.forms import AddForm, QuantityForm
from core import clock
from core.errors import DomainError


@login_required
@require_safe
def cart(request: HttpRequest) -> HttpResponse:
    """The visitor's basket at today's prices."""
    return _page(request, {})


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put something in, then show the basket; what is wrong is said there.

    Whoever is not signed in is asked to, and comes back to the page they were on.
    """
    if not request.user.is_authenticated:
        return redirect_to_login(_came_from(request))
    form = AddForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose what you want, and how many: a whole number from 1.")
        return redirect("cart")
    try:
        variant = services.sellable_variant(
            product_id=None, variant_id=form.cleaned_data["variant_id"]
        )
        services.add(
            user=visitor(request),
            variant=variant,
            quantity=form.cleaned_data["quantity"],
            at=clock.now(),
        )
    except DomainError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, f"{variant.product.title} is in your basket.")
    return redirect("cart")


@login_required
@require_POST
def item(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Change how many; 0 removes. What is wrong is shown beside the item."""
    form = QuantityForm(request.POST)
    if not form.is_valid():
        return _page(request, {str(item_id): "A whole number, please; 0 removes it."}, 400)
    quantity = form.cleaned_data["quantity"]
    try:
        services.set_quantity(
            user=visitor(request), item_id=item_id, quantity=quantity, at=clock.now()
        )
    except DomainError as error:
        return _page(request, {str(item_id): error.detail}, 409)
    return redirect("cart")


def _page(request: HttpRequest, errors: dict[str, str], status: int = 200) -> HttpResponse:
    context = {"cart": queries.cart_of(visitor(request)), "errors": errors}
    return render(request, "cart/cart.html", context, status=status)


def _came_from(request: HttpRequest) -> str:
    page = urlsplit(request.headers.get("Referer", ""))
    return page.path if page.netloc == request.get_host() else reverse("cart")
