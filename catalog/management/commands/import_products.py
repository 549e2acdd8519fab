"""``manage.py import_products alices-attic products.csv``: what the API's import does, from a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Seller
from catalog import imports
from core import clock


class Command(BaseCommand):
    help = "Add and change a seller's products by SKU: all of the file, or nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("seller", help="slug of the seller")
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        seller = Seller.objects.filter(slug=options["seller"]).first()
        if seller is None:
            raise CommandError(f"There is no seller {options['seller']}.")
        report = imports.import_products(
            options["file"].read_bytes(),
            seller=seller,
            actor_id=seller.user_id,
            dry_run=options["dry_run"],
            at=clock.now(),
        )
        for fault in report.faults:
            self.stderr.write(f"line {fault.line}, {fault.column or 'the line'}: {fault.detail}")
        if report.faults:
            raise CommandError("Nothing was read in.")
        self.stdout.write(
            f"{report.added} added, {report.changed} changed, {report.unchanged} as they were"
        )
