"""The one door by which money moves."""

from collections.abc import Collection, Iterable, Sequence
from functools import reduce
from operator import or_
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from core import clock
from core.money import Money
from ledger import chart
from ledger.chart import AccountSpec
from ledger.errors import (
    AccountMismatch,
    AlreadyReversed,
    IdempotencyMismatch,
    PostingRefused,
    ReversalInexact,
    TransactionNotFound,
)
from ledger.journal import Journal
from ledger.models import Account, Entry, Transaction
from ledger.postings import Balance, Line, Plan, Posted, Posting, plan, specs

__all__ = ["Balance", "Line", "Posted", "Posting", "credit", "post", "post_batch"]

Key = tuple[str, str]

KEY_ONCE = "ledger_transaction_key_once"


def post(posting: Posting) -> Posted:
    """Record one transaction; see ``post_batch``."""
    return post_batch([posting])[0]


def post_batch(postings: Sequence[Posting]) -> list[Posted]:
    """Record ``postings`` in order, all or none, in a handful of statements however many they are.
    SQLite takes about 90 rows in one.

    Opens accounts that are missing. Locks all accounts by (tier, id) until the transaction ends;
    the time is read after that, and is never before an account's last entry.
    A key posted before moves nothing: its first answer comes back as ``replayed``.

    :raises PostingRefused, Unbalanced: a posting cannot be meant.
    :raises InsufficientFunds, AccountFrozen, BalanceTooLarge: an account does not allow it.
    :raises AccountMismatch: an account exists and is described differently.
    :raises IdempotencyMismatch: a key has moved other money.
    :raises TransactionNotFound, AlreadyReversed, ReversalInexact: it may not be reversed so.
    """
    plans = [plan(posting) for posting in postings]
    try:
        return _recorded(plans)
    except IntegrityError as error:
        if KEY_ONCE not in str(error):
            raise
    # Somebody has posted the key since we looked, over other accounts than ours: it is there now.
    return _recorded(plans)


@transaction.atomic
def credit(
    *, user_id: UUID, amount: Money, key: str, scope: str, actor_id: UUID, reason: str = ""
) -> Posted:
    """Top up a person's wallet from the platform's funding account. Idempotent by (scope, key).

    :raises PostingRefused: the amount is not above zero.
    :raises AccountFrozen, BalanceTooLarge: the wallet does not take it.
    :raises IdempotencyMismatch: the key has moved other money.
    """
    if amount.amount <= 0:
        raise PostingRefused("A credit is more than zero.", field="amount")
    lines = (
        Line(chart.funding(amount.currency), -amount.amount),
        Line(chart.wallet(user_id, amount.currency), amount.amount),
    )
    return post(Posting("credit", key, lines, scope=scope, actor_id=actor_id, reason=reason))


@transaction.atomic
def _recorded(plans: list[Plan]) -> list[Posted]:
    distinct = _distinct(plans)
    answers = _known(distinct.values())
    fresh = [one for key, one in distinct.items() if key not in answers]
    if fresh:
        accounts = _locked_accounts(fresh)
        answers |= _known(fresh)  # those that another process posted while we waited
        answers |= _append([one for one in fresh if one.key not in answers], accounts)
    return [answers[one.key] for one in plans]


def _distinct(plans: Iterable[Plan]) -> dict[Key, Plan]:
    """By key: a key twice in one batch is a repeated request like any other."""
    found: dict[Key, Plan] = {}
    for one in plans:
        if found.setdefault(one.key, one).fingerprint != one.fingerprint:
            raise IdempotencyMismatch(key=one.posting.key)
    return found


