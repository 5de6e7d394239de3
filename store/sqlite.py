"""SQLite: which library opens the file, in which journal it is kept, and how each connection is set.

With write-ahead logging (WAL) readers and writers do not wait for each other. But SQLite up to 3.51.2 can corrupt a
database in WAL when two connections write and checkpoint at once (https://sqlite.org/wal.html), and the library that
comes with Python is often older: Debian 12 has 3.40.1. `pysqlite3` brings a newer one. Where it cannot be installed
and the machine's own is old, the rollback journal is kept: there writers wait for readers.

All of the shop opens its file through `driver`. Two libraries in one process would undo each other's locks.
"""

import os
import sqlite3
from types import ModuleType

from sqlalchemy import Connection, Engine, ExceptionContext, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from .rules.folding import has_words

try:
    from pysqlite3 import dbapi2 as brought
except ImportError:
    brought = sqlite3

SAFE_WAL = (3, 51, 3)
BUSY_SECONDS = 5
# synchronous=FULL, because a webhook that was answered with 200 must survive a power cut.
PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}",
    "PRAGMA synchronous = FULL",
    "PRAGMA trusted_schema = OFF",
)
# Under this name a connection knows its file: where it lies, and which one it is.
FILE = "file"
PUT_AWAY = "its file has been moved, deleted or replaced"

driver: ModuleType = max(sqlite3, brought, key=lambda library: library.sqlite_version_info)
journal = "wal" if driver.sqlite_version_info >= SAFE_WAL else "delete"


def listen(engine: Engine) -> None:
    """Set how each connection of this engine is opened and begins, and what its errors are."""
    event.listen(engine, "connect", _open)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _damaged, retval=True)
    _make_no_other(engine)


def beside(engine: Engine, ending: str) -> str | None:
    """Return the name of a file beside the database, as SQLite itself names its own; None if it lies in memory."""
    file = engine.url.database
    return file + ending if file and file != ":memory:" else None


def keep_journal(engine: Engine) -> None:
    """Turn the file to the journal with which this library is safe. The file keeps it, so programs do it that start.

    Nobody may be reading just then. Raises sqlalchemy's OperationalError.
    """
    with engine.connect() as connection:
        execute = connection.connection.driver_connection.execute
        try:
            if execute("PRAGMA journal_mode").fetchone() != (journal,):
                # The turn itself does not wait for others who write.
                execute("BEGIN EXCLUSIVE")
                execute("ROLLBACK")
                execute(f"PRAGMA journal_mode = {journal}")
        except driver.DatabaseError as error:
            raise _unusable(f"its journal cannot be turned to {journal.upper()}, {error}") from error


def write_nothing(connection: Connection) -> None:
    """Write the file's first page as it is, without waiting for whoever else writes."""
    pragma = connection.connection.driver_connection.execute
    pragma("PRAGMA busy_timeout = 0")
    try:
        with connection.execution_options(sqlite_begin="IMMEDIATE").begin():
            version = connection.exec_driver_sql("PRAGMA user_version").scalar()
            connection.exec_driver_sql(f"PRAGMA user_version = {version}")
    finally:
        pragma(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")


def is_busy(error: BaseException | None) -> bool:
    """Tell whether it says that somebody else has the file just now."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY


def why_waiting() -> str | None:
    """Say that writers wait for readers because the library is old, and what to do; None if it is new enough."""
    if journal == "wal":
        return None
    return (
        f"SQLite {driver.sqlite_version} is older than {'.'.join(map(str, SAFE_WAL))}, so writers wait for readers:"
        " install pysqlite3, or use PostgreSQL."
    )


def _open(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions of its own; `_begin` does.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(pragma)
    ((_, _, file),) = cursor.execute("PRAGMA database_list")
    cursor.close()
    connection.create_function(has_words.__name__, -1, has_words, deterministic=True)
    record.info[FILE] = file, _identity(file)


def _make_no_other(engine: Engine) -> None:
    """Where a file has been put away, SQLite would make an empty one, and delete the journal that it finds beside it.

    What stands in that journal alone would be lost, however soon the file is put back.
    """
    opened: set[str] = set()

    @event.listens_for(engine, "connect")
    def remember(_: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        file, identity = record.info[FILE]
        if identity:
            opened.add(file)

    @event.listens_for(engine, "do_connect")
    def look(*_: object) -> None:
        if not all(map(os.path.exists, opened)):
            raise driver.OperationalError(PUT_AWAY)


def _begin(connection: Connection) -> None:
    file, identity = connection.info[FILE]
    if _identity(file) != identity:
        # What is written to a file that has been put away is lost, and SQLite does not notice it.
        connection.invalidate()
        raise _unusable(PUT_AWAY)
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")
    if mode == "IMMEDIATE" and journal != "wal" and connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal":
        connection.invalidate()
        raise _unusable(f"another program has turned it to WAL, for which SQLite {driver.sqlite_version} is too old")


def _identity(file: str) -> tuple[int, int] | None:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _unusable(why: str) -> OperationalError:
    return OperationalError(None, None, driver.OperationalError(why))


def _damaged(context: ExceptionContext) -> OperationalError | None:
    """Of a damaged file the driver raises only the parent of all its errors, that of a wrong statement among them."""
    error = context.original_exception
    if type(error) is not driver.DatabaseError:
        return None
    return OperationalError(context.statement, None, error, hide_parameters=True)
