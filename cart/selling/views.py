"""The sellers' page of shipping rates: each one's own, and nobody else's."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Seller
from accounts.visitors import selling_visitor
from cart import services
from cart.selling.forms import PricesForm, RateForm, as_written
from core import clock
from core.errors import DomainError
from core.pages import add_refusal


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def shipping_rates(request: HttpRequest) -> HttpResponse:
    """One's own rates, and a new one; what is wrong is shown beside its field."""
    seller = selling_visitor(request)
    form = RateForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _added(seller, form):
        messages.success(request, "The rate is added.")
        return redirect("shipping_rates")
    rates = seller.shipping_rates.select_related("method")
    context = {"rates": rates, "form": form}
    return render(request, "selling/shipping_rates.html", context, status=_status(form))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def shipping_rate(request: HttpRequest, rate_id: UUID) -> HttpResponse:
    """Change the prices of one's own rate."""
    own = selling_visitor(request).shipping_rates.select_related("method")
    rate = get_object_or_404(own, pk=rate_id)
    form = PricesForm(request.POST if request.method == "POST" else None, initial=as_written(rate))
    if form.is_bound and form.is_valid():
        services.edit_shipping_rate(rate, form.prices, version=None, at=clock.now())
        messages.success(request, "The rate is changed.")
        return redirect("shipping_rates")
    context = {"rate": rate, "form": form}
    return render(request, "selling/shipping_rate.html", context, status=_status(form))


@login_required
@require_POST
def remove_shipping_rate(request: HttpRequest, rate_id: UUID) -> HttpResponse:
    """No longer ship there by that method."""
    rate = get_object_or_404(selling_visitor(request).shipping_rates, pk=rate_id)
    services.remove_shipping_rate(rate)
    messages.success(request, "The rate is removed.")
    return redirect("shipping_rates")


def _added(seller: Seller, form: RateForm) -> bool:
    said: dict[str, Any] = form.cleaned_data
    try:
        services.add_shipping_rate(
            seller=seller, method=said["method"], country=said["country"], prices=form.prices
        )
    except DomainError as error:
        add_refusal(form, error)
        return False
    return True


def _status(form: PricesForm) -> int:
    return 422 if form.errors else 200
