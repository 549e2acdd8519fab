"""``manage.py check_ledger [--from-check N]``"""

import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from ledger.verification import Check, all_checks, snapshot

SHOWN = 20
"""Breaks of one check that are printed; all are counted."""


class Command(BaseCommand):
    help = "Prove every invariant of the books, and print how many rows each was proven for."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from-check", type=int, default=1, metavar="N", help="go on at check N, as told"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        checks, first = all_checks(), options["from_check"]
        if not 1 <= first <= len(checks):
            raise CommandError(f"--from-check: from 1 to {len(checks)}")
        broken = self.prove_all(checks, first)
        seconds = time.monotonic() - began
        if broken:
            raise CommandError(f"{broken:,} broken, in {seconds:.1f} s")
        rest = "All invariants hold" if first == 1 else f"Invariants hold from check {first} on"
        self.stdout.write(f"{rest}, in {seconds:.1f} s")

    def prove_all(self, checks: Sequence[Check], first: int) -> int:
        """At one moment; how often they are broken."""
        broken, number = 0, first
        try:
            with snapshot():
                rest = tqdm(checks[first - 1 :], "Checking", disable=None)
                for number, check in enumerate(rest, start=first):  # noqa: B007  # said if interrupted
                    broken += self.prove(check)
        except KeyboardInterrupt:
            raise CommandError(
                f"Interrupted, {broken:,} broken: go on with --from-check {number}", returncode=130
            ) from None
        return broken

    def prove(self, check: Check) -> int:
        """Print what came of it; how often it is broken."""
        broken: Counter[str] = Counter()
        for found in check.find():
            broken[found.rule] += 1
            if broken.total() <= SHOWN:
                self.stdout.write(f"  {found}")
        subjects = f"{check.count():,} {check.unit}"
        for invariant, rule in check.rules:
            self.stdout.write(f"{invariant:<7}{rule}: {subjects} checked, {broken[rule]:,} broken")
        return broken.total()
