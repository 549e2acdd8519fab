"""What currencies are worth."""

from datetime import datetime

from django.conf import settings
from django.db.models import OuterRef, Subquery

from ledger.models import ExchangeRate


def rate_at(currency: str, at: datetime) -> ExchangeRate | None:
    """The rate in force at ``at``: the newest that has begun, unless it has ended.

    An older one does not come back when a newer one ends: stale prices are nobody's intention.
    """
    begun = ExchangeRate.objects.filter(
        base=settings.SHOP_CURRENCY, currency=currency, valid_from__lte=at
    )
    newest = begun.order_by("-valid_from", "-pk").first()
    if newest is None or (newest.valid_until and newest.valid_until <= at):
        return None
    return newest


def rates_at(at: datetime) -> list[ExchangeRate]:
    """Every rate in force at ``at``, by currency."""
    known = ExchangeRate.objects.filter(base=settings.SHOP_CURRENCY)
    begun = known.filter(currency=OuterRef("currency"), valid_from__lte=at)
    newest = Subquery(begun.order_by("-valid_from", "-pk").values("pk")[:1])
    return list(known.filter(pk=newest).exclude(valid_until__lte=at).order_by("currency"))
