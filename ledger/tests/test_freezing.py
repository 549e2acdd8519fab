from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from core.audit import first_break
from core.errors import DomainError
from core.ids import uuid7
from core.models import AuditEntry
from ledger import errors
from ledger.models import Account
from ledger.services import freeze_account, post, unfreeze_account
from ledger.tests.books import FUNDING, balance_of, fund, move, pot, rows
from ledger.tests.test_concurrency import race

pytestmark = pytest.mark.django_db

ANN, BEN = pot("ann"), pot("ben")
ACTOR = uuid7()
NOW = timezone.now()


def freeze(code: str = ANN.code, reason: str = "Stolen phone") -> None:
    freeze_account(code=code, reason=reason, actor_id=ACTOR, at=NOW)


def unfreeze(code: str = ANN.code, reason: str = "Phone found") -> None:
    unfreeze_account(code=code, reason=reason, actor_id=ACTOR, at=NOW)


def status() -> str:
    return Account.objects.get(code=ANN.code).status


def test_a_frozen_account_takes_nothing_until_it_is_unfrozen() -> None:
    fund(ANN, 100)

    freeze()

    for source, target in ((ANN, BEN), (FUNDING, ANN)):
        with pytest.raises(errors.AccountFrozen):
            post(move(source, target, 5))
    unfreeze()
    post(move(ANN, BEN, 5))
    assert balance_of(ANN) == 95


def test_who_froze_what_and_why_is_kept() -> None:
    fund(ANN, 100)
    account = Account.objects.get(code=ANN.code)

    freeze()
    unfreeze()

    kept = AuditEntry.objects.filter(stream="ledger").order_by("seq")
    assert [(one.action, one.changes) for one in kept] == [
        ("freeze", {"reason": "Stolen phone"}),
        ("unfreeze", {"reason": "Phone found"}),
    ]
    for one in kept:
        assert (one.actor_id, one.at) == (ACTOR, NOW)
        assert (one.object_type, one.object_id) == ("ledger.account", str(account.pk))
    assert first_break("ledger") is None


def close() -> None:
    post(move(ANN, BEN, 100))
    Account.objects.filter(code=ANN.code).update(status="closed")


@pytest.mark.parametrize(
    ("before", "act", "error"),
    [
        (freeze, freeze, errors.AccountNotOpen),
        (close, freeze, errors.AccountNotOpen),
        (close, unfreeze, errors.AccountNotFrozen),
        (status, unfreeze, errors.AccountNotFrozen),
        (status, lambda: freeze(reason=" "), errors.ReasonMissing),
        (freeze, lambda: unfreeze(reason=""), errors.ReasonMissing),
        (status, lambda: freeze("pot:nobody"), errors.AccountNotFound),
        (status, lambda: unfreeze("pot:nobody"), errors.AccountNotFound),
    ],
)
def test_a_refusal_changes_nothing_and_leaves_no_trace(
    before: Callable[[], Any], act: Callable[[], None], error: type[DomainError]
) -> None:
    fund(ANN, 100)
    before()
    books, trail = rows(), AuditEntry.objects.count()

    with pytest.raises(error) as refused:
        act()

    assert refused.value.facts.get("status", status()) == status()
    assert (rows(), AuditEntry.objects.count()) == (books, trail)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.xdist_group("races")
def test_one_of_many_freezes_an_account() -> None:
    fund(ANN, 100)

    outcomes = race(*[freeze] * 8)

    assert outcomes.count(None) == 1
    assert AuditEntry.objects.filter(stream="ledger").count() == 1
