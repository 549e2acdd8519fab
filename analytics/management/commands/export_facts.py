"""``manage.py export_facts [DIR]``"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from tqdm import tqdm

from analytics.services.exporting import export_facts
from core import clock


class Command(BaseCommand):
    """What was exported before is read until the new export is whole."""

    help = "Write all sales facts, as they are at this moment, to Parquet files."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "exports", nargs="?", type=Path, metavar="DIR", help="see REPORTS_EXPORT"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        exports = options["exports"] or Path(settings.REPORTS_EXPORT)
        with tqdm(desc="Exporting facts", unit=" files") as bar:

            def show(done: int, of: int) -> None:
                bar.total = of
                bar.update(done - bar.n)

            export = export_facts(exports, at=clock.now(), on_step=show)
        counted = ", ".join(f"{count:,} of {name}" for name, count in export.rows.items())
        self.stdout.write(
            f"{export.folder}, made at {export.made_at:%Y-%m-%d %H:%M:%S} UTC: {counted}"
        )
