"""Proof, to who has the public key and the anchor, that recorded transactions are as they were."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from ledger.models.books import Transaction


class Seal(models.Model):
    """A signature over ``count`` transactions and over the seal before. Never changed.

    ``root_hash`` is over every other column but ``signature``, and over the members' digests in
    order; ``signature`` (Ed25519) is over ``root_hash``. Numbers run 1, 2, 3, ...
    What was recorded before ``sealed_until`` (UTC) was sealed by then: where the next looks from.
    """

    number = models.BigIntegerField(primary_key=True)
    previous_hash = models.BinaryField(max_length=32)
    count = models.IntegerField()
    sealed_until = models.DateTimeField()
    sealed_at = models.DateTimeField()
    key_id = models.CharField(max_length=16)
    root_hash = models.BinaryField(max_length=32)
    signature = models.BinaryField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(number__gte=1), name="ledger_seal_number_from_one"),
            models.CheckConstraint(condition=Q(count__gte=1), name="ledger_seal_count_positive"),
            models.CheckConstraint(
                condition=Q(Exact(Length("previous_hash"), 32))
                & Q(Exact(Length("root_hash"), 32))
                & Q(Exact(Length("signature"), 64)),
                name="ledger_seal_hash_lengths",
            ),
        ]

    def __str__(self) -> str:
        return f"seal {self.number}"


class SealMember(models.Model):
    """A transaction's place in the one seal that it is in, and the digest of what it was then.

    ``digest`` is ``ledger.canonical.transaction_digest``. Never changed.
    """

    transaction = models.OneToOneField(
        Transaction, primary_key=True, on_delete=models.PROTECT, related_name="sealed"
    )
    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="members", db_index=False)
    position = models.IntegerField()
    digest = models.BinaryField(max_length=32)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["seal", "position"], name="ledger_sealmember_position_once"
            ),
            models.CheckConstraint(
                condition=Q(position__gte=1), name="ledger_sealmember_position_from_one"
            ),
            models.CheckConstraint(
                condition=Exact(Length("digest"), 32), name="ledger_sealmember_digest_length"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transaction_id} in seal {self.seal_id}"
