"""Whether the shop can work: the database as it is, held against the settings."""

import logging
import os
import threading

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import URL, Connection
from sqlalchemy.exc import SQLAlchemyError

from . import sqlite
from .config import SettingsError
from .database import UNAVAILABLE, db, keep_journal, migrate, reason, release, write_nothing
from .models import Product
from .rules import clock

WRITE_EVERY = 10.0  # seconds
NO_TABLES = "The database has no tables yet (or old ones): run `flask --app app init-db`."


def check_database(app: Flask, is_read_only: bool = False) -> None:
    """Check that the tables are there, fit the settings, and can be written if they have to be. Raises SettingsError.

    No connection stays open, so that a program may fork afterwards.
    """
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with app.app_context():
        try:
            check_file(is_read_only)
            if not is_read_only:
                keep_journal()
            with db.engine.connect() as connection:
                if not is_read_only:
                    # Who has read first and would write then, is turned away at once while another one writes.
                    connection.execution_options(sqlite_begin="IMMEDIATE")
                problems = _database_problems(connection, app)
                if not problems and not is_read_only:
                    # It changes nothing and is rolled back. Only a write tells whether one can be made.
                    connection.execute(db.text("UPDATE alembic_version SET version_num = version_num"))
        except SQLAlchemyError as error:
            problems = [unusable(reason(error))]
        finally:
            db.engine.dispose()
    if problems:
        raise SettingsError(problems)


def warning(app: Flask) -> str | None:
    """Say what makes the database slower than it could be, if anything."""
    with app.app_context():
        return sqlite.why_waiting() if db.engine.dialect.name == "sqlite" else None


def check_file(is_read_only: bool = False) -> None:
    """Check that SQLite's file is or can be in its place. Raises SettingsError."""
    if problem := _file_problem(db.engine.url, is_read_only):
        raise SettingsError([unusable(problem)])


def unusable(why: str) -> str:
    """Say in a sentence that the database cannot be used, and why."""
    return f"The database of DATABASE_URL cannot be used: {why}."


def _file_problem(address: URL, is_read_only: bool) -> str | None:
    if address.get_backend_name() != "sqlite" or address.database.startswith("file:"):
        return None
    file = os.path.normpath(address.database)
    folder = os.path.dirname(file)
    if not os.path.isdir(folder):
        return f"there is no folder {folder}; make it, or name another one"
    if os.path.isdir(file):
        return f"{file} is a folder; name a file in it, such as {os.path.join(file, 'warung.db')}"
    # Beside its file SQLite keeps a journal while it writes.
    places = [folder, file] if os.path.exists(file) else [folder]
    locked = [] if is_read_only else [place for place in places if not os.access(place, os.W_OK)]
    return f"this user may not write to {' and '.join(locked)}" if locked else None


def _database_problems(connection: Connection, app: Flask) -> list[str]:
    newest = ScriptDirectory.from_config(migrate.get_config()).get_heads()
    if set(MigrationContext.configure(connection).get_current_heads()) != set(newest):
        return [NO_TABLES]
    currency = app.extensions["settings"].shop.currency
    other = connection.scalar(db.select(Product.currency).where(Product.currency != currency).limit(1))
    if other:
        return [
            f"The products in the database have prices in {other}, but shop.toml says {currency}:"
            " set its currency back, or use a new database."
        ]
    return []


class Pulse:
    """Whether the database can be read and written: only a write notices that the disk is full, or may only be read.

    So now and then, and not at each question, something is written that changes nothing. Who finds another one writing
    just then takes that for an answer and waits for nobody.
    """

    def __init__(self) -> None:
        self._asking = threading.Lock()
        self._next_write = 0.0
        self._error: SQLAlchemyError | None = None

    def check(self) -> None:
        """Raise one of UNAVAILABLE if the database cannot be used."""
        db.session.execute(db.select(Product.id).limit(1))
        release()
        if clock.monotonic() >= self._next_write and self._asking.acquire(blocking=False):
            try:
                self._error = _failed_write()
                self._next_write = clock.monotonic() + WRITE_EVERY
            finally:
                self._asking.release()
        if self._error:
            raise self._error


def _failed_write() -> SQLAlchemyError | None:
    try:
        write_nothing()
    except UNAVAILABLE as error:
        return error
    return None
