"""Random use of the ledger, held against a model of plain dicts after every step.

``MERCAT_LONG=1`` takes minutes instead of seconds: ``MERCAT_LONG=1 pytest ledger/tests/test_state_machine.py``.
"""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core import clock
from core.errors import DomainError
from core.ids import uuid7
from core.money import Money
from core.testing import Clocks
from ledger import errors, queries, services
from ledger.chart import AccountSpec, funding, held, hot, wallet
from ledger.models import Account, Entry, Hold, HoldResolution, Transaction
from ledger.services import Line, Posted, Posting
from ledger.tests.books import pot, rows
from ledger.tests.model import Model, ModelHold, Refusals

LONG = bool(os.environ.get("MERCAT_LONG"))

PEOPLE = [UUID(int=number) for number in (1, 2, 3)]
SHOP, CREDIT_LINE = pot("shop"), pot("line", floor=-200)
WALLETS = [wallet(person, "GBP") for person in PEOPLE]
IN_POUNDS = [*WALLETS, SHOP, CREDIT_LINE]
ACCOUNTS = [*IN_POUNDS, wallet(PEOPLE[0], "JPY")]

people = st.sampled_from(PEOPLE)
accounts, in_pounds = st.sampled_from(ACCOUNTS), st.sampled_from(IN_POUNDS)
amounts = st.one_of(st.integers(1, 300), st.sampled_from([1, 100, 10_000]))
numbers = st.integers(0, 99)
"""Which of what there is, counted round."""


