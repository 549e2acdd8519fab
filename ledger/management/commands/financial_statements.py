"""The statements of the marketplace from the command line."""

from argparse import ArgumentParser
from datetime import UTC, date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import clock
from core.errors import DomainError
from ledger import queries
from ledger.exports.statements import FORMATS


class Command(BaseCommand):
    help = "Prints trial balance, balance sheet and income statement, by effective date (UTC)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--at", type=_end, help="a day (its end) or an instant; default: now")
        parser.add_argument("--from", dest="since", type=_start, help="where income begins")
        parser.add_argument("--known-at", type=_end, help="as the books showed it at that instant")
        parser.add_argument("--format", choices=sorted(FORMATS), default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            statements = queries.financial_statements(
                options["at"] or clock.now(), since=options["since"], known_at=options["known_at"]
            )
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        self.stdout.write(FORMATS[options["format"]](statements))


def _start(text: str) -> datetime:
    return _instant(text, time.min)


def _end(text: str) -> datetime:
    return _instant(text, time.max)


def _instant(text: str, of_day: time) -> datetime:
    if len(text) == len("2026-10-31"):
        return datetime.combine(date.fromisoformat(text), of_day, UTC)
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
