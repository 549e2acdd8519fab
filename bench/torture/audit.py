"""Holds the books against what the workers noted. Every count must be 0."""

from collections import Counter
from collections.abc import Iterable, Mapping

from bench.torture.journal import Answer, History
from bench.torture.workload import SETUP
from ledger.models import Account, Entry, Transaction
from ledger.queries import discrepancies

Keys = Mapping[str, list[str]]


def count(history: History, initial: Mapping[str, int]) -> dict[str, int]:
    """``initial`` is what accounts had before the first worker; the others had nothing."""
    booked = _booked()
    counts = {
        "lost": sum(key not in booked for key in history.acks),
        "phantom": sum(key not in history.sent for key in booked),
        "doubled": _doubled(history, booked),
        "leaked": sum(key in booked for key in history.refusals if key not in history.acks),
        "never settled": len(history.in_doubt),
        "balances off": _balances_off(history, initial),
        "answers unlike their entries": _unlike(history),
    }
    broken = Counter(found.rule for found in discrepancies())
    return counts | {"discrepancies": broken.total()} | dict(broken)


def lost(history: History) -> int:
    """How many acknowledged keys have left no transaction."""
    booked = _booked()
    return sum(key not in booked for key in history.acks)


def _booked() -> dict[str, list[str]]:
    """Ids of transactions by key."""
    booked: dict[str, list[str]] = {}
    headers = Transaction.objects.exclude(idem_scope=SETUP).values_list("idem_key", "id")
    for key, pk in headers.iterator():
        booked.setdefault(key, []).append(str(pk))
    return booked


def _doubled(history: History, booked: Keys) -> int:
    """Keys with two transactions, or with two answers that differ, or an answer for another."""
    twice = {key for key, ids in booked.items() if len(ids) > 1}
    unlike = {key for key, acks in history.acks.items() if not _one_effect(acks, booked.get(key))}
    return len(twice | unlike)


def _one_effect(acks: list[Answer], ids: list[str] | None) -> bool:
    first = acks[0]
    same = all((one.transaction_id, one.balances) == _effect(first) for one in acks)
    return same and (ids is None or first.transaction_id in ids)


def _effect(answer: Answer) -> tuple[str, Mapping[str, tuple[int, int]]]:
    return answer.transaction_id, answer.balances


def _balances_off(history: History, initial: Mapping[str, int]) -> int:
    wanted = Counter(initial)
    for key in history.acks:
        for code, amount in history.sent[key].lines:
            wanted[code] += amount
    found = dict(Account.objects.values_list("code", "balance"))
    return sum(found.get(code, 0) != wanted[code] for code in found.keys() | wanted.keys())


def _unlike(history: History) -> int:
    """Acknowledged balances or versions that are not those of the stored entry."""
    columns = ("account__code", "account_seq", "balance_after", "transaction_id")
    entries = Entry.objects.values_list(*columns).iterator(chunk_size=5_000)
    stored = {(code, seq): (balance, str(pk)) for code, seq, balance, pk in entries}
    return sum(
        stored.get((code, version)) != (balance, ack.transaction_id)
        for ack in _every(history)
        for code, (balance, version) in ack.balances.items()
    )


def _every(history: History) -> Iterable[Answer]:
    return (ack for acks in history.acks.values() for ack in acks)
