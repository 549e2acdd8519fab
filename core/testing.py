"""For tests of whatever depends on time."""

from datetime import datetime, timedelta

import pytest
from django.db import connection

from core import clock

CLOCK = "CREATE OR REPLACE FUNCTION core_clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$ SELECT {} $$"


class Clocks:
    """Both clocks, the application's and the database's, standing wherever a test puts them.

    A transaction that is rolled back takes the database's clock back with it.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch

    def stop_at(self, instant: datetime) -> None:
        self.monkeypatch.setattr(clock, "now", lambda: instant)
        if connection.vendor == "postgresql":
            self._replace(f"timestamptz '{instant.isoformat()}'")
        else:
            self.monkeypatch.setattr(clock, "db_now", lambda: instant)

    def advance(self, by: timedelta) -> datetime:
        """Stand ``by`` later than the database's clock says now."""
        self.stop_at(later := clock.db_now() + by)
        return later

    def go_on(self) -> None:
        """Show the real time again."""
        self.monkeypatch.undo()
        if connection.vendor == "postgresql":
            self._replace("clock_timestamp()")

    def _replace(self, expression: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(CLOCK.format(expression))