class Books(RuleBasedStateMachine):
    """Each run is a transaction of its own, rolled back at its end."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.clocks, self.now = Clocks(self.patch), clock.db_now()
        self.clocks.stop_at(self.now)
        self.model = Model()
        self.posted: list[tuple[Posting, UUID]] = []
        self.repeatable: list[tuple[Callable[[], Any], Any]] = []
        self.remembered: dict[tuple[str, int], Money] = {}
        self.stable: dict[tuple[str, datetime], queries.PastBalance] = {}

    def teardown(self) -> None:
        written = rows()
        connection.check_constraints()
        books = Snapshot()
        self._roll_back()
        with transaction.atomic():
            books.replay()
            assert rows() == written
            transaction.set_rollback(True)

    def _roll_back(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)
        self.patch.undo()

    @initialize(amounts=st.lists(st.integers(0, 900), min_size=6, max_size=6))
    def open_accounts(self, amounts: list[int]) -> None:
        for account, amount in zip(ACCOUNTS, amounts, strict=True):
            self.deposit(account, amount)
        self.hold(PEOPLE[0], 50, 1)
        self.hold(PEOPLE[1], 60, None)

    @rule(account=accounts, amount=amounts)
    def deposit(self, account: AccountSpec, amount: int) -> None:
        self._post(Line(funding(account.currency), -amount), Line(account, amount))

    @rule(person=people, amount=amounts)
    def credit(self, person: UUID, amount: int) -> None:
        lines = Line(funding("GBP"), -amount), Line(wallet(person, "GBP"), amount)
        key, scope = uuid7().hex, "staff"
        self._repeatably(
            lambda: services.credit(
                user_id=person, amount=Money(amount, "GBP"), key=key, scope=scope, actor_id=person
            ),
            lines,
        )

    @rule(account=accounts, amount=amounts)
    def debit(self, account: AccountSpec, amount: int) -> None:
        self._post(Line(account, -amount), Line(funding(account.currency), amount))

    @rule(payer=in_pounds, payee=accounts, amount=amounts)
    def transfer(self, payer: AccountSpec, payee: AccountSpec, amount: int) -> None:
        self._post(Line(payer, -amount), Line(payee, amount))

    @rule(parts=st.lists(st.tuples(in_pounds, st.integers(-99, 99)), min_size=2, max_size=4))
    def move_between_many(self, parts: list[tuple[AccountSpec, int]]) -> None:
        rest = -sum(amount for _, amount in parts)
        self._post(*[Line(*part) for part in parts], Line(SHOP, rest))

    @rule(amount=amounts, yen=st.integers(1, 500))
    def exchange(self, amount: int, yen: int) -> None:
        pounds, exchanged = wallet(PEOPLE[0], "GBP"), wallet(PEOPLE[0], "JPY")
        self._post(
            Line(pounds, -amount),
            Line(hot("platform:fx:GBP", "clearing", "GBP"), amount),
            Line(hot("platform:fx:JPY", "clearing", "JPY"), -yen),
            Line(exchanged, yen),
        )

    @rule(
        moves=st.lists(st.tuples(in_pounds, in_pounds, st.integers(1, 99)), min_size=2, max_size=4)
    )
    def batch(self, moves: list[tuple[AccountSpec, AccountSpec, int]]) -> None:
        self._batch([_posting(Line(a, -amount), Line(b, amount)) for a, b, amount in moves])

    @rule(amount=amounts, place=st.integers(0, 2), off=st.sampled_from([-1, 1]))
    def batch_with_one_bad_line(self, amount: int, place: int, off: int) -> None:
        good = [_posting(Line(funding("GBP"), -amount), Line(SHOP, amount)) for _ in range(2)]
        bad = _posting(Line(funding("GBP"), -amount), Line(WALLETS[0], amount + off))
        self._batch([*good[:place], bad, *good[place:]])

    @rule(person=people, amount=amounts, minutes=st.sampled_from([None, 1, 60]))
    def hold(self, person: UUID, amount: int, minutes: int | None) -> None:
        mine, aside = wallet(person, "GBP"), held(person, "GBP")
        lasting = None if minutes is None else timedelta(minutes=minutes)
        key = uuid7().hex

        def place() -> Hold:
            new = services.new_hold(
                user_id=person, amount=Money(amount, "GBP"), purpose="bid", lasting=lasting
            )
            return services.place_hold(new, key=key, scope="test", actor_id=person)

        if placed := self._repeatably(place, (Line(mine, -amount), Line(aside, amount))):
            expires_at = None if lasting is None else self.now + lasting
            assert placed.expires_at == expires_at
            self.model.holds[placed.pk] = ModelHold(mine, aside, amount, expires_at)

    @precondition(lambda self: self.model.holds)
    @rule(number=numbers, amount=amounts)
    def capture(self, number: int, amount: int) -> None:
        pk, hold = _nth(list(self.model.holds.items()), number)
        key = uuid7().hex
        refusals = self.model.capture_refusals(hold, amount, self.now)
        lines = (*hold.ending(amount), Line(SHOP, amount))
        captured = self._repeatably(
            lambda: services.capture_hold(
                hold_id=pk,
                amount=Money(amount, "GBP"),
                to=SHOP,
                key=key,
                scope="test",
                actor_id=None,
            ),
            lines,
            refusals,
        )
        hold.is_open = hold.is_open and captured is None

    @precondition(lambda self: self.model.holds)
    @rule(number=numbers)
    def void(self, number: int) -> None:
        pk, hold = _nth(list(self.model.holds.items()), number)
        key = uuid7().hex
        voided = self._repeatably(
            lambda: services.void_hold(hold_id=pk, key=key, scope="test", actor_id=None),
            hold.ending(),
            set() if hold.is_open else {errors.HoldResolved},
        )
        hold.is_open = hold.is_open and voided is None

    @rule(by=st.sampled_from([timedelta(microseconds=1), timedelta(minutes=1), timedelta(hours=1)]))
    def advance_the_clock(self, by: timedelta) -> None:
        self.now = self.clocks.advance(by)

    @rule()
    def expire(self) -> None:
        due = self.model.due(self.now)
        assert services.expire_holds() == len(due)
        for hold in due:
            hold.is_open = False
            self.model.apply(hold.ending())

    @precondition(lambda self: self.posted)
    @rule(number=numbers)
    def reverse(self, number: int) -> None:
        posting, original = _nth(self.posted, number)
        entries = Entry.objects.filter(transaction=original).select_related("account")
        lines = [Line(AccountSpec.of(entry.account), -entry.amount) for entry in entries]
        undo = Posting("reversal", uuid7().hex, tuple(lines), reverses=original)
        done = Transaction.objects.filter(reverses=original).exists()
        refusals: Refusals = {errors.AlreadyReversed} if done else set()
        negated = [replace(line, amount=-line.amount) for line in posting.lines]
        self._repeatably(lambda: services.post(undo), negated, refusals)

    @precondition(lambda self: self.repeatable)
    @rule(number=numbers)
    def repeat(self, number: int) -> None:
        call, first = _nth(self.repeatable, number)
        before = rows()
        again = call()
        assert _identity(again) == first
        assert getattr(again, "replayed", True)
        assert rows() == before

    @precondition(lambda self: self.posted)
    @rule(number=numbers)
    def use_a_key_for_other_money(self, number: int) -> None:
        posting, _ = _nth(self.posted, number)
        doubled = tuple(replace(line, amount=2 * line.amount) for line in posting.lines)
        other = replace(posting, lines=doubled)
        self._attempt(lambda: services.post(other), refusals={errors.IdempotencyMismatch})

    @rule(account=accounts, status=st.sampled_from(["frozen", "open", "open"]))
    def freeze_or_thaw(self, account: AccountSpec, status: str) -> None:
        if Account.objects.filter(code=account.code).update(status=status):
            change = self.model.frozen.add if status == "frozen" else self.model.frozen.discard
            change(account.code)

    @precondition(lambda self: self.model.versions)
    @rule(number=numbers, back=numbers, ago=st.integers(0, 7_200))
    def remember(self, number: int, back: int, ago: int) -> None:
        code = _nth([code for code in self.model.versions if "platform" not in code], number)
        version = back % (self.model.versions[code] + 1)
        self.remembered[code, version] = queries.balance_at_version(code, version).balance
        past = queries.balance_at(code, self.now - timedelta(seconds=ago))
        if past.stable:
            self.stable[code, past.at] = past

    @invariant()
    def books_keep_every_promise(self) -> None:
        assert queries.discrepancies() == []

    @invariant()
    def balances_are_the_models(self) -> None:
        balances, versions = Counter[str](), Counter[str]()
        for account in Account.objects.all():
            code, _, _ = account.code.partition("#")
            balances[code] += account.balance
            versions[code] += account.version
        assert balances == self.model.balances
        assert versions == self.model.versions

    @invariant()
    def wallets_and_holds_are_the_models(self) -> None:
        """Of each person in turn."""
        person = PEOPLE[self.model.versions.total() % len(PEOPLE)]
        mine, aside = wallet(person, "GBP"), held(person, "GBP")
        shown = queries.wallet_balances(person, "GBP")[0]
        assert shown.available.amount == self.model.balances[mine.code]
        assert shown.held.amount == self.model.balances[aside.code]
        own = {
            pk: hold.amount
            for pk, hold in self.model.holds.items()
            if hold.is_open and hold.held == aside
        }
        assert {hold.id: hold.amount.amount for hold in shown.holds} == own
        assert shown.held.amount == sum(own.values())

    @invariant()
    def what_was_answered_stays_true(self) -> None:
        for (code, version), balance in self.remembered.items():
            assert queries.balance_at_version(code, version).balance == balance
        for (code, at), past in self.stable.items():
            assert queries.balance_at(code, at) == past

    def _post(self, *lines: Line) -> None:
        posting = _posting(*lines)
        if posted := self._repeatably(lambda: services.post(posting), posting.lines):
            self.posted.append((posting, posted.transaction_id))

    def _batch(self, postings: list[Posting]) -> None:
        answers = self._attempt(
            lambda: services.post_batch(postings), *[posting.lines for posting in postings]
        )
        for posting, answer in zip(postings, answers or (), strict=bool(answers)):
            self.posted.append((posting, answer.transaction_id))

    def _repeatably(
        self, call: Callable[[], Any], lines: Any, refusals: Refusals | None = None
    ) -> Any:
        answer = self._attempt(call, lines, refusals=refusals)
        if answer is not None:
            self.repeatable.append((call, _identity(answer)))
        return answer

    def _attempt(
        self, call: Callable[[], Any], *transactions: Any, refusals: Refusals | None = None
    ) -> Any:
        """The answer, or None where the model says that it is refused: then nothing changed."""
        expected = refusals or self.model.refusals(*transactions)
        before = rows()
        answer, refusal = _tried(call)
        if refusal:
            assert refusal in expected
            assert rows() == before
        else:
            assert expected == set()
            self.model.apply(*transactions)
        return answer


class Snapshot:
    """All rows of the books, to be written once more into empty ones."""

    def __init__(self) -> None:
        self.accounts = list(Account.objects.all())
        self.headers = {header.pk: header for header in Transaction.objects.all()}
        self.entries = list(Entry.objects.order_by("pk"))
        self.holds = list(Hold.objects.all())
        self.resolutions = list(HoldResolution.objects.all())

    def replay(self) -> None:
        """Entries rebuild balances, versions, times and hashes of accounts that begin empty."""
        empty = {"balance": 0, "version": 0, "last_at": None, "head_hash": bytes(32)}
        Account.objects.bulk_create(
            [_with(account, **empty, status="open") for account in self.accounts]
        )
        for pk in dict.fromkeys(entry.transaction_id for entry in self.entries):
            own = [entry for entry in self.entries if entry.transaction_id == pk]
            Entry.objects.bulk_create(own)
            Hold.objects.bulk_create([hold for hold in self.holds if hold.placed_by_id == pk])
            ended = [one for one in self.resolutions if one.transaction_id == pk]
            HoldResolution.objects.bulk_create(ended)
            Transaction.objects.bulk_create([self.headers[pk]])
        for account in self.accounts:
            Account.objects.filter(pk=account.pk).update(status=account.status)


def _tried(call: Callable[[], Any]) -> tuple[Any, type[DomainError] | None]:
    try:
        return call(), None
    except DomainError as refusal:
        return None, type(refusal)


def _posting(*lines: Line) -> Posting:
    return Posting("transfer", uuid7().hex, lines)


def _identity(answer: Posted | Hold) -> Any:
    if isinstance(answer, Hold):
        return answer.pk
    return answer.transaction_id, answer.recorded_at, answer.balances


def _nth(some: list[Any], number: int) -> Any:
    return some[number % len(some)]


def _with(account: Account, **columns: Any) -> Account:
    own = {
        field.attname: getattr(account, field.attname) for field in Account._meta.concrete_fields
    }
    return Account(**own | columns)


@pytest.mark.django_db
def test_whatever_is_done_the_books_are_the_models() -> None:
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=200 if LONG else 10,
            stateful_step_count=50 if LONG else 25,
            derandomize=not LONG,
            print_blob=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
