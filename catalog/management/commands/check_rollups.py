"""``manage.py check_rollups``: are the figures that the database keeps those of a recount?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog import rollups


class Command(BaseCommand):
    """Exits 1 where a shelf's figures differ from a recount; ``--repair`` corrects them."""

    help = "Compare the catalogue's roll-ups with a recount of its products."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="make them equal")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["repair"]:
            self.stdout.write(f"{rollups.repair()} shelves corrected")
            return
        wrong = rollups.differences()
        for shelf, figures in sorted(wrong.items(), key=str):
            told = ", ".join(f"{name} {by:+}" for name, by in figures.items())
            self.stderr.write(f"{shelf}: {told}")
        if wrong:
            raise CommandError(f"{len(wrong)} shelves differ from a recount")
        self.stdout.write("Roll-ups equal a recount")
