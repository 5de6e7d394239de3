"""The databases of the tests' shops: on SQLite a file each, on PostgreSQL one each on the server of this run.

Tests whose fixtures ask for `database` run on each of DATABASES, the others on the first: without that variable on
SQLite. So `DATABASES=postgresql make test` runs all on PostgreSQL, but for tests of what only SQLite has.
"""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path

import psycopg
import pytest

from store.sqlite import driver

from . import postgresql
from .records import filled_database, sqlite_url

SQLITE, POSTGRESQL = "sqlite", "postgresql"
DATABASES = (os.environ.get("DATABASES") or f"{SQLITE} {POSTGRESQL}").split()


def on(*kinds: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("database", kinds, indirect=True, scope="module")


# For tests of what only the one of them has: its file, its locks, its words.
only_sqlite, only_postgresql = on(SQLITE), on(POSTGRESQL)
# For tests to which it is all the same, and that take long.
on_one = on(DATABASES[0])


class SqliteFile:
    """A file in a folder of the test's."""

    def __init__(self, folder: Path, name: str = "shop.db", is_empty: bool = False):
        self.path = folder / name
        self.url = sqlite_url(self.path)
        if not is_empty:
            self.path.write_bytes(filled_database())

    def run(self, statement: str, *values) -> list[tuple]:
        """Run one statement, in which `?` stands for each of the values, and return its rows."""
        with closing(driver.connect(self.path, timeout=30, isolation_level=None)) as connection:
            return connection.execute(statement, values).fetchall()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold it meanwhile so that nobody else can read or write."""
        with closing(driver.connect(self.path, timeout=30, isolation_level=None)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            yield
            connection.execute("ROLLBACK")

    def drop(self) -> None:
        """Its folder is pytest's, which removes it."""


class PostgresqlDatabase:
    """A database on the server of this run."""

    def __init__(self, is_empty: bool = False):
        self._server = postgresql.server()
        self._name = self._server.create("template1" if is_empty else postgresql.TEMPLATE)
        self.url = self._server.url(self._name)

    def run(self, statement: str, *values) -> list[tuple]:
        """Run one statement, in which `?` stands for each of the values, and return its rows; times are in UTC."""
        if values:
            statement = statement.replace("%", "%%").replace("?", "%s")
        cursor = self._connection.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold all tables that a shop writes to meanwhile, so that nobody else can."""
        with self._server.connect(self._name) as connection, connection.transaction():
            connection.execute("LOCK TABLE orders, attempts, webhook_events IN EXCLUSIVE MODE")
            yield

    def drop(self) -> None:
        self._connection.close()
        self._server.drop(self._name)

    @cached_property
    def _connection(self) -> psycopg.Connection:
        connection = self._server.connect(self._name)
        connection.execute("SET TIME ZONE 'UTC'")
        return connection


Database = SqliteFile | PostgresqlDatabase


def new_database(folder: Path, kind: str | None = None, is_empty: bool = False) -> Database:
    """Make a database for a shop in this folder: as `init-db` leaves it, or empty."""
    if (kind or DATABASES[0]) == POSTGRESQL:
        return PostgresqlDatabase(is_empty)
    return SqliteFile(folder, is_empty=is_empty)
