"""Past sales and returns, entered and counted as the worker would."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from analytics.documents.body import body
from analytics.documents.files import file
from analytics.models import (
    CustomerFact,
    HourFact,
    Newcomer,
    PairFact,
    Report,
    ReportFile,
    SalesFact,
    SellerNewcomer,
    Source,
)
from analytics.queries import Days, SalesReport
from analytics.services.reports import Wanted
from cart.pricing import PricedLine
from core import events, jobs
from core.models import Delivery, Job
from ledger.queries import Interval
from orders.services import PastRefund, PastSale, record_past
from orders.tests.factories import ADDRESS

COUNT = "analytics.services.count_orders"
BUILT = datetime(2026, 3, 3, 5, tzinfo=UTC)
FACTS = (SalesFact, CustomerFact, HourFact, PairFact, Newcomer, SellerNewcomer)


def sale(
    reference: str, at: datetime, *sold: PricedLine, buyer: User | None = None, country: str = "GB"
) -> PastSale:
    return PastSale(reference, buyer, sold, "GBP", {**ADDRESS, "country": country}, at)


def back(of: str, at: datetime, quantities: dict[int, int], number: int = 1) -> PastRefund:
    return PastRefund(f"{of}:back{number}", of, quantities, "broken", at)


def enter(*happened: PastSale | PastRefund) -> None:
    """Put into the books, in one transaction, and count."""
    record_past(
        sales=[one for one in happened if isinstance(one, PastSale)],
        returns=[one for one in happened if isinstance(one, PastRefund)],
    )
    count()


def count() -> None:
    """What a worker does with the news for the facts, and only for them."""
    while events.deliver_batch(COUNT, at=timezone.now()):
        pass


def waiting() -> int:
    return Delivery.objects.filter(consumer=COUNT).exclude(state=Delivery.State.DONE).count()


def rows() -> dict[str, list[dict[str, Any]]]:
    """All facts, and what they have counted."""
    facts: dict[str, list[dict[str, Any]]] = {
        fact.__name__: list(fact._default_manager.order_by("pk").values())  # type: ignore[arg-type]  # of several models
        for fact in FACTS
    }
    sources = Source.objects.order_by("kind", "subject_id").values()
    return facts | {"Source": [{**row, "id": None} for row in sources]}


def totals(fact: type[Any], *names: str) -> list[int]:
    """Sums over all rows."""
    return [sum(fact.objects.values_list(name, flat=True)) for name in names]


def asked(
    days: Days,
    *,
    kind: Report.Kind = Report.Kind.DAILY,
    interval: Interval = Interval.DAY,
    seller_id: UUID | None = None,
    key: str = "",
    at: datetime = BUILT,
) -> Job:
    """The job of a report, which no worker has heard of."""
    return Job.objects.create(
        kind="report",
        key=f"{kind}:{days}:{interval}:{seller_id}:{key}",
        arguments=Wanted(kind, days, interval, seller_id).arguments,
        queued_at=at,
        next_at=at,
    )


def built(days: Days, **wanted: Any) -> Report:
    """A report that is kept, built as a worker would."""
    job = asked(days, **wanted)
    jobs.run(job.pk, at=job.next_at)
    return Report.objects.get(job=job)


@transaction.atomic
def kept(days: Days, *, files: Iterable[str] = ("trend.csv",), **wanted: Any) -> Report:
    """A report with only these ``files``: drawing all of them takes seconds."""
    job = asked(days, **wanted)
    terms = Wanted.of(job.arguments)
    report = SalesReport(terms.days, terms.interval, terms.seller_id)
    row = Report(content=body(report), currency="GBP", version=1, job=job, built_at=BUILT)
    for name, value in terms.columns.items():
        setattr(row, name, value)
    made = [file(report, name) for name in files]
    ReportFile.objects.bulk_create(
        ReportFile(report=row, name=each.name, content_type=each.content_type, content=each.content)
        for each in made
    )
    row.save(force_insert=True)
    return row
