"""The database: `db`, and the one way to write.

Reads may happen anywhere; writes happen inside `transaction()`; and before anything slow (a call
to Xendit) `release()` ends whatever is open, so that nobody waits for the network with a lock.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps

from flask import Flask, current_app
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Dialect, Table, TypeDecorator, inspect, make_url
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import InternalError, OperationalError, TimeoutError
from sqlalchemy.orm import DeclarativeBase

from . import postgresql, sqlite, turns
from .rules import chance, clock

# What the database raises when it cannot be used now, whatever was asked: busy, read-only, full, damaged, or away.
UNAVAILABLE = (OperationalError, InternalError, TimeoutError)

# A serialization failure and a deadlock: who tries again gets through.
IN_EACH_OTHERS_WAY = ("40001", "40P01")
LOCK_NOT_AVAILABLE = "55P03"
MOST_TRIES = 5
APART = (0.02, 0.2)  # seconds


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
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            sqlite.listen(db.engine)
            app.extensions["turns"] = turns.Turns(sqlite.beside(db.engine, "-turn"))
        else:
            postgresql.listen(db.engine)


def engine_options(database_url: str) -> dict:
    """Return what SQLAlchemy is told beside the address."""
    options = {
        # Who waits for Xendit holds none. Two processes of gunicorn and a worker stay below PostgreSQL's usual 100.
        "pool_size": 20,
        "max_overflow": 10,
        # An error of the database would otherwise print a buyer's details into the log.
        "hide_parameters": True,
    }
    address = make_url(database_url)
    if address.get_backend_name() == "sqlite":
        return {**options, "module": sqlite.driver}
    # A server may have ended a connection meanwhile, and a file has not.
    options["pool_pre_ping"] = True
    if address.get_driver_name() == "psycopg":
        options["connect_args"] = postgresql.CONNECT_ARGUMENTS
    return options


def retried(use_case: Callable) -> Callable:
    """Do a use case that is one transaction again, up to MOST_TRIES, where PostgreSQL ended it to let others go on."""

    @wraps(use_case)
    def again(*arguments: object, **options: object) -> object:
        for tries_left in reversed(range(MOST_TRIES)):
            try:
                return use_case(*arguments, **options)
            except OperationalError as error:
                if not tries_left or getattr(error.orig, "sqlstate", None) not in IN_EACH_OTHERS_WAY:
                    raise
                clock.sleep(chance.between(*APART))

    return again


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


def insert(table: Table, dialect: str) -> Insert:
    """Return an INSERT that can say what to do where the row is there already, which each database words for itself."""
    return (sqlite_insert if dialect == "sqlite" else postgresql_insert)(table)


def write_row(row: Base, **ids: int) -> int:
    """Write a new row at once and by itself; return its id. What is asked of `db.session` knows nothing of the object.

    For transactions behind which others wait: the session's own way looks at all that it knows each time.
    """
    table = row.__table__
    values = {name: value for name, value in inspect(row).dict.items() if name in table.c}
    return db.session.connection().execute(table.insert(), values | ids).inserted_primary_key[0]


def write_nothing() -> None:
    """Write something to the disk that changes nothing, unless somebody else writes just now.

    Raises one of UNAVAILABLE if nothing can be written.
    """
    try:
        with db.engine.connect() as connection:
            if db.engine.dialect.name == "sqlite":
                sqlite.write_nothing(connection)
            else:
                with connection.begin():
                    connection.exec_driver_sql("SET LOCAL lock_timeout = '200ms'")
                    connection.exec_driver_sql("UPDATE alembic_version SET version_num = version_num")
    except OperationalError as error:
        is_busy = getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE or sqlite.is_busy(error.orig)
        if not is_busy:
            raise


def in_background(work: Callable[[], None]) -> None:
    """Do some work in a thread of its own, which ends with the process."""
    app = current_app._get_current_object()

    def run() -> None:
        with app.app_context():
            work()

    threading.Thread(target=run, daemon=True).start()


def release() -> None:
    """End the open read transaction, if any, and give the connection back."""
    db.session.rollback()


def keep_journal() -> None:
    """Turn SQLite's file to the journal that it should have. Raises sqlalchemy's OperationalError."""
    if db.engine.dialect.name == "sqlite":
        sqlite.keep_journal(db.engine)


def reason(error: Exception) -> str:
    """Return what the database itself says was wrong, on one line and without what was asked."""
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0].rstrip(".")


@contextmanager
def _turn() -> Iterator[None]:
    if db.engine.dialect.name != "sqlite":
        yield
        return
    try:
        # Behind writers that all wait for the file in vain, the waiting must not add up.
        with current_app.extensions["turns"].one(sqlite.BUSY_SECONDS):
            yield
    except turns.TooLate as error:
        raise TimeoutError("the database is busy") from error
