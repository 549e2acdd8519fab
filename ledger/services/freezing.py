"""Stopping an account, and letting it go on."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import audit
from core.locks import advisory_lock
from ledger.errors import AccountNotFound, AccountNotFrozen, AccountNotOpen, ReasonMissing
from ledger.models import Account

STREAM = "ledger"
"""Of the audit trail."""


@transaction.atomic
def freeze_account(*, code: str, reason: str, actor_id: UUID, at: datetime) -> None:
    """Let nothing be posted to an account, in or out, until it is unfrozen. Audited.

    Frozen again, it is refused. ``at`` (UTC) is for the audit trail.

    :raises ReasonMissing: ``reason`` is blank.
    :raises AccountNotFound: there is none.
    :raises AccountNotOpen: it is frozen or closed already.
    """
    if not _changed(code, Account.Status.OPEN, Account.Status.FROZEN, reason):
        raise AccountNotOpen(status=_account(code).status)
    _record("freeze", code, reason, actor_id, at)


@transaction.atomic
def unfreeze_account(*, code: str, reason: str, actor_id: UUID, at: datetime) -> None:
    """Open a frozen account again. Audited; ``at`` (UTC) is for the audit trail.

    :raises ReasonMissing: ``reason`` is blank.
    :raises AccountNotFound: there is none.
    :raises AccountNotFrozen: it is open or closed.
    """
    if not _changed(code, Account.Status.FROZEN, Account.Status.OPEN, reason):
        raise AccountNotFrozen(status=_account(code).status)
    _record("unfreeze", code, reason, actor_id, at)


def _changed(code: str, before: str, after: str, reason: str) -> bool:
    """One guarded statement. The trail's lock comes first, as advisory locks do."""
    if not reason.strip():
        raise ReasonMissing
    advisory_lock(f"audit:{STREAM}")
    return bool(Account.objects.filter(code=code, status=before).update(status=after))


def _record(action: str, code: str, reason: str, actor_id: UUID, at: datetime) -> None:
    audit.record(
        STREAM,
        actor_id=actor_id,
        action=action,
        subject=_account(code),
        changes={"reason": reason},
        at=at,
    )


def _account(code: str) -> Account:
    account = Account.objects.filter(code=code).first()
    if account is None:
        raise AccountNotFound(field="account")
    return account
