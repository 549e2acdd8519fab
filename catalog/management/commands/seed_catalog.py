"""``manage.py seed_catalog --products N [--sellers M] [--seed S]``"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from catalog.rollups import fold_rollups
from core import clock


class Command(BaseCommand):
    """The same seed and number change nothing; a greater number adds to what is there."""

    help = "Fill the catalogue with made-up goods, the same ones for the same seed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--products", type=int, required=True, help="how many there shall be")
        parser.add_argument("--sellers", type=int, default=20, help="who sells them (default: 20)")
        parser.add_argument("--seed", type=int, default=1, help="which goods (default: 1)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_ALLOWED:
            raise CommandError("Made-up goods are not for a shop with production settings.")
        if min(options["products"], options["seed"]) < 0 or options["sellers"] < 1:
            raise CommandError("Give whole numbers, and at least one seller.")
        try:
            from catalog import seeding  # noqa: PLC0415  # Faker is there for development only
        except ModuleNotFoundError as error:
            raise CommandError("This needs Faker: pip install -r requirements-dev.txt") from error
        shop = seeding.prepare(options["seed"], options["sellers"])
        numbers = seeding.missing(shop, options["products"])
        with tqdm(desc="Seeding", total=len(numbers), unit=" products") as bar:
            for added in seeding.fill(shop, numbers, at=clock.now()):
                bar.update(added)
        fold_rollups()
        self.stdout.write(f"{len(numbers)} products added")
