"""Many at once, and nothing breaks: what remains must be exact."""

from collections.abc import Sequence

from bench.torture import journal, posters, workload
from bench.torture.arena import Arena
from bench.torture.journal import History, Request
from bench.torture.posters import Post
from bench.torture.workload import WORLD
from ledger.models import Account, Entry, Transaction

POTS = 10
CROWD = 8
"""How many ask for the same thing at once."""


def transfers(arena: Arena) -> None:
    """Workers over few accounts, more money asked for than there is.

    On PostgreSQL half of them go through the service and half use SQL of their own.
    """
    ways = [posters.service]
    if arena.store.engine == "postgresql":
        ways = [posters.service, posters.function, posters.service, posters.ordered]
    history = _transfers(arena, ways, CROWD)
    arena.expect_poor(history)
    arena.outcome.expect("deadlocks", history.retries["deadlock"], 0)


def unordered_locks(arena: Arena) -> None:
    """Workers that lock in whatever order, beside some that do it well: slow, and nothing lost.

    Whether two meet in a deadlock is chance, and the quick form's half a second may pass without.
    """
    history = _transfers(
        arena, [posters.unordered, posters.unordered, posters.service], arena.hands
    )
    if not arena.quick:
        arena.outcome.expect_some("deadlocks", history.retries["deadlock"])


def no_locks(arena: Arena) -> None:
    """Workers that lock nothing, beside some that do: they are told so, and nothing is lost."""
    history = _transfers(arena, [posters.unlocked, posters.unlocked, posters.service], arena.hands)
    arena.outcome.expect_some("stale", history.retries["stale"])


def one_key(arena: Arena) -> None:
    """Each key is sent by every worker at once: one effect, and the same answer to all."""
    source, target = workload.pots(2)
    arena.open([source, target])
    requests = [_move(f"key-{n}", source, target) for n in range(arena.repeats)]
    arena.race([arena.job(f"w{n}", posters.service, requests) for n in range(CROWD)])
    arena.audit()
    acks = [ack for acks in journal.read(arena.notes).acks.values() for ack in acks]
    arena.outcome.expect("answers", len(acks), arena.repeats * CROWD)
    arena.outcome.expect("answers of a first time", _first(acks), arena.repeats)
    arena.outcome.expect("balance", _balance(target), workload.INITIAL + arena.repeats)


def reversals(arena: Arena) -> None:
    """Each transaction is reversed by two at once, with keys of their own: one succeeds."""
    codes = workload.pots(POTS)
    originals = [_move(f"move-{n}", WORLD, codes[n % POTS]) for n in range(arena.repeats * 2)]
    arena.open(codes)
    arena.race([arena.job("first", posters.service, originals)])
    done = journal.read(arena.notes).acks
    undo = [(request, done[request.key][0].transaction_id) for request in originals]
    sides = [
        (f"{side}-{n}", [_undo(f"{side}-{one.key}", one, pk) for one, pk in undo[n :: CROWD // 2]])
        for n in range(CROWD // 2)
        for side in ("left", "right")
    ]
    arena.race([arena.job(name, posters.service, mine) for name, mine in sides])
    arena.audit()
    reasons = journal.read(arena.notes).reasons
    reversed_ = Transaction.objects.filter(reverses__isnull=False).count()
    arena.outcome.expect("reversals that succeeded", reversed_, len(originals))
    arena.outcome.expect("reversals refused", reasons["already_reversed"], len(originals))
    arena.outcome.expect("balances that came back", _untouched(arena), POTS)


def openings(arena: Arena) -> None:
    """Every worker posts to accounts that nobody has opened yet: each is opened once."""
    arena.open([], 0)
    codes = workload.pots(arena.repeats, "new")
    jobs = [
        arena.job(f"w{n}", posters.service, [_move(f"{code}-{n}", WORLD, code) for code in codes])
        for n in range(CROWD)
    ]
    arena.race(jobs)
    arena.audit()
    opened = Account.objects.filter(code__in=codes)
    arena.outcome.expect("accounts", opened.count(), len(codes))
    whole = opened.filter(balance=CROWD, version=CROWD).count()
    arena.outcome.expect("accounts with everybody's money", whole, len(codes))


def _transfers(arena: Arena, ways: Sequence[Post], workers: int) -> History:
    """Workers that post in ``ways``, one after the other, among the same few accounts."""
    codes = workload.pots(POTS)
    arena.open(codes)
    jobs = []
    for number in range(workers):
        requests = workload.lasting(arena.seconds, workload.transfers(f"w{number}", codes))
        jobs.append(arena.job(f"w{number}", ways[number % len(ways)], requests))
    arena.race(jobs)
    arena.audit()
    lowest = Entry.objects.filter(account__code__in=codes).order_by("balance_after").first()
    arena.outcome.figures["lowest balance"] = lowest.balance_after if lowest else 0
    history = journal.read(arena.notes)
    arena.outcome.expect_some("posted", len(history.acks))
    return history


def _move(key: str, source: str, target: str, amount: int = 1) -> Request:
    return Request(key, ((source, -amount), (target, amount)))


def _undo(key: str, request: Request, transaction_id: str) -> Request:
    negated = tuple((code, -amount) for code, amount in request.lines)
    return Request(key, negated, reverses=transaction_id)


def _first(acks: Sequence[journal.Answer]) -> int:
    return sum(not ack.replayed for ack in acks)


def _balance(code: str) -> int:
    return Account.objects.get(code=code).balance


def _untouched(arena: Arena) -> int:
    """Pots that have what they began with."""
    found = Account.objects.filter(min_balance=0).values_list("code", "balance")
    return sum(arena.initial.get(code) == balance for code, balance in found)
