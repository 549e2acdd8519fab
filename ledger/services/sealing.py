"""Sealing what was recorded, so that a later change of it can be shown to anybody."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from core import clock
from core.locks import try_advisory_lock
from ledger import anchor
from ledger.canonical import microseconds, seal_root
from ledger.dialects import by_index
from ledger.keys import SigningKey
from ledger.models import EMPTY_HASH, Seal, SealMember, Transaction
from ledger.originals import originals
from ledger.queries.settled import settled

MAX_PER_SEAL = 1_000

LOCK = "ledger.seal"
"""Its trigger takes the same: one sealer at a time, whoever it is."""

Recorded = tuple[datetime, UUID]


def seal_transactions(*, everything: bool = False) -> int:
    """Seal what is not sealed yet, oldest first, at most ``MAX_PER_SEAL`` transactions to a seal and
    each seal in a transaction of its own; then bring the anchor up to date.

    Looks from where the last seal says that all before was sealed, which a transaction that commits
    late is never older than; ``everything`` looks at all, for when the database's clock was set
    back. Whoever comes while another seals leaves it to them. Returns the number of seals.

    :raises AnchorDiffers: the anchor knows of seals that this database has not, or has otherwise:
        nothing is sealed on top of an older copy.
    """
    if settings.LEDGER_ANCHOR:
        anchor.check(settings.LEDGER_ANCHOR)
    with settled() as until:
        pass  # what is read from here on sees everything before it
    key = SigningKey()
    seals = 0
    for page in _pages(everything=everything):
        sealed = _seal(page, until, key)
        if sealed is None:
            break
        seals += sealed
    if settings.LEDGER_ANCHOR:
        anchor.append(settings.LEDGER_ANCHOR)
    return seals


def _pages(*, everything: bool) -> Iterator[list[Recorded]]:
    """Transactions, sealed or not, in the order of recording."""
    rows = Transaction.objects.order_by("recorded_at", "pk").values_list("recorded_at", "pk")
    head = None if everything else Seal.objects.order_by("number").last()
    if head:
        rows = rows.filter(recorded_at__gte=head.sealed_until)
    page = list(rows[:MAX_PER_SEAL])
    while page:
        yield page
        at, pk = page[-1]
        later = rows.filter(recorded_at__gte=at).exclude(recorded_at=at, pk__lte=pk)
        page = list(later[:MAX_PER_SEAL])


@transaction.atomic
def _seal(page: Sequence[Recorded], until: datetime, key: SigningKey) -> int | None:
    """Seal those of ``page`` that are not; None if another sealer is at it."""
    if not try_advisory_lock(LOCK):
        return None
    ids = [pk for _, pk in page]
    with by_index():
        sealed = set(SealMember.objects.filter(pk__in=ids).values_list("pk", flat=True))
        new = [pk for pk in ids if pk not in sealed]
        if new:
            _write(new, min(until, page[-1][0]), key)
    return int(bool(new))


def _write(ids: Sequence[UUID], until: datetime, key: SigningKey) -> None:
    """Members first, the seal last: its trigger counts them."""
    seal = _next(until, key)
    found = originals(ids)
    digests = [found[pk].digest() for pk in ids]
    SealMember.objects.bulk_create(
        SealMember(transaction_id=pk, seal_id=seal.number, position=position, digest=digest)
        for position, (pk, digest) in enumerate(zip(ids, digests, strict=True), start=1)
    )
    seal.count = len(ids)
    seal.root_hash = seal_root(_signed(seal), digests)
    seal.signature = key.sign(seal.root_hash)
    seal.save(force_insert=True)


def _next(until: datetime, key: SigningKey) -> Seal:
    """It follows the last one, also in time, whatever the clock did."""
    now = clock.db_now()
    head = Seal.objects.order_by("number").last()
    return Seal(
        number=head.number + 1 if head else 1,
        previous_hash=bytes(head.root_hash) if head else EMPTY_HASH,
        sealed_until=max(until, head.sealed_until) if head else until,
        sealed_at=max(now, head.sealed_at) if head else now,
        key_id=key.public.id,
    )


def _signed(seal: Seal) -> list[bytes]:
    """As ``originals.SealRow.signed`` reads it."""
    return [
        b"%d" % seal.number,
        bytes(seal.previous_hash),
        b"%d" % microseconds(seal.sealed_until),
        b"%d" % microseconds(seal.sealed_at),
        seal.key_id.encode(),
    ]