def _known(plans: Collection[Plan]) -> dict[Key, Posted]:
    """What the keys of ``plans`` have left before, from the entries of that time."""
    fingerprints = {one.key: one.fingerprint for one in plans}
    headers = {header.pk: header for header in Transaction.objects.filter(_any_key(fingerprints))}
    for header in headers.values():
        if fingerprints[header.idem_scope, header.idem_key] != header.fingerprint:
            raise IdempotencyMismatch(key=header.idem_key)
    balances: dict[UUID, dict[str, Balance]] = {pk: {} for pk in headers}
    entries = Entry.objects.filter(transaction__in=headers).select_related("account")
    for entry in entries.order_by("line_no") if headers else ():
        after = Balance(entry.account.code, entry.money_after, entry.account_seq)
        balances[entry.transaction_id][after.code] = after
    return {
        (header.idem_scope, header.idem_key): Posted(
            pk, header.recorded_at, balances[pk], replayed=True
        )
        for pk, header in headers.items()
    }


def _any_key(keys: Iterable[Key]) -> Q:
    by_scope: dict[str, list[str]] = {}
    for scope, key in keys:
        by_scope.setdefault(scope, []).append(key)
    wanted = [Q(idem_scope=scope, idem_key__in=some) for scope, some in by_scope.items()]
    return reduce(or_, wanted, Q(pk__in=()))


def _locked_accounts(plans: Iterable[Plan]) -> list[Account]:
    """Open those that are missing, then lock all: opening after a lock could deadlock.

    :raises AccountMismatch: one exists and is described differently.
    """
    wanted = specs(line for one in plans for line in one.lines)
    existing = Account.objects.filter(code__in=wanted)
    missing = sorted(set(wanted) - set(existing.values_list("code", flat=True)))
    if missing:  # in order of code, and another process may open the same ones at this moment
        opened = [_account(wanted[code]) for code in missing]
        Account.objects.bulk_create(opened, ignore_conflicts=True)
    accounts = list(existing.locked())
    for account in accounts:
        _check_agrees(account, wanted[account.code])
    return accounts


def _account(spec: AccountSpec) -> Account:
    return Account(
        code=spec.code,
        kind=spec.kind,
        owner_id=spec.owner_id,
        currency=spec.currency,
        tier=spec.tier,
        min_balance=spec.min_balance,
    )


def _check_agrees(account: Account, spec: AccountSpec) -> None:
    found = AccountSpec(
        code=account.code,
        kind=account.kind,
        currency=account.currency,
        min_balance=account.min_balance,
        tier=account.tier,
        owner_id=account.owner_id,
    )
    if found != spec:
        raise AccountMismatch(f"Account {spec.code} is {found}, not {spec}.")


def _append(plans: list[Plan], accounts: list[Account]) -> dict[Key, Posted]:
    _check_reversals(plans)
    last = [account.last_at for account in accounts if account.last_at]
    journal = Journal(accounts, max([clock.db_now(), *last]))
    answers = {one.key: journal.append(one) for one in plans}
    journal.write()
    return answers


def _check_reversals(plans: Iterable[Plan]) -> None:
    """Under the accounts' lock, which whoever reverses the same transaction needs, too."""
    wanted = [(one.posting.reverses, one) for one in plans if one.posting.reverses]
    if not wanted:
        return
    ids = [pk for pk, _ in wanted]
    originals = Transaction.objects.in_bulk(ids)
    done = set(Transaction.objects.filter(reverses__in=ids).values_list("reverses_id", flat=True))
    amounts = _amounts_by_code(ids)
    for pk, one in wanted:
        if pk not in originals:
            raise TransactionNotFound(field="reverses")
        if pk in done:
            raise AlreadyReversed
        done.add(pk)
        if sorted((line.account.code, -line.amount) for line in one.lines) != amounts[pk]:
            raise ReversalInexact


def _amounts_by_code(ids: Collection[UUID]) -> dict[UUID, list[tuple[str, int]]]:
    amounts: dict[UUID, list[tuple[str, int]]] = {}
    entries = Entry.objects.filter(transaction__in=ids)
    for pk, code, amount in entries.values_list("transaction_id", "account__code", "amount"):
        amounts.setdefault(pk, []).append((code, amount))
    return {pk: sorted(lines) for pk, lines in amounts.items()}
