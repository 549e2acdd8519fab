"""``manage.py verify_ledger [--from-seal N] [--anchor FILE]``"""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from ledger.keys import trusted_keys
from ledger.verification import Verification, snapshot, to_verify


class Command(BaseCommand):
    help = (
        "Show that everything is as it was sealed: entries, transactions, holds, seals and cached "
        "balances. Names the first row that is not, and ends with 1."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from-seal", type=int, default=1, metavar="N", help="go on at seal N")
        parser.add_argument(
            "--anchor", type=Path, metavar="FILE", help="an anchor file (default: LEDGER_ANCHOR)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        run = Verification(trusted_keys(), options["from_seal"], _anchor(options["anchor"]))
        try:
            found = self.verify(run)
        except KeyboardInterrupt:
            raise CommandError(
                f"Interrupted: go on with --from-seal {max(run.next_seal, 1)}", returncode=130
            ) from None
        if found:
            raise CommandError(str(found))
        self.report(run, time.monotonic() - began)

    def verify(self, run: Verification) -> object:
        with (
            snapshot(),
            tqdm(total=to_verify(run.from_seal), desc="Verifying", unit="tx", disable=None) as bar,
        ):
            run.advanced = bar.update
            return run.first()

    def report(self, run: Verification, seconds: float) -> None:
        anchored = f"anchored up to {run.anchored_to}" if run.anchor else "no anchor"
        self.stdout.write(
            f"As it was sealed: {run.seals:,} seals ({anchored}), {run.transactions:,} transactions, "
            f"{run.entries:,} entries, {run.unsealed:,} transactions not sealed yet, "
            f"in {seconds:.1f} s. Next time: --from-seal {run.next_seal}"
        )


def _anchor(given: Path | None) -> Path | None:
    """:raises CommandError: the file that was asked for is not there."""
    if given:
        if not given.is_file():
            raise CommandError(f"There is no anchor file {given}")
        return given
    usual: Path | None = settings.LEDGER_ANCHOR
    return usual if usual and usual.is_file() else None
