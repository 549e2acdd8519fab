"""Reports that should have been asked for are, once somebody comes to it."""

from datetime import UTC, datetime

import pytest
from django.db import OperationalError

from analytics.models import Report
from analytics.services import ask_for_report, schedule_reports, scheduling, subscribe

AT = datetime(2026, 6, 1, 5, tzinfo=UTC)
Kind = Report.Kind


def firsts(kind, day):
    """Of the reports that a run on this day of 2026 asks for."""
    at = datetime(2026, *day, 4, 10, tzinfo=UTC)
    asked_for = schedule_reports(kind=kind, at=at)
    return [(job.arguments["first"], job.arguments["seller"] is None) for job in asked_for]


@pytest.mark.parametrize(
    ("kind", "first", "missed", "left"),
    [
        (Kind.DAILY, (6, 2), (6, 5), ["2026-06-02", "2026-06-03", "2026-06-04"]),
        (Kind.WEEKLY, (6, 1), (6, 15), ["2026-06-01", "2026-06-08"]),
        (Kind.MONTHLY, (6, 1), (8, 1), ["2026-06-01", "2026-07-01"]),
    ],
)
def test_runs_that_were_missed_are_made_up_for(db, kind, first, missed, left):
    firsts(kind, first)

    assert firsts(kind, missed) == [(each, True) for each in left]
    assert firsts(kind, missed) == [(left[-1], True)]


def test_only_what_was_missed_lately_is_made_up_for(db):
    for day in range(1, 4):
        firsts(Kind.DAILY, (6, day))

    assert firsts(Kind.DAILY, (6, 9)) == [(f"2026-06-0{day}", True) for day in range(3, 9)]
    assert firsts(Kind.DAILY, (6, 30)) == [("2026-06-29", True)]


def refuse_sellers(*, seller_id, **wanted):
    if seller_id:
        raise OperationalError
    return ask_for_report(seller_id=seller_id, **wanted)


def test_a_run_that_fails_half_way_leaves_its_sellers_to_the_next(alice, monkeypatch):
    subscribe(user=alice, kind=Kind.DAILY, seller_id=alice.seller.pk, at=AT)
    firsts(Kind.DAILY, (6, 2))
    with monkeypatch.context() as broken:
        broken.setattr(scheduling, "ask_for_report", refuse_sellers)
        with pytest.raises(OperationalError):
            firsts(Kind.DAILY, (6, 3))

    assert firsts(Kind.DAILY, (6, 4)) == [
        ("2026-06-03", True),
        ("2026-06-02", False),
        ("2026-06-03", False),
    ]


def test_who_subscribes_later_is_not_sent_what_was_before(alice):
    firsts(Kind.DAILY, (6, 2))
    subscribe(user=alice, kind=Kind.DAILY, seller_id=alice.seller.pk, at=AT)

    assert firsts(Kind.DAILY, (6, 4)) == [
        ("2026-06-02", True),
        ("2026-06-03", True),
        ("2026-06-03", False),
    ]
