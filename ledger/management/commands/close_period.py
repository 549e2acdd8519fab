"""Closing months from the command line."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.errors import DomainError
from ledger import services


class Command(BaseCommand):
    help = "Closes every open calendar month (UTC) up to the one named. There is no way back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--through", type=_month, required=True, metavar="YYYY-MM")
        parser.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            closes = services.close_period(
                through=options["through"], reason=options["reason"], actor_id=None
            )
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        for one in closes:
            self.stdout.write(f"{one.label} closed, sha256 {one.sha256}")


def _month(text: str) -> date:
    return date.fromisoformat(f"{text[:7]}-01")
