"""SQLite: the posting function's steps in Python. A write transaction there is alone."""

from collections.abc import Collection, Iterable, Sequence
from functools import reduce
from operator import or_
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from core import clock
from ledger.chart import AccountSpec
from ledger.engines.journal import Journal
from ledger.errors import (
    AccountMismatch,
    AlreadyReversed,
    HoldExpired,
    HoldNotDue,
    HoldNotFound,
    HoldResolved,
    IdempotencyMismatch,
    ReversalInexact,
    TransactionNotFound,
)
from ledger.models import Account, Entry, HoldResolution, Transaction
from ledger.postings import Balance, Plan, Posted, Resolution, specs

Key = tuple[str, str]

IN_TIME = "ledger_holdresolution_in_time"
"""The guard by which a hold became due between our look at the clock and the database's."""


def record(plans: Sequence[Plan]) -> list[Posted]:
    """See ``ledger.engines.record``."""
    try:
        return _recorded(plans)
    except IntegrityError as error:
        if IN_TIME in str(error):
            raise HoldExpired from error
        raise


@transaction.atomic
def _recorded(plans: Sequence[Plan]) -> list[Posted]:
    accounts = _opened_accounts(plans)
    answers = _known(plans)
    fresh = [one for one in plans if one.key not in answers]
    answers |= _append(fresh, accounts)
    return [answers[one.key] for one in plans]


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


def _opened_accounts(plans: Iterable[Plan]) -> list[Account]:
    """:raises AccountMismatch: one exists and is described differently."""
    wanted = specs(line for one in plans for line in one.lines)
    found = {account.code: account for account in Account.objects.filter(code__in=wanted)}
    missing = [_account(wanted[code]) for code in sorted(wanted.keys() - found.keys())]
    for account in [*found.values(), *Account.objects.bulk_create(missing)]:
        found[account.code] = account
        if AccountSpec.of(account) != wanted[account.code]:
            raise AccountMismatch(account=account.code)
    return list(found.values())


def _account(spec: AccountSpec) -> Account:
    return Account(
        code=spec.code,
        kind=spec.kind,
        owner_id=spec.owner_id,
        currency=spec.currency,
        tier=spec.tier,
        min_balance=spec.min_balance,
    )


def _append(plans: list[Plan], accounts: list[Account]) -> dict[Key, Posted]:
    _check_reversals(plans)
    last = [account.last_at for account in accounts if account.last_at]
    journal = Journal(accounts, max([clock.db_now(), *last]))
    answers = {}
    for one in plans:
        for resolution in one.posting.resolves:
            _check_resolution(resolution, journal)
        answers[one.key] = journal.append(one)
    journal.write()
    return answers


def _check_resolution(resolution: Resolution, journal: Journal) -> None:
    hold = journal.hold(resolution.hold_id)
    if hold is None:
        raise HoldNotFound
    if ended := journal.resolution_of(hold):
        raise HoldResolved(kind=ended.kind)
    is_due = hold.expires_at is not None and hold.expires_at <= journal.recorded_at
    if resolution.kind == HoldResolution.Kind.CAPTURED and is_due:
        raise HoldExpired
    if resolution.kind == HoldResolution.Kind.EXPIRED and not is_due:
        raise HoldNotDue


def _check_reversals(plans: Iterable[Plan]) -> None:
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
