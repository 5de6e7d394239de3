"""The sandbox's memory: SQLite behind one lock. Each account has its `ledger.py`.

Objects are kept as the JSON that the API answers. A column stands beside the JSON only where a query needs
it: `due_at` is the moment, on the sandbox's clock, at which something happens to the object by itself.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ..clock import Clock
from ..contract.ids import Ids
from ..settings import IN_MEMORY
from .delivery_states import DeliveryState, leading_to
from .rate_limits import RateLimits

# A row of any table: a value for each column, by its name.
Row = sqlite3.Row

# Of the tables below: goes up with each change of what a file holds.
VERSION = 1
# Of a delivery's `resend`, which has bits: somebody wants it sent once more; it is under way for that.
ASKED, UNDER_WAY = 1, 2
# The greatest that SQLite gives; no row has one above it.
GREATEST_ID = 2**63 - 1
OBJECTS = ("customers", "sessions", "payment_requests", "payments", "tokens", "refunds")
OBJECT_SCHEMA = """
CREATE TABLE IF NOT EXISTS {table} (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL, session_id TEXT NOT NULL,
    due_at TEXT, document TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS {table}_by_account ON {table} (account);
CREATE INDEX IF NOT EXISTS {table}_by_session ON {table} (session_id);
CREATE INDEX IF NOT EXISTS {table}_by_due ON {table} (due_at) WHERE due_at IS NOT NULL;
"""
SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (key TEXT PRIMARY KEY, document TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS customers_by_reference
    ON customers (account, json_extract(document, '$.reference_id'));
CREATE TABLE IF NOT EXISTS answers (
    account TEXT NOT NULL, operation TEXT NOT NULL, key TEXT NOT NULL, request TEXT NOT NULL, answer TEXT NOT NULL,
    PRIMARY KEY (account, operation, key));
CREATE TABLE IF NOT EXISTS address_checks (account TEXT PRIMARY KEY, document TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS calls (
    position INTEGER PRIMARY KEY, account TEXT NOT NULL, session_id TEXT NOT NULL, at TEXT NOT NULL,
    method TEXT NOT NULL, path TEXT NOT NULL, status INTEGER NOT NULL, request TEXT NOT NULL,
    answer TEXT NOT NULL, fault TEXT);
CREATE INDEX IF NOT EXISTS calls_by_session ON calls (session_id);
CREATE INDEX IF NOT EXISTS calls_by_account ON calls (account);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, session_id TEXT NOT NULL,
    event TEXT NOT NULL, document TEXT NOT NULL, state TEXT NOT NULL, due_at TEXT,
    resend INTEGER NOT NULL DEFAULT 0, after INTEGER,
    at_once INTEGER NOT NULL DEFAULT 0, forged INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS deliveries_by_due ON deliveries (due_at) WHERE state = 'WAITING';
CREATE INDEX IF NOT EXISTS deliveries_to_resend ON deliveries (resend) WHERE resend = 1;
CREATE INDEX IF NOT EXISTS deliveries_by_session ON deliveries (session_id);
CREATE INDEX IF NOT EXISTS deliveries_by_account ON deliveries (account);
CREATE TABLE IF NOT EXISTS tries (
    delivery_id INTEGER NOT NULL, at TEXT NOT NULL, by_hand INTEGER NOT NULL, milliseconds INTEGER NOT NULL,
    headers TEXT NOT NULL, body TEXT NOT NULL, status INTEGER, answer TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS tries_by_delivery ON tries (delivery_id);
CREATE TABLE IF NOT EXISTS dials (
    account TEXT NOT NULL, session_id TEXT NOT NULL, position TEXT NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (account, session_id));
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, operation TEXT NOT NULL,
    document TEXT NOT NULL, times_left INTEGER);
CREATE INDEX IF NOT EXISTS faults_by_account ON faults (account);
"""
IS_ON_ITS_WAY = f"state IN ('{DeliveryState.WAITING}', '{DeliveryState.SENDING}')"
IS_UNTRIED = "NOT EXISTS (SELECT 1 FROM tries WHERE delivery_id = deliveries.id)"
# A delivery told to come `after` another waits until that one was tried, whatever came of it.
IS_FREE = (
    f"NOT EXISTS (SELECT 1 FROM deliveries AS first WHERE first.id = deliveries.after AND first.{IS_ON_ITS_WAY}"
    " AND NOT EXISTS (SELECT 1 FROM tries WHERE delivery_id = first.id))"
)
TRIES_BEFORE = "(SELECT count(*) FROM tries WHERE delivery_id = deliveries.id AND NOT by_hand) AS tries_before"
TIMES_BY_HAND = "(SELECT count(*) FROM tries WHERE delivery_id = deliveries.id AND by_hand) AS times_by_hand"


class Database:
    """One sandbox's memory, and with it what that sandbox alone has: its clock, its source of ids, its counts."""

    def __init__(self, path: str = IN_MEMORY, clock: Clock | None = None, ids: Ids | None = None) -> None:
        self.clock = clock or Clock()
        self.ids = ids or Ids()
        self.rate_limits = RateLimits()
        self.delivery_added = threading.Event()
        self.broken: set[tuple[str, str]] = set()  # (table, id) of what could not be let happen
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._check_version()
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        for table in OBJECTS:
            self._connection.executescript(OBJECT_SCHEMA.format(table=table))
        self._connection.executescript(SCHEMA)
        # A delivery that was under way when the last run ended is sent again.
        self.execute("UPDATE deliveries SET state = ? WHERE state = ?", DeliveryState.WAITING, DeliveryState.SENDING)
        self.execute(f"UPDATE deliveries SET resend = {ASKED} WHERE resend & {UNDER_WAY}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, and nobody else in between. One inside another joins it."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _check_version(self) -> None:
        """A file with other tables than ours is left alone."""
        version = self.row("PRAGMA user_version")["user_version"]
        if version != VERSION and self.row("SELECT 1 FROM sqlite_master"):
            raise sqlite3.DatabaseError("another version of the sandbox, or another program, has made it")
        self.execute(f"PRAGMA user_version = {VERSION}")

    def execute(self, sql: str, *values: object) -> None:
        with self._lock:
            self._connection.execute(sql, values)

    def rows(self, sql: str, *values: object) -> list[Row]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: object) -> Row | None:
        return next(iter(self.rows(sql, *values)), None)

    # Across all accounts

    def due(self, table: str, stamp: str) -> list[Row]:
        """Rows with `account`, `session_id` and `id` of the objects due at that stamp, earliest first."""
        return self.rows(
            f"SELECT account, session_id, id FROM {table} WHERE due_at <= ? ORDER BY due_at, position", stamp
        )

    def is_due(self, table: str, object_id: str, stamp: str) -> bool:
        """Whether the object is still due at that stamp."""
        return self.row(f"SELECT 1 FROM {table} WHERE id = ? AND due_at <= ?", object_id, stamp) is not None

    def account_of_session(self, session_id: str) -> str | None:
        """The key of the account that the session belongs to, or None."""
        row = self.row("SELECT account FROM sessions WHERE id = ?", session_id)
        return row and row["account"]

    def has_under_way(self, stamp: str) -> bool:
        """Whether a webhook of anybody is due at that stamp, or under way."""
        is_due = f"state = '{DeliveryState.WAITING}' AND due_at <= ?"
        sql = f"SELECT 1 FROM deliveries WHERE state = ? OR resend != 0 OR ({is_due}) LIMIT 1"
        return self.row(sql, DeliveryState.SENDING, stamp) is not None

    def claim_deliveries(self, stamp: str) -> list[Row]:
        """The deliveries due at that stamp, marked so that each is handed out once."""
        return self.rows(
            # The state that an index knows stands in the text, so that SQLite uses the index.
            f"UPDATE deliveries SET state = ? WHERE state = '{DeliveryState.WAITING}' AND due_at <= ? AND {IS_FREE}"
            f" RETURNING *, {TRIES_BEFORE}",
            *(DeliveryState.SENDING, stamp),
        )

    def claim_resends(self) -> list[Row]:
        """The deliveries that somebody asked to send again, each once; to be followed by `end_resend`."""
        return self.rows(
            f"UPDATE deliveries SET resend = {UNDER_WAY} WHERE resend = {ASKED} RETURNING *, {TIMES_BY_HAND}"
        )

    def end_resend(self, delivery_id: int) -> None:
        """It was tried by hand. Who asked meanwhile gets another try."""
        self.execute(f"UPDATE deliveries SET resend = resend & {ASKED} WHERE id = ?", delivery_id)
        self.delivery_added.set()

    def count_tries(self) -> int:
        """How many times any delivery was tried so far."""
        return self.row("SELECT count(*) AS number FROM tries")["number"]

    def record_try(self, delivery_id: int, **details: object) -> None:
        """What one try gave. Nothing is kept of a delivery that a reset swept away."""
        columns = ", ".join(details)
        marks = ", ".join("?" * len(details))
        self.execute(
            f"INSERT INTO tries (delivery_id, {columns}) SELECT id, {marks} FROM deliveries WHERE id = ?",
            *details.values(),
            delivery_id,
        )

    def move_delivery(self, delivery_id: int, state: DeliveryState, due_at: str | None = None) -> None:
        """Move it, unless the table of states forbids that: what was taken meanwhile stays delivered."""
        allowed = leading_to(state)
        marks = ", ".join("?" * len(allowed))
        sql = f"UPDATE deliveries SET state = ?, due_at = ? WHERE id = ? AND state IN ({marks})"
        self.execute(sql, state, due_at, delivery_id, *allowed)
