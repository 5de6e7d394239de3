"""The sandbox's memory: sessions, payments, API calls and webhook deliveries in SQLite, behind one lock.

Called by `sessions.py`, `payments.py`, `deliveries.py` and the pages. Objects are kept as the JSON that
the API answers; a column stands beside the JSON only where a query needs it.
"""

import json
import sqlite3
import threading
from contextlib import contextmanager

SCHEMA = """
CREATE TABLE IF NOT EXISTS customers (reference_id TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS sessions (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, status TEXT NOT NULL, expires_at TEXT NOT NULL,
    document TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS sessions_by_expiry ON sessions (status, expires_at);
CREATE TABLE IF NOT EXISTS payments (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, session_id TEXT NOT NULL, document TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS payments_by_session ON payments (session_id);
CREATE TABLE IF NOT EXISTS calls (
    position INTEGER PRIMARY KEY, session_id TEXT NOT NULL, at TEXT NOT NULL, method TEXT NOT NULL,
    path TEXT NOT NULL, status INTEGER NOT NULL, request TEXT NOT NULL, answer TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS calls_by_session ON calls (session_id);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT NOT NULL, event TEXT NOT NULL,
    document TEXT NOT NULL, state TEXT NOT NULL, due_at TEXT);
CREATE INDEX IF NOT EXISTS deliveries_by_due ON deliveries (state, due_at);
CREATE INDEX IF NOT EXISTS deliveries_by_session ON deliveries (session_id);
CREATE TABLE IF NOT EXISTS tries (
    delivery_id INTEGER NOT NULL, at TEXT NOT NULL, milliseconds INTEGER NOT NULL, headers TEXT NOT NULL,
    body TEXT NOT NULL, status INTEGER, answer TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS tries_by_delivery ON tries (delivery_id);
"""
TABLES = ("customers", "sessions", "payments", "calls", "deliveries", "tries")
NEWEST = 100


class Ledger:
    def __init__(self, path=":memory:"):
        self.delivery_added = threading.Event()
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(SCHEMA)
        # A delivery that was under way when the last run ended is sent again.
        self._execute("UPDATE deliveries SET state = 'WAITING' WHERE state = 'SENDING'")

    @contextmanager
    def transaction(self):
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

    def reset(self):
        with self.transaction():
            for table in TABLES:
                self._execute(f"DELETE FROM {table}")

    # Sessions and customers

    def save_session(self, session):
        self._execute(
            "INSERT INTO sessions (id, status, expires_at, document) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET status = excluded.status, expires_at = excluded.expires_at,"
            " document = excluded.document",
            session["payment_session_id"],
            session["status"],
            session["expires_at"],
            json.dumps(session),
        )

    def session(self, session_id):
        return self._document("SELECT document FROM sessions WHERE id = ?", session_id)

    def newest_sessions(self):
        return self._documents("SELECT document FROM sessions ORDER BY position DESC LIMIT ?", NEWEST)

    def sessions_due(self, stamp):
        """ACTIVE sessions whose time was over at that stamp."""
        return self._documents(
            "SELECT document FROM sessions WHERE status = 'ACTIVE' AND expires_at <= ? ORDER BY expires_at",
            stamp,
        )

    def customer_id(self, reference_id):
        row = self._row("SELECT id FROM customers WHERE reference_id = ?", reference_id)
        return row and row["id"]

    def has_customer(self, customer_id):
        return self._row("SELECT 1 FROM customers WHERE id = ?", customer_id) is not None

    def add_customer(self, customer_id, reference_id):
        self._execute("INSERT INTO customers (id, reference_id) VALUES (?, ?)", customer_id, reference_id)

    # Payments

    def save_payment(self, session_id, payment):
        self._execute(
            "INSERT INTO payments (id, session_id, document) VALUES (?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET document = excluded.document",
            payment["payment_id"],
            session_id,
            json.dumps(payment),
        )

    def payment(self, session_id, payment_id):
        return self._document(
            "SELECT document FROM payments WHERE id = ? AND session_id = ?", payment_id, session_id
        )

    def payments_of(self, session_id):
        return self._documents(
            "SELECT document FROM payments WHERE session_id = ? ORDER BY position", session_id
        )

    def newest_payment(self, session_id):
        return self._document(
            "SELECT document FROM payments WHERE session_id = ? ORDER BY position DESC LIMIT 1", session_id
        )

    # API calls

    def add_call(self, session_id, at, method, path, status, request, answer):
        self._execute(
            "INSERT INTO calls (session_id, at, method, path, status, request, answer)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            session_id,
            at,
            method,
            path,
            status,
            request,
            answer,
        )

    def calls_of(self, session_id):
        return self._rows("SELECT * FROM calls WHERE session_id = ? ORDER BY position", session_id)

    # Webhook deliveries

    def add_delivery(self, session_id, event, envelope, due_at):
        self._execute(
            "INSERT INTO deliveries (session_id, event, document, state, due_at)"
            " VALUES (?, ?, ?, 'WAITING', ?)",
            session_id,
            event,
            json.dumps(envelope),
            due_at,
        )
        self.delivery_added.set()

    def claim_deliveries(self, stamp):
        """The deliveries due at that stamp, marked so that each is handed out once."""
        return self._rows(
            "UPDATE deliveries SET state = 'SENDING' WHERE state = 'WAITING' AND due_at <= ?"
            " RETURNING *, (SELECT count(*) FROM tries WHERE delivery_id = deliveries.id) AS tries_before",
            stamp,
        )

    def record_try(self, delivery_id, state, due_at, **details):
        """What one try gave and what follows. Nothing is kept of a delivery that a reset swept away."""
        with self.transaction():
            known = self._rows(
                "UPDATE deliveries SET state = ?, due_at = ? WHERE id = ? RETURNING id",
                state,
                due_at,
                delivery_id,
            )
            if known:
                columns = ", ".join(details)
                values = ", ".join("?" * len(details))
                self._execute(
                    f"INSERT INTO tries (delivery_id, {columns}) VALUES (?, {values})",
                    delivery_id,
                    *details.values(),
                )

    def deliveries_of(self, session_id):
        return self._rows("SELECT * FROM deliveries WHERE session_id = ? ORDER BY id", session_id)

    def newest_deliveries(self):
        return self._rows(
            "SELECT deliveries.*, tries.at, tries.status AS answer_status FROM deliveries"
            " LEFT JOIN tries ON tries.rowid ="
            " (SELECT max(rowid) FROM tries WHERE delivery_id = deliveries.id) ORDER BY id DESC LIMIT ?",
            NEWEST,
        )

    def tries_of(self, delivery_id):
        return self._rows("SELECT * FROM tries WHERE delivery_id = ? ORDER BY rowid", delivery_id)

    def _execute(self, sql, *values):
        with self._lock:
            self._connection.execute(sql, values)

    def _rows(self, sql, *values):
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def _row(self, sql, *values):
        return next(iter(self._rows(sql, *values)), None)

    def _documents(self, sql, *values):
        return [json.loads(row["document"]) for row in self._rows(sql, *values)]

    def _document(self, sql, *values):
        return next(iter(self._documents(sql, *values)), None)
