"""``manage.py rebuild_facts [--from DAY] [--to DAY]``"""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from analytics.services import months, rebuild_month


class Command(BaseCommand):
    """Each month is a transaction of its own: interrupted, it leaves whole months, old or new."""

    help = "Build the sales facts anew from the orders and the ledger, in whole months."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="first", type=_day, help="a day of the first month")
        parser.add_argument("--to", dest="last", type=_day, help="a day of the last month")

    def handle(self, *args: Any, **options: Any) -> None:
        first, last = options["first"], options["last"]
        if first and last and last < first:
            raise CommandError("--to: before --from")
        wanted = list(months(first, last))
        counted = sum(rebuild_month(month) for month in tqdm(wanted, desc="Rebuilding facts"))
        self.stdout.write(f"{counted:,} sales, releases and refunds in {len(wanted)} months")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a day like 2011-11-30") from error
