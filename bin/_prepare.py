"""Brings the database up to date and loads the demo shop: one process, as Django starts slowly."""

import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from tqdm import tqdm

from core.management.commands.migrate import Command as Migrate


class MigrateWithBar(Migrate):
    """``migrate``, under a bar instead of a line per migration."""

    def __init__(self, bar: "tqdm[None]") -> None:
        super().__init__()
        self.bar = bar

    def migration_progress_callback(self, action: str, *_: Any, **__: Any) -> None:
        self.bar.update(action == "apply_success")


def migrate() -> None:
    """Also where nothing is new: it renews guards and groups."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    with tqdm(total=len(plan), desc="Migrating", unit="step", disable=not plan) as bar:
        call_command(MigrateWithBar(bar), verbosity=0, interactive=False)


if __name__ == "__main__":
    django.setup()
    try:
        migrate()
    except OperationalError as error:
        sys.exit(f"The database refuses: {error}")
    call_command("load_demo")
