"""Learning from all purchases, and handing out the rest of the work."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import numpy as np
from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from analytics.models import EVERYBODY, Build, Line, Purpose, Source, Suggestion
from analytics.queries.purchases import purchases
from analytics.recommendations.catalogue import ALGORITHMS, VERSIONS
from analytics.recommendations.popularity import Popularity
from analytics.recommendations.purchases import Purchases
from analytics.recommendations.ranking import batches
from analytics.recommendations.reasons import RECENT
from analytics.services.recommending import files
from analytics.services.recommending.living import BATCH, show_if_whole
from catalog.models import Product
from core import jobs
from core.jobs import Work
from core.snapshots import snapshot

PLACES = 50
CUSTOMERS, ITEMS = "customers", "items"
HALF_LIFE = 7
"""Days, of what is popular."""


def build_recommendations(work: Work) -> None:
    """What the job ``recommendations`` does: fits the line's algorithm, stores it for the workers, and
    asks for a batch for each so many customers and items. Nobody sees anything of it yet.

    Ages count from the day after the last sale, so that a shop that rests keeps what it knows.
    """
    line = Line(work.arguments["line"])
    name = settings.RECOMMENDATIONS[line]
    work.tell(0, 3, "Reading purchases")
    with snapshot():
        last = Source.objects.filter(kind=Source.Kind.SALE).aggregate(last=Max("day"))["last"]
        today = timezone.localdate(work.at, timezone.get_default_timezone())
        bought = purchases((last or today) + timedelta(days=1))
        fit = Fit(bought)
    work.tell(1, 3, f"Fitting {name}")
    model = ALGORITHMS[name].fit(bought)
    work.tell(2, 3, "Handing out")
    build = Build(
        line=line,
        algorithm_version=VERSIONS.get(name, name),
        generated_at=work.at,
        customers=len(bought.customers),
    )
    stored = files.stored(build, name, model, bought, fit.allowed)
    with work.finish(build=str(build.pk)):
        build.save(force_insert=True)
        for file in stored:
            file.save(force_insert=True)
        Suggestion.objects.bulk_create(fit.popular(build))
        _hand_out(build, len(bought.customers), len(bought.items), work)
        show_if_whole(build, at=work.at)


def _hand_out(build: Build, customers: int, items: int, work: Work) -> None:
    for of, count in ((CUSTOMERS, customers), (ITEMS, items)):
        for number, _ in enumerate(batches(count)):
            arguments = {"build": str(build.pk), "of": of, "number": number}
            jobs.enqueue(BATCH, f"{build.pk}:{of}:{number}", arguments, at=work.at)


class Fit:
    """Which of the items that were ever bought can be now, and what of them is popular."""

    def __init__(self, bought: Purchases) -> None:
        self.bought = bought
        offered = Product.objects.published().filter(in_stock=True)
        self.category = dict(offered.values_list("pk", "category_id"))
        self.products = [UUID(name) for name in bought.items]
        known = (product in self.category for product in self.products)
        self.allowed = np.fromiter(known, bool, len(self.products))

    def popular(self, build: Build) -> Iterator[Suggestion]:
        """Of everybody, and in each category where anything was sold lately."""
        shoppers = self.bought.shoppers(RECENT)
        shares = Popularity(half_life=HALF_LIFE).fit(self.bought).shares
        best = [n for n in np.argsort(-shares, kind="stable") if self.allowed[n] and shoppers[n]]
        owned: dict[UUID, list[int]] = {EVERYBODY: best[:PLACES]}
        for item in best:
            owned.setdefault(self.category[self.products[item]], []).append(item)
        for owner, items in owned.items():
            for rank, item in enumerate(items[:PLACES], start=1):
                yield Suggestion(
                    build=build,
                    purpose=Purpose.POPULAR,
                    owner=owner,
                    rank=rank,
                    product_id=self.products[item],
                    score=float(shares[item]),
                    shoppers=int(shoppers[item]),
                )
