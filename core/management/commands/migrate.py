"""Django's ``migrate``, which puts the guards back on also where a migration fails."""

from typing import Any

from django.core.management.commands import migrate

from core import guards


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            super().handle(*args, **options)
        finally:
            guards.install(options["database"])
