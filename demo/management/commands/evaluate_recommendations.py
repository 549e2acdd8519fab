"""``manage.py evaluate_recommendations [--shop] [--cut DATE --until DATE] [--json] [--document FILE]``"""

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from analytics.queries.purchases import purchases
from analytics.recommendations import catalogue, comparison, document
from core import clock
from demo.sales_history import sales_history

WINDOW = timedelta(days=39)
SHIPPED_UNTIL = date(2011, 12, 10)
"""The day after the file's last, so that the cut is on the first of November."""

SHOP = """the shop's orders, not the file; what was cancelled, returned, archived or moved to another category
after the cut is seen as it is today"""


class Command(BaseCommand):
    """Reads no database without ``--shop``, so it checks none."""

    help = "Measure what every algorithm would have recommended before a day by what was bought after it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--shop", action="store_true", help=SHOP)
        parser.add_argument("--cut", type=_day, help="the first day that no model knows")
        parser.add_argument("--until", type=_day, help="the first day that counts no more")
        parser.add_argument("--json", action="store_true", help="print JSON and nothing else")
        parser.add_argument("--document", type=Path, help="write table and plot into this text")

    def handle(self, *args: Any, **options: Any) -> None:
        cut, until = _window(options)
        try:
            found = _compared(cut, until, shop=options["shop"])
            if options["document"]:
                document.write(options["document"], found)
        except comparison.NothingToMeasure as error:
            raise CommandError(f"Nobody bought anything new from {cut} until {until}.") from error
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        said = json.dumps(found.as_json(), indent=2) if options["json"] else document.tables(found)
        self.stdout.write(said)


def _compared(cut: date, until: date, *, shop: bool) -> comparison.Comparison:
    bought = purchases(until) if shop else sales_history()
    algorithms = catalogue.compared()
    with tqdm(total=len(algorithms)) as bar:

        def on_algorithm(name: str) -> None:
            bar.set_description(name)
            bar.update()

        return comparison.compare(bought, cut, until, algorithms, on_algorithm)


def _window(options: dict[str, Any]) -> tuple[date, date]:
    """Of one end the other; of none the file's, or the shop's last days.

    :raises CommandError: the cut is not before its end, or the other end is beyond all days.
    """
    cut, until = options["cut"], options["until"]
    if not cut and not until:
        until = timezone.localdate(clock.now()) if options["shop"] else SHIPPED_UNTIL
    try:
        until = until or cut + WINDOW
        cut = cut or until - WINDOW
    except OverflowError as error:
        option = "--cut" if cut else "--until"
        raise CommandError(f"{option}: there are no {WINDOW.days} days beside it") from error
    if cut >= until:
        raise CommandError("--until: not after --cut")
    return cut, until


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a day like 2011-11-30") from error
