"""The basket page."""

from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from cart import guests, queries, services
from cart.errors import CodeNotEntered
from cart.forms import AddForm, CodeForm, DestinationForm, QuantityForm
from cart.models import CartItem
from core import clock
from core.errors import DomainError
from core.pages import add_refusal


@require_safe
def cart(request: HttpRequest) -> HttpResponse:
    """The visitor's basket at today's prices."""
    return _page(request, {})


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Put something in, then show the basket; what is wrong is said there.

    A guest's browser remembers the basket for as long as we keep it.
    """
    form = AddForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose what you want, and how many: a whole number from 1.")
        return redirect("cart")
    response = redirect("cart")
    try:
        item = _put_in(request, form)
    except DomainError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, f"{item.variant.product.title} is in your basket.")
        if not request.user.is_authenticated:
            guests.remember(response, item.cart_id)
    return response


def _put_in(request: HttpRequest, form: AddForm) -> CartItem:
    shopper = guests.of_page(request)
    variant = services.sellable_variant(product_id=None, variant_id=form.cleaned_data["variant_id"])
    guests.limit_new_carts(shopper, request)
    return services.add(
        shopper=shopper,
        variant=variant,
        quantity=form.cleaned_data["quantity"],
        at=clock.now(),
    )


@require_POST
def item(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Change how many; 0 removes. What is wrong is shown beside the item."""
    form = QuantityForm(request.POST)
    if not form.is_valid():
        return _page(request, {str(item_id): "A whole number, please; 0 removes it."}, 400)
    quantity = form.cleaned_data["quantity"]
    try:
        services.set_quantity(
            shopper=guests.of_page(request), item_id=item_id, quantity=quantity, at=clock.now()
        )
    except DomainError as error:
        return _page(request, {str(item_id): error.detail}, 409)
    return redirect("cart")


@require_POST
def enter_code(request: HttpRequest) -> HttpResponse:
    """Try a promotion's code; why it is refused is shown beside it."""
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _page(request, {}, 400, code_form=form)
    try:
        guests.limit_codes(request)
        services.enter_code(
            shopper=guests.of_page(request), code=form.cleaned_data["code"], at=clock.now()
        )
    except DomainError as error:
        form.add_error("code", error.detail)
        return _page(request, {}, 409, code_form=form)
    return redirect("cart")


@require_POST
def remove_code(request: HttpRequest) -> HttpResponse:
    """Take a code off again. One that is gone already is no error here."""
    form = CodeForm(request.POST)
    if form.is_valid():
        with suppress(CodeNotEntered):
            services.remove_code(
                shopper=guests.of_page(request), code=form.cleaned_data["code"], at=clock.now()
            )
    return redirect("cart")


def _page(
    request: HttpRequest,
    errors: dict[str, str],
    status: int = 200,
    code_form: CodeForm | None = None,
) -> HttpResponse:
    form = DestinationForm(request.GET)
    shopper, at = guests.of_page(request), clock.now()
    try:
        cart = queries.cart_of(shopper, at=at, **form.destination)
    except DomainError as error:
        add_refusal(form, error)
        cart = queries.cart_of(shopper, at=at)
    context = {"cart": cart, "errors": errors, "form": form, "code_form": code_form or CodeForm()}
    return render(request, "cart/cart.html", context, status=status)
