"""``manage.py load_demo [--months N] [--sign-ins]``"""

from argparse import ArgumentParser
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from analytics.services import ask_for_recommendations
from core import clock, events
from core.models import Delivery, Event
from demo.people import PASSWORD, SIGN_INS, welcome_people
from demo.shop import DOMAIN
from demo.terms import set_terms

LOADED = "demo.loaded"
DEMO_ID = uuid5(NAMESPACE_DNS, DOMAIN)


class Command(BaseCommand):
    help = "Load the demo: real goods and sales, and people to sign in as. Loads once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--months", type=int, default=1, help="months of sales (default: 1)")
        parser.add_argument("--sign-ins", action="store_true", help="only print the sign-ins")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_ALLOWED:
            raise CommandError("The demo's passwords are public: not with production settings.")
        if not options["sign_ins"] and not Event.objects.filter(kind=LOADED).exists():
            self.load(options["months"])
        for person in SIGN_INS:
            self.stdout.write(f"  {person.role:<8} {person.email:<34} {PASSWORD}")

    def load(self, months: int) -> None:
        """Everything; interrupted, the next call goes on where this one was."""
        call_command("import_online_retail", months=months, stdout=self.stdout)
        set_terms()
        welcome_people()
        self.deliver_news()
        ask_for_recommendations(at=clock.now())
        events.record(LOADED, DEMO_ID, {"months": months}, at=clock.now())

    def deliver_news(self) -> None:
        """Let the imported sales count at once, instead of when a worker comes to them."""
        waiting = Delivery.objects.filter(state=Delivery.State.PENDING).count()
        with tqdm(desc="Counting sales", total=waiting) as bar:
            for consumer in events.batches_due(at=clock.now()):
                while delivered := events.deliver_batch(consumer, at=clock.now()):
                    bar.update(delivered)
            while due := events.due(at=clock.now()):
                for delivery_id in due:
                    events.deliver(delivery_id, at=clock.now())
                    bar.update()
