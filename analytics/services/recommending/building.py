"""Learning from all purchases, and handing out the rest of the work."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from uuid import UUID

import numpy as np
from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from analytics.models import EVERYBODY, Build, Line, Purpose, Source, Suggestion
from analytics.queries.purchases import purchases
from analytics.recommendations.catalogue import VERSIONS
from analytics.recommendations.fitted import PLACES, batches
from analytics.recommendations.learnt import Learnt
from analytics.recommendations.popularity import Popularity
from analytics.recommendations.purchases import Purchases
from analytics.services.recommending.files import store, written
from analytics.services.recommending.living import PART, show_if_whole
from catalog.models import Product
from core import jobs
from core.jobs import Work
from core.snapshots import snapshot

CUSTOMERS, ITEMS = "customers", "items"
HALF_LIFE = 7
"""Days, of what is popular."""


def build_recommendations(work: Work) -> None:
    """What the job ``recommendations`` does: fits the line's version, stores it for the workers, and
    asks for a batch for each so many customers and items. Nobody sees anything of it yet.

    Ages count from the day after the last sale, so that a shop that rests keeps what it knows.
    """
    line = Line(work.arguments["line"])
    version = settings.RECOMMENDATIONS[line]
    work.tell(0, 3, "Reading purchases")
    with snapshot():
        bought = purchases(_until(work.at))
        offered = Product.objects.published().filter(in_stock=True)
        shelf = dict(offered.values_list("pk", "category_id"))
    work.tell(1, 3, f"Fitting {version}")
    learnt = _learnt(version, bought, shelf)
    build = Build(line=line, algorithm_version=version, generated_at=work.at)
    build.customers = len(bought.customers)
    work.tell(2, 3, "Handing out")
    with written(learnt) as file, work.finish(build=str(build.pk)):
        build.save(force_insert=True)
        store(build, file)
        Suggestion.objects.bulk_create(popular(build, learnt, bought, shelf))
        _hand_out(build, len(bought.customers), len(bought.items), at=work.at)
        show_if_whole(build, at=work.at)


def _until(at: datetime) -> date:
    last = Source.objects.filter(kind=Source.Kind.SALE).aggregate(last=Max("day"))["last"]
    today = timezone.localdate(at, timezone.get_default_timezone())
    return date.fromordinal((last or today).toordinal() + 1)


def _learnt(version: str, bought: Purchases, shelf: Mapping[UUID, UUID]) -> Learnt:
    allowed = [UUID(name) in shelf for name in bought.items]
    return Learnt.of(bought, VERSIONS[version], np.array(allowed, bool))


def _hand_out(build: Build, customers: int, items: int, *, at: datetime) -> None:
    for of, count in ((CUSTOMERS, customers), (ITEMS, items)):
        for number, _ in enumerate(batches(count)):
            arguments = {"build": str(build.pk), "of": of, "number": number}
            jobs.enqueue(PART, f"{build.pk}:{of}:{number}", arguments, at=at)


def popular(
    build: Build, learnt: Learnt, bought: Purchases, shelf: Mapping[UUID, UUID]
) -> Iterator[Suggestion]:
    """Everybody's, and of each category where anything was sold lately."""
    shares = Popularity(half_life=HALF_LIFE).fit(bought).shares
    shoppers = learnt.fitted.recent
    owned: defaultdict[UUID, list[int]] = defaultdict(list)
    for item in np.argsort(-shares, kind="stable"):
        if learnt.allowed[item] and shoppers[item]:
            owned[EVERYBODY].append(item)
            owned[shelf[learnt.product(item)]].append(item)
    for owner, items in owned.items():
        for rank, item in enumerate(items[:PLACES], start=1):
            yield Suggestion(
                build=build,
                purpose=Purpose.POPULAR,
                owner=owner,
                rank=rank,
                product_id=learnt.product(item),
                score=float(shares[item]),
                shoppers=int(shoppers[item]),
            )
