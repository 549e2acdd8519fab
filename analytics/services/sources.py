"""Finding what there is to count, in orders and in the ledger, and noting it as counted.

Which day and hour something falls on is decided here, and nowhere else: by the ledger's
``effective_at``, in the shop's time zone.
"""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from uuid import UUID

from django.db import connection
from django.db.models import (
    Case,
    CharField,
    DateField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import (
    MD5,
    Cast,
    Coalesce,
    Concat,
    ExtractHour,
    Lower,
    Replace,
    Substr,
    Trim,
    TruncDate,
    TruncMonth,
)
from django.utils import timezone

from analytics.models import Source
from core import countries
from core.models import Event
from ledger.models import Transaction
from orders.models import Order, Payment, Refund

COLUMNS = (
    "kind",
    "subject_id",
    "order_id",
    "day",
    "hour",
    "month",
    "customer",
    "country",
    "currency",
)
KEY = ("kind", "subject_id")
KNOWN = {
    "passed over": "NOTHING",
    "moved": "UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in COLUMNS if name not in KEY),
}


def note_orders(order_ids: Collection[UUID]) -> list[int]:
    """Note all that has happened to these orders and is not noted yet; returns the new ids."""
    found = [
        _sales(Order.objects.filter(pk__in=order_ids)),
        _free_sales(Order.objects.filter(pk__in=order_ids)),
        _releases(Order.objects.filter(pk__in=order_ids)),
        _refunds(Refund.objects.filter(order__in=order_ids)),
    ]
    return [pk for rows in found for pk in _note(rows, known="passed over")]


def note_days(first: date, last: date) -> QuerySet[Source]:
    """Note all that happened on these days, also if it was noted on another day."""
    start, end = instants(first, last)
    transactions = Transaction.objects.filter(
        kind="escrow_release", effective_at__gte=start, effective_at__lt=end
    )
    released = transactions.values_list(Cast(Substr("idem_key", 7, 32), UUIDField()))
    found = [
        _sales(Order.objects.all()).filter(at__gte=start, at__lt=end),
        _free_sales(Order.objects.all()).filter(at__gte=start, at__lt=end),
        _releases(Order.objects.filter(pk__in=released)),
        _refunds(Refund.objects.filter(refunded_at__gte=start, refunded_at__lt=end)),
    ]
    for rows in found:
        _note(rows, known="moved")
    return Source.objects.filter(day__range=(first, last))


def instants(first: date, last: date) -> tuple[datetime, datetime]:
    """When ``first`` begins and ``last`` has ended, in the shop's time zone."""
    zone = timezone.get_default_timezone()
    end = datetime.combine(last + timedelta(days=1), time.min, zone)
    return datetime.combine(first, time.min, zone), end


def _sales(orders: QuerySet[Order]) -> QuerySet[Any]:
    paid = orders.filter(payments__status=Payment.Status.CAPTURED)
    at = F("payments__transaction__effective_at")
    return _rows(paid.annotate(at=at), Source.Kind.SALE)


def _free_sales(orders: QuerySet[Order]) -> QuerySet[Any]:
    """Those that cost their buyers nothing are paid as soon as they are placed, without a payment."""
    paid = Event.objects.filter(kind="order.paid", subject_id=OuterRef("pk"))
    free = orders.filter(Exists(paid), total=0)
    return _rows(free.annotate(at=F("created_at")), Source.Kind.SALE)


def _releases(orders: QuerySet[Order]) -> QuerySet[Any]:
    """By the key of the transaction that paid the sellers; see ``orders.services.payments.release``."""
    number = Replace(Cast("pk", CharField(max_length=36)), Value("-"), Value(""))
    key = Concat(Value("order:"), OuterRef("hex"), Value(":release"), output_field=CharField())
    release = Transaction.objects.filter(idem_scope="mercat", idem_key=key)
    rows = orders.annotate(hex=number).annotate(at=Subquery(release.values("effective_at")))
    return _rows(rows.filter(at__isnull=False), Source.Kind.RELEASE)


def _refunds(refunds: QuerySet[Refund]) -> QuerySet[Any]:
    return _rows(refunds.annotate(at=F("refunded_at")), Source.Kind.REFUND, "order__")


def _rows(happened: QuerySet[Any], kind: Source.Kind, of: str = "") -> QuerySet[Any]:
    """One for each of ``happened`` (at ``at``), with ``COLUMNS``. ``of`` leads to the order."""
    zone = timezone.get_default_timezone()
    guest = Cast(MD5(Lower(Trim(f"{of}email"))), UUIDField())
    country = KeyTextTransform("country", f"{of}shipping_address")
    return happened.order_by().values_list(
        Value(kind.value),
        "pk",
        f"{of}pk",
        TruncDate("at", tzinfo=zone),
        ExtractHour("at", tzinfo=zone),
        TruncMonth("at", tzinfo=zone, output_field=DateField()),
        Case(When(Q(**{f"{of}user__isnull": False}), then=F(f"{of}user_id")), default=guest),
        Coalesce(country, Value(countries.UNKNOWN), output_field=CharField()),
        f"{of}currency",
    )


def _note(rows: QuerySet[Any], *, known: Literal["passed over", "moved"]) -> list[int]:
    """Insert ``rows``, which never leave the database. Returns the ids of those written."""
    select, values = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO analytics_source ({', '.join(COLUMNS)}) {select} "  # Django's
            f"ON CONFLICT ({', '.join(KEY)}) DO {KNOWN[known]} RETURNING id",
            values,
        )
        return [pk for (pk,) in cursor.fetchall()]
