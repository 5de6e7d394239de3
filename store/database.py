"""The database: `db`, how SQLite is opened, and the one way to write.

Reads may happen anywhere; writes happen inside `transaction()`; and before anything slow (a call
to Xendit) `release()` ends whatever is open, so that nobody waits for the network with a lock.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from flask import Flask, current_app
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, DateTime, Dialect, ExceptionContext, TypeDecorator, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import InternalError, OperationalError, TimeoutError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry

from .rules.folding import has_words

SQLITE_BUSY_SECONDS = 5
# What the database raises when it cannot be used now, whatever was asked: busy, read-only, full, damaged, or away.
UNAVAILABLE = (OperationalError, InternalError, TimeoutError)

# The journal stays SQLite's rollback journal (DELETE), not write-ahead (WAL). SQLite up to 3.51.2
# can corrupt a WAL database when two connections write and checkpoint at once, and the library
# that comes with Python is often older (Debian 12 has 3.40.1). With the rollback journal, writers
# wait for readers; so reads here are short and `release()` stands before each call to Xendit.
# synchronous=FULL, because a webhook that was answered with 200 must survive a power cut.
SQLITE_PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    f"PRAGMA busy_timeout = {SQLITE_BUSY_SECONDS * 1000}",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA synchronous = FULL",
    "PRAGMA trusted_schema = OFF",
)


class Base(DeclarativeBase):
    pass


class UTCDateTime(TypeDecorator):
    """An aware datetime in UTC; SQLite itself keeps no time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        # PostgreSQL answers in the zone of its session, which is whatever the server is set to.
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


db = SQLAlchemy(model_class=Base)
migrate = Migrate()


def init_app(app: Flask, migrations: str) -> None:
    """Bind `db` to the app and, on SQLite, set how every connection is opened and begins."""
    db.init_app(app)
    # Alembic keeps the folder among its options, where a percent sign begins the name of another one.
    migrate.init_app(app, db, directory=migrations.replace("%", "%%"))
    # SQLite has one writer at a time, and its waiting is a lottery: of 64 threads some lost for all of
    # their 5 seconds. So the threads of one shop queue here, and only processes meet at the file.
    app.extensions["one_writer"] = threading.Lock()
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _open_sqlite)
            event.listen(db.engine, "begin", _begin_sqlite)
            event.listen(db.engine, "handle_error", _damaged_sqlite, retval=True)


@contextmanager
def transaction() -> Iterator[None]:
    """Run the block in one write transaction: committed at its end, rolled back if it raises.

    On SQLite it begins IMMEDIATE, so that what the block reads is still true when it writes.
    Rows that were loaded before are read afresh.
    """
    release()
    with _turn():
        db.session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
        try:
            yield
            db.session.commit()
        except BaseException:
            db.session.rollback()
            raise


def insert(table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that can say what to do where the row is there already, which each database words for itself."""
    return (sqlite if db.engine.dialect.name == "sqlite" else postgresql).insert(table)


def release() -> None:
    """End the open read transaction, if any, and give the connection back."""
    db.session.rollback()


def reason(error: Exception) -> str:
    """Return what the database itself says was wrong, on one line and without what was asked."""
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0].rstrip(".")


@contextmanager
def _turn() -> Iterator[None]:
    if db.engine.dialect.name != "sqlite":
        yield
        return
    # Behind writers that all wait for the file in vain, the waiting must not add up.
    one_writer = current_app.extensions["one_writer"]
    if not one_writer.acquire(timeout=SQLITE_BUSY_SECONDS):
        raise TimeoutError("the database is busy")
    try:
        yield
    finally:
        one_writer.release()


def _open_sqlite(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions of its own; `_begin_sqlite` does.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()
    connection.create_function(has_words.__name__, -1, has_words, deterministic=True)


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")


def _damaged_sqlite(context: ExceptionContext) -> OperationalError | None:
    """Of a damaged file the driver raises only the parent of all its errors, that of a wrong statement among them."""
    error = context.original_exception
    if type(error) is not sqlite3.DatabaseError:
        return None
    return OperationalError(context.statement, None, error, hide_parameters=True)
