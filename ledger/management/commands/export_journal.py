"""The journal for an accountant's program."""

from argparse import ArgumentParser
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from core.errors import DomainError
from ledger.exports import FORMATS, Span, one_snapshot


class Command(BaseCommand):
    help = "Writes the journal by effective date (UTC days, both inclusive) as CSV or beancount."

    def add_arguments(self, parser: ArgumentParser) -> None:
        day = date.fromisoformat
        parser.add_argument("--from", dest="since", type=day, help="default: the beginning")
        parser.add_argument("--to", dest="until", type=day, help="default: today")
        parser.add_argument("--format", choices=sorted(FORMATS), default="csv")
        parser.add_argument("--output", type=Path, help="default: standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        span = Span(options["since"], options["until"] or clock.now().date())
        if span.since and span.since > span.until:
            raise CommandError("--from is after --to.")
        output = options["output"]
        target = output.open("w", encoding="utf-8", newline="") if output else None
        with target or nullcontext(self.stdout) as file, one_snapshot():
            try:
                for line in FORMATS[options["format"]](span):
                    file.write(line)
            except DomainError as refusal:
                raise CommandError(refusal.detail) from refusal
