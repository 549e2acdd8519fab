"""The wallet page."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.pages import page_of
from ledger import queries

ON_PAGE = 20


@login_required
@require_safe
def wallet(request: HttpRequest) -> HttpResponse:
    """What the visitor has, and what moved it, newest first."""
    user_id: UUID = request.user.pk  # type: ignore[assignment]  # the decorator lets nobody else in
    context = {
        "balance": queries.wallet_balances(user_id, settings.SHOP_CURRENCY)[0],
        "page": page_of(request, queries.movements_of(user_id), ON_PAGE),
    }
    return render(request, "ledger/wallet.html", context)
