"""``manage.py import_online_retail [PATH] [--months N] [--rejects FILE] [--document FILE]``"""

import csv
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from core import clock
from demo import document
from demo.importer import Import
from demo.online_retail import Item, NotOnlineRetail, Reject, read
from demo.tally import Reconciliation, pounds

SHIPPED_LINES = 541_909


class Command(BaseCommand):
    help = "Import the UCI Online Retail sales: products, customers, orders, and their money."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "path", nargs="?", type=Path, help="the file (default: the shipped one)"
        )
        parser.add_argument("--months", type=int, help="only the first so many calendar months")
        parser.add_argument("--rejects", type=Path, help="write every rejected line to this CSV")
        parser.add_argument(
            "--document",
            type=Path,
            help="import nothing; write the tables of what becomes of every line into this text",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["months"] is not None and options["months"] < 1:
            raise CommandError("--months: at least 1")
        try:
            if options["document"]:
                self.document(options["path"], options["months"], options["document"])
            else:
                self.run_import(options["path"], options["months"], options["rejects"])
        except (NotOnlineRetail, OSError) as error:
            raise CommandError(str(error)) from error

    def document(self, path: Path | None, months: int | None, text: Path) -> None:
        """Read the file only."""
        outcome = Reconciliation()
        for item in tqdm(read(path, months=months), desc="Reading", total=_rows(path, months)):
            outcome.add(item)
        text.write_text(document.with_tables(text.read_text(encoding="utf-8"), outcome), "utf-8")

    def run_import(self, path: Path | None, months: int | None, rejects: Path | None) -> None:
        """Import with a progress bar, then print what became of every line."""
        with (
            rejected_rows(rejects) as write,
            tqdm(desc="Looking at goods", total=_rows(path, None)) as looked,
            tqdm(desc="Importing sales", total=_rows(path, months)) as bar,
        ):

            def on_row(item: Item) -> None:
                bar.update()
                write(item)

            run = Import(path, months, on_row, looked.update)
            run.run(at=clock.now())
        self.report(run)

    def report(self, run: Import) -> None:
        """Lines and money by outcome; what was new."""
        self.stdout.write("\n".join(run.outcome.whole.table()))
        self.stdout.write(
            f"{run.new_products:,} new products; {run.new_orders:,} new orders and "
            f"{run.new_refunds:,} new refunds of {run.invoices:,} invoices"
        )
        if not run.outcome.is_balanced:
            raise CommandError("the outcomes do not make up the lines that were read")


def _rows(path: Path | None, months: int | None) -> int | None:
    """How many there are to read, where that is known."""
    return SHIPPED_LINES if path is None and months is None else None


@contextmanager
def rejected_rows(path: Path | None) -> Iterator[Callable[[Item], None]]:
    """A function that writes rejects to ``path`` as CSV, or nowhere."""
    if path is None:
        yield lambda _: None
        return
    with path.open("w", newline="", encoding="utf-8") as file:
        yield _writer(file)


def _writer(file: TextIO) -> Callable[[Item], None]:
    rows = csv.writer(file)
    rows.writerow(["line", "reason", "amount", "row"])

    def write(item: Item) -> None:
        if isinstance(item, Reject):
            rows.writerow([item.number, item.reason, pounds(item.mills), *item.raw])

    return write
