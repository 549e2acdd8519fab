"""Facts hear of what happened to orders."""

from collections.abc import Sequence

from django.db import transaction

from analytics.models import Source
from analytics.services import adding, sources
from core import events
from core.locks import advisory_lock
from core.models import Event

LOCK = "facts"
"""Whoever writes facts waits for whoever else does: their rows are the same ones, today's."""


@events.batched
@transaction.atomic
def count_orders(news: Sequence[Event]) -> None:
    """Add all that has happened to these orders and is not counted; consumer of ``order.*``.

    What is counted is noted in the same transaction and unique, so hearing of it again, late or
    in another order changes nothing. Costs what the orders' lines do, not the history.
    """
    advisory_lock(LOCK)
    new = sources.note_orders({event.subject_id for event in news})
    if new:
        adding.add(Source.objects.filter(pk__in=new))
