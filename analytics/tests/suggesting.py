"""Builds made by hand."""

from datetime import UTC, datetime

from analytics.models import Build, Line, Live, Purpose, Suggestion

MADE = datetime(2026, 3, 1, 3, tzinfo=UTC)


def live(line=Line.CONTROL, version="blend-1", at=MADE):
    build = Build.objects.create(line=line, algorithm_version=version, generated_at=at)
    Live.objects.update_or_create(line=line, defaults={"build": build})
    return build


def suggest(build, purpose, owner, *products, **why):
    """In this order, the first with score 1."""
    Suggestion.objects.bulk_create(
        Suggestion(
            build=build,
            purpose=Purpose(purpose),
            owner=owner,
            rank=rank,
            product=product,
            score=1 / rank,
            **why,
        )
        for rank, product in enumerate(products, start=1)
    )
