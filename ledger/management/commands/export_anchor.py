"""``manage.py export_anchor [--since N] [--public-key]``"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ledger.anchor import heads
from ledger.keys import SigningKey


class Command(BaseCommand):
    help = "Print the seals' heads, a line of JSON each: to be kept where the database is not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", type=int, default=0, metavar="N", help="those after seal N")
        parser.add_argument(
            "--public-key", action="store_true", help="print the key to verify with instead"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["public_key"]:
            self.stdout.write(SigningKey().public.text)
            return
        for head in heads(since=options["since"]):
            self.stdout.write(head.line(), ending="")
