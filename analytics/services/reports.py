"""Building reports that are kept, and asking for them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from analytics.documents.body import body
from analytics.documents.files import File, file, file_names
from analytics.documents.tables import names, table
from analytics.models import Report, ReportFile
from analytics.queries import Days, SalesReport, day_of
from analytics.services.subscriptions import readers
from core import events, jobs
from core.ids import uuid7
from core.jobs import Work
from core.locks import advisory_lock
from core.models import Event, Job
from core.snapshots import snapshot
from ledger.queries import Interval

REPORT = "report"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a report is to be of; the arguments of its job."""

    kind: Report.Kind
    days: Days
    interval: Interval
    seller_id: UUID | None

    @classmethod
    def of(cls, arguments: dict[str, Any]) -> Self:
        first, last = (date.fromisoformat(arguments[name]) for name in ("first", "last"))
        seller = arguments["seller"]
        return cls(
            Report.Kind(arguments["kind"]),
            Days(first, last),
            Interval(arguments["interval"]),
            UUID(seller) if seller else None,
        )

    @property
    def arguments(self) -> dict[str, Any]:
        return {
            "kind": str(self.kind),
            "first": self.days.first.isoformat(),
            "last": self.days.last.isoformat(),
            "interval": self.interval.value,
            "seller": str(self.seller_id) if self.seller_id else None,
        }

    @property
    def columns(self) -> dict[str, Any]:
        """What its versions have in common."""
        return {
            "kind": self.kind,
            "seller_id": self.seller_id,
            "first": self.days.first,
            "last": self.days.last,
            "interval": self.interval.value,
        }


class FactsTooOld(Exception):
    """Days that a report is to be of went on after its facts were exported."""

    def __init__(self, as_of: datetime, days: Days) -> None:
        super().__init__(
            f"Facts are as of {as_of.isoformat()}, and the days asked for end with {days.last}:"
            " run manage.py export_facts after that day."
        )


@transaction.atomic
def ask_for_report(  # noqa: PLR0913  # what of, and who asks when
    *,
    kind: Report.Kind,
    days: Days,
    interval: Interval,
    seller_id: UUID | None,
    key: str,
    actor_id: UUID | None,
    at: datetime,
) -> Job:
    """Have a report built and kept; its job. ``key`` makes it one, however often it is asked for."""
    wanted = Wanted(kind, days, interval, seller_id)
    return jobs.enqueue(REPORT, key, wanted.arguments, at=at, actor_id=actor_id)


def build_report(work: Work) -> None:
    """What the job ``report`` does: reads in one snapshot, draws outside of transactions, stores at once.

    What is there already stays: this is the next version. Subscribers hear of a first one only.

    :raises FactsTooOld: figures would be frozen that were not the last when they were read.
    """
    wanted = Wanted.of(work.arguments)
    report = SalesReport(wanted.days, wanted.interval, wanted.seller_id)
    as_of = _as_of(report, work.at)
    steps = len(names(report)) + len(file_names(report))
    with snapshot():
        for done, name in enumerate(names(report)):
            work.tell(done, steps, f"Reading {name}")
            table(report, name)
        content = body(report)
    drawn = list(_drawn(report, work, steps))
    kept = Report(
        id=uuid7(),
        content=content,
        currency=report.currency,
        built_at=as_of,
        job_id=work.job_id,
        **wanted.columns,
    )
    with work.finish(report=str(kept.pk)):
        kept.version = _next_version(wanted)
        _store(kept, drawn)
        if kept.version == 1:
            _tell_readers(kept, work.at)


def _as_of(report: SalesReport, now: datetime) -> datetime:
    """:raises FactsTooOld: less is in the facts than has happened on the report's days."""
    as_of = report.engine.as_of(now)
    if as_of < now and day_of(as_of) <= report.days.last:
        raise FactsTooOld(as_of, report.days)
    return as_of


def _drawn(report: SalesReport, work: Work, steps: int) -> Iterator[File]:
    for done, name in enumerate(file_names(report), start=len(names(report))):
        work.tell(done, steps, f"Drawing {name}")
        yield file(report, name)


def _next_version(wanted: Wanted) -> int:
    """Two that are built at once queue here."""
    advisory_lock(f"report:{sorted(wanted.arguments.items())}")
    versions = Report.objects.filter(**wanted.columns).aggregate(latest=Max("version"))
    return (versions["latest"] or 0) + 1


def _store(kept: Report, drawn: list[File]) -> None:
    """The files first: nothing is added to a report that is there."""
    ReportFile.objects.bulk_create(
        ReportFile(
            report=kept, name=each.name, content_type=each.content_type, content=each.content
        )
        for each in drawn
    )
    kept.save(force_insert=True)


def _tell_readers(kept: Report, at: datetime) -> None:
    """An event for each, so that a mail that fails stops no other."""
    events.record_many(
        [
            Event(
                kind="report.built",
                subject_id=kept.pk,
                payload={"user": str(user.pk)},
                at=at,
            )
            for user in readers(Report.Kind(kept.kind), kept.seller_id)
        ]
    )
