"""What came of recommendations: how often they were shown and followed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from analytics.models import Click, Exposure, Purpose
from analytics.queries import Recommended
from core.tallies import Tally

SHOWN, FOLLOWED = "impressions", "clicks"


def note_shown(version: str, shown: Sequence[Recommended], *, at: datetime) -> None:
    """Somebody was shown these. No write for it now; see ``core.tallies``."""
    keys: dict[str, int] = {}
    for each in shown:
        key = _key(version, each.purpose, SHOWN, at)
        keys[key] = keys.get(key, 0) + 1
    if keys:
        EXPOSURES.add(keys, at=at)


def note_followed(
    version: str, purpose: Purpose, *, product_id: UUID, user_id: UUID | None, at: datetime
) -> None:
    """Somebody followed one. Only of who is signed in is it known whether they buy, and that they
    come again the same day, which does not count.
    """
    is_new = True
    if user_id:
        _, is_new = Click.objects.get_or_create(
            user_id=user_id,
            product_id=product_id,
            algorithm_version=version,
            purpose=purpose,
            day=_day(at),
            defaults={"at": at},
        )
    if is_new:
        EXPOSURES.add({_key(version, purpose, FOLLOWED, at): 1}, at=at)


def _key(version: str, purpose: Purpose, what: str, at: datetime) -> str:
    return f"{_day(at).isoformat()}|{version}|{purpose.value}|{what}"


def _day(at: datetime) -> date:
    return timezone.localdate(at, timezone.get_default_timezone())


def _write(counts: Mapping[str, int]) -> None:
    """In the order of their keys, so that two flushes queue instead of deadlocking."""
    for key, number in sorted(counts.items()):
        day, version, purpose, what = key.split("|")
        exposure, _ = Exposure.objects.get_or_create(
            day=date.fromisoformat(day), algorithm_version=version, purpose=purpose
        )
        Exposure.objects.filter(pk=exposure.pk).update(**{what: F(what) + number})


EXPOSURES = Tally("exposures", _write)
