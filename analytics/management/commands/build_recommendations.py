"""``manage.py build_recommendations``"""

from typing import Any

from django.core.management.base import BaseCommand

from analytics.services import ask_for_recommendations
from core import clock


class Command(BaseCommand):
    help = "Ask workers to build recommendations now, also if today's are built. The back office shows how far they are."

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        asked = ask_for_recommendations(at=at, key=at.isoformat())
        self.stdout.write(f"Asked for {len(asked)} build{'' if len(asked) == 1 else 's'}.")
