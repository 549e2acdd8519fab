"""Rows that every app writes: events and their deliveries, jobs, remembered answers, the audit trail."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from core.ids import uuid7


class Identified(models.Model):
    """A row with a public, time-ordered id."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True


class Versioned(Identified):
    """A row that people edit: ``version`` counts its changes, for ``ETag`` and ``If-Match``.

    ``created_at`` and ``updated_at`` are UTC. A guarded ``.update()`` sets ``updated_at`` and
    ``version=NEXT_VERSION`` itself, because ``auto_now`` does not run there.
    """

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveBigIntegerField(default=1, editable=False)

    class Meta:
        abstract = True


class Event(Identified):
    """Something that happened, told upward: appended in the transaction that made it happen."""

    kind = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    payload = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["subject_id", "at"], name="core_event_subject"),
            models.Index(fields=["kind", "at"], name="core_event_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"


class Delivery(Identified):
    """One event on its way to one consumer. ``next_at`` is when it may be tried (again)."""

    class State(models.TextChoices):
        PENDING = "pending"
        DONE = "done"
        PARKED = "parked"

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="deliveries")
    consumer = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    error = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "consumer"], name="core_delivery_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_at"], condition=Q(state="pending"), name="core_delivery_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} to {self.consumer}"


class Job(Identified):
    """Work for a worker; see ``core.jobs``, which alone writes it.

    Whoever runs it holds the ``claim`` until ``claimed_until``. ``next_at`` is when a waiting job is
    sent (again), ``progress`` per cent of the present attempt, ``error`` why the last one failed.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    arguments = models.JSONField(default=dict)
    actor_id = models.UUIDField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)
    progress = models.PositiveSmallIntegerField(default=0)
    step = models.CharField(max_length=120, blank=True)
    error = models.TextField(blank=True)
    result = models.JSONField(default=dict)
    queued_at = models.DateTimeField()
    next_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "key"], name="core_job_once"),
            models.CheckConstraint(condition=Q(progress__lte=100), name="core_job_progress"),
            models.CheckConstraint(
                condition=Q(state="running", claim__isnull=False, claimed_until__isnull=False)
                | (~Q(state="running") & Q(claim__isnull=True, claimed_until__isnull=True)),
                name="core_job_claimed_while_running",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "failed"], finished_at__isnull=False)
                | Q(state__in=["waiting", "running"], finished_at__isnull=True),
                name="core_job_finished_at_the_end",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], condition=Q(state="waiting"), name="core_job_due"),
            models.Index(
                fields=["claimed_until"], condition=Q(state="running"), name="core_job_claimed"
            ),
            models.Index(fields=["-queued_at"], name="core_job_queued"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def duration(self) -> timedelta | None:
        """Of the last attempt, once the job has ended."""
        if self.started_at is None or self.finished_at is None:
            return None
        return self.finished_at - self.started_at


class IdempotencyRecord(Identified):
    """The answer that the first request with this key got. Kept until ``expires_at``.

    Without a ``status`` there is none yet, but an ``intent``: what the first transaction made, to
    be finished outside of any. Until ``leased_until`` somebody is at it.
    """

    scope = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    intent = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    content_type = models.CharField(max_length=80)
    body = models.TextField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scope", "key"], name="core_idempotency_key_once"),
            models.CheckConstraint(
                condition=Q(status__isnull=False) | (Q(leased_until__isnull=False) & ~Q(intent="")),
                name="core_idempotency_answer_or_intent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"


class AuditEntry(Identified):
    """Who changed what, outside the ledger (whose transactions are their own record).

    Each stream is a chain: ``hash`` covers the row and ``previous_hash``. Append-only.
    """

    stream = models.CharField(max_length=40)
    seq = models.PositiveBigIntegerField()
    actor_id = models.UUIDField(null=True)
    action = models.CharField(max_length=40)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=60)
    changes = models.JSONField(default=dict)
    at = models.DateTimeField()
    previous_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name_plural = "audit entries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["stream", "seq"], name="core_audit_seq_once"),
            models.CheckConstraint(condition=Q(seq__gte=1), name="core_audit_seq_from_one"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["object_type", "object_id", "-at"], name="core_audit_object"),
        ]

    def __str__(self) -> str:
        return f"{self.stream} {self.seq}: {self.action} {self.object_type} {self.object_id}"


class TallyBatch(Identified):
    """A batch of counts that was written; its id makes sure that it is not written again."""

    counted_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "tally batches"

    def __str__(self) -> str:
        return str(self.pk)


NEXT_VERSION = F("version") + 1
"""Goes into every guarded ``.update()`` of a ``Versioned`` row, beside ``updated_at``."""
