"""What the ledger says of the same days."""

from django.db.models import Sum

from analytics.queries import Days, summary
from analytics.services.sources import instants
from ledger.models import Entry


def moved(days: Days, kinds: list[str], accounts: list[str]) -> int:
    """Added up over the entries of transactions of these kinds, on accounts of these kinds."""
    start, end = instants(days.first, days.last)
    entries = Entry.objects.filter(
        transaction__kind__in=kinds,
        transaction__effective_at__gte=start,
        transaction__effective_at__lt=end,
        account__kind__in=accounts,
        currency="GBP",
    )
    return int(entries.aggregate(all=Sum("amount", default=0))["all"])


def assert_facts_equal_ledger(days: Days) -> None:
    """Every amount of ``days``: buyers', promotions', commission's and the state's."""
    figures = summary(days).figures
    buyers = ["wallet", "held", "clearing"]
    every = ["order_payment", "escrow_release", "refund"]
    assert figures.paid == -moved(days, ["order_payment"], buyers)
    assert figures.refunded == moved(days, ["refund"], buyers)
    assert figures.net == -moved(days, every, buyers)
    assert figures.borne == -moved(days, every, ["promotion"])
    assert figures.commission == moved(days, ["escrow_release"], ["commission"])
    assert figures.earned == moved(days, every, ["commission"])
    assert figures.owed_tax == moved(days, every, ["tax"])
