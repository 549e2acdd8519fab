"""Whose money a request is about."""

from uuid import UUID

from django.contrib.auth import get_user_model
from rest_framework.request import Request

from core.api.idempotency import HEADER
from ledger.errors import UserNotFound
from ledger.services import find_people

VIEW_ACCOUNTS = "ledger.view_account"
VIEW_TRANSACTIONS = "ledger.view_transaction"
VIEW_REQUESTS = "ledger.view_walletrequest"
DEBIT = "ledger.debit"


def check_may_see(request: Request, user_id: UUID) -> None:
    """:raises UserNotFound: there is no such user, or the caller may not know that there is."""
    if not request.user.has_perm(VIEW_ACCOUNTS):
        raise UserNotFound(field="user_id")
    if not get_user_model()._default_manager.filter(pk=user_id).exists():  # noqa: SLF001  # Django's API
        raise UserNotFound(field="user_id")


def owner_id(request: Request) -> UUID | None:
    """Whose transactions the caller may see; None for everybody's."""
    if request.user.has_perm(VIEW_TRANSACTIONS):
        return None
    return caller_id(request)


def payer_id(request: Request, named: UUID | None) -> UUID:
    """Whose wallet is to be debited: the caller's, or for finance that of whom they name.

    :raises UserNotFound: it is nobody, or none of the caller's business.
    """
    if named in {None, caller_id(request)}:
        return caller_id(request)
    if not request.user.has_perm(DEBIT):
        raise UserNotFound(field="user_id")
    return find_people([("user_id", named)])[0]


def origin(request: Request) -> dict[str, str]:
    """The key of the request, and in whose name it is unique."""
    return {"key": request.headers[HEADER], "scope": f"user:{caller_id(request).hex}"}


def caller_id(request: Request) -> UUID:
    user_id: UUID = request.user.pk  # type: ignore[assignment]  # permissions let nobody else in
    return user_id
