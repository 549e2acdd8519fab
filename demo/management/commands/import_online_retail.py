"""``manage.py import_online_retail [PATH] [--months N] [--rejects FILE]``"""

import csv
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from core import clock
from demo.importer import Import
from demo.online_retail import Line, NotOnlineRetail, Reject, read

SHIPPED_LINES = 541_909


class Command(BaseCommand):
    help = "Import the UCI Online Retail sales: products, customers, orders, and their money."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "path", nargs="?", type=Path, help="the file (default: the shipped one)"
        )
        parser.add_argument("--months", type=int, help="only the first so many calendar months")
        parser.add_argument("--rejects", type=Path, help="write every rejected line to this CSV")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["months"] is not None and options["months"] < 1:
            raise CommandError("--months: at least 1")
        try:
            self.run_import(options["path"], options["months"], options["rejects"])
        except (NotOnlineRetail, OSError) as error:
            raise CommandError(str(error)) from error

    def run_import(self, path: Path | None, months: int | None, rejects: Path | None) -> None:
        """Import with a progress bar, then print what became of every line."""
        total = sum(1 for _ in read(path, months=months))
        with (
            rejected_rows(rejects) as write,
            tqdm(desc="Looking at goods", total=None if path else SHIPPED_LINES) as looked,
            tqdm(desc="Importing sales", total=total) as bar,
        ):

            def on_row(item: Line | Reject) -> None:
                bar.update()
                write(item)

            run = Import(path, months, on_row, looked.update)
            run.run(at=clock.now())
        self.report(run)

    def report(self, run: Import) -> None:
        """Lines and money by outcome; products and orders that were new."""
        self.stdout.write("\n".join(run.tally.table()))
        self.stdout.write(
            f"{run.new_products:,} new products; {run.new_orders:,} new orders "
            f"of {run.invoices:,} invoices"
        )
        if not run.tally.is_balanced:
            raise CommandError("accepted and rejected lines do not make up those read")


@contextmanager
def rejected_rows(path: Path | None) -> Iterator[Any]:
    """A function that writes rejects to ``path`` as CSV, or nowhere."""
    if path is None:
        yield lambda _: None
        return
    with path.open("w", newline="", encoding="utf-8") as file:
        yield _writer(file)


def _writer(file: TextIO) -> Any:
    rows = csv.writer(file)
    rows.writerow(["line", "reason", "amount", "row"])

    def write(item: Line | Reject) -> None:
        if isinstance(item, Reject):
            rows.writerow([item.number, item.reason, item.amount, *item.row])

    return write
