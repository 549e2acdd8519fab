"""Where the books of a case stand: each case gets an empty, migrated database of its own."""

import os
import shutil
from pathlib import Path
from typing import ClassVar, Protocol

from django.core.management import call_command
from django.db import connection, connections

from bench.cluster import Cluster


class Store(Protocol):
    engine: ClassVar[str]

    def prepare(self) -> None:
        """Migrate what every case's database is a copy of."""

    def fresh(self, place: Path | None = None) -> None:
        """Point Django, and every process started from now on, at a new database.

        The one before it is dropped. ``place`` is a folder for its files, if not the usual one.
        """

    def drop(self) -> None:
        """Drop the database that is in use; nothing to do if there is none."""

    def durable(self) -> bool:
        """Whether a commit, as it is set up now, is on disk before it is acknowledged."""


class SqliteStore:
    engine: ClassVar[str] = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.sqlite3"
        self._path: Path | None = None

    def prepare(self) -> None:
        _point_at(str(self._template), f"sqlite:///{self._template}")
        call_command("migrate", verbosity=0)
        connections.close_all()

    def fresh(self, place: Path | None = None) -> None:
        self.drop()
        self._path = (place or self._template.parent) / "books.sqlite3"
        shutil.copyfile(self._template, self._path)
        _point_at(str(self._path), f"sqlite:///{self._path}")

    def drop(self) -> None:
        connections.close_all()
        if self._path:
            for path in self._path.parent.glob("books.sqlite3*"):
                path.unlink()
        self._path = None

    def durable(self) -> bool:
        return _answers("PRAGMA journal_mode", "PRAGMA synchronous") == ["wal", 2]


class ServerStore:
    engine: ClassVar[str] = "postgresql"
    TEMPLATE: ClassVar[str] = "template_books"
    TABLESPACE: ClassVar[str] = "elsewhere"

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        cluster.psql(f"CREATE DATABASE {self.TEMPLATE}")
        self._number = 0
        self._has_tablespace = False

    @property
    def database(self) -> str:
        return f"books_{self._number}"

    def prepare(self) -> None:
        _point_at(self.TEMPLATE, self.cluster.url(self.TEMPLATE))
        call_command("migrate", verbosity=0)
        connections.close_all()

    def fresh(self, place: Path | None = None) -> None:
        self.drop()
        self._number += 1
        where = ""
        if place:
            self.cluster.psql(f"CREATE TABLESPACE {self.TABLESPACE} LOCATION '{place}'")
            self._has_tablespace = True
            where = f"TABLESPACE {self.TABLESPACE}"
        self.cluster.psql(f"CREATE DATABASE {self.database} TEMPLATE {self.TEMPLATE} {where}")
        _point_at(self.database, self.cluster.url(self.database))

    def drop(self) -> None:
        connections.close_all()
        self.cluster.psql(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")
        if self._has_tablespace:
            self.cluster.psql(f"DROP TABLESPACE {self.TABLESPACE}")
            self._has_tablespace = False

    def durable(self) -> bool:
        shown = _answers("SHOW fsync", "SHOW full_page_writes", "SHOW synchronous_commit")
        return shown == ["on"] * 3


def _point_at(name: str, url: str) -> None:
    connection.settings_dict["NAME"] = name
    os.environ["DATABASE_URL"] = url


def _answers(*queries: str) -> list[object]:
    found = []
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(query)
            found.append(cursor.fetchone()[0])
    return found
