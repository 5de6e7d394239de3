"""One account's records: sessions, payments, refunds, API calls, webhook deliveries. Nobody else's.

Made for each request by `context.py`, and by the ticker for what is due; rows live in `database.py`.
"""

import json

from . import accounts
from .database import OBJECTS

NEWEST = 100


class Ledger:
    def __init__(self, database, key):
        self.database = database
        self.key = key
        self.transaction = database.transaction
        self.clock = database.clock
        self.ids = database.ids

    @property
    def account(self):
        return accounts.find(self.database, self.key)

    def reset(self):
        """Forget everything but the account's settings."""
        with self.transaction():
            self._execute(
                "DELETE FROM tries WHERE delivery_id IN (SELECT id FROM deliveries WHERE account = ?)",
                self.key,
            )
            for table in (*OBJECTS, "customers", "calls", "deliveries", "dials", "faults"):
                self._execute(f"DELETE FROM {table} WHERE account = ?", self.key)
        self.database.rate_limits.forget(self.key)

    # Sessions and customers

    def save_session(self, session, due_at):
        """`due_at` is when it expires by itself, or None."""
        session_id = session["payment_session_id"]
        self._save("sessions", session_id, session_id, session, due_at)

    def session(self, session_id):
        return self._find("sessions", session_id)

    def session_due_at(self, session_id):
        return self._due_at("sessions", session_id)

    def newest_sessions(self, search=""):
        """Newest first; with a search, those whose reference or id holds it."""
        return self._documents(
            "SELECT document FROM sessions WHERE account = ? AND (? = '' OR instr(id, ?)"
            " OR instr(lower(json_extract(document, '$.reference_id')), lower(?)))"
            " ORDER BY position DESC LIMIT ?",
            *(self.key, search, search, search, NEWEST),
        )

    def customer_id(self, reference_id):
        row = self._row("SELECT id FROM customers WHERE account = ? AND reference_id = ?", self.key, reference_id)
        return row and row["id"]

    def has_customer(self, customer_id):
        return self._row("SELECT 1 FROM customers WHERE id = ? AND account = ?", customer_id, self.key) is not None

    def add_customer(self, customer_id, reference_id):
        self._execute(
            "INSERT INTO customers (id, account, reference_id) VALUES (?, ?, ?)",
            customer_id,
            self.key,
            reference_id,
        )

    # Attempts to pay, saved methods, refunds

    def save_payment_request(self, session_id, request, due_at=None):
        self._save("payment_requests", request["payment_request_id"], session_id, request, due_at)

    def payment_request(self, request_id):
        return self._find("payment_requests", request_id)

    def payment_request_due_at(self, request_id):
        """When the time of one attempt is over, or None."""
        return self._due_at("payment_requests", request_id)

    def payment_requests_of(self, session_id):
        return self._of_session("payment_requests", session_id)

    def save_payment(self, session_id, payment, due_at=None):
        """`due_at` is when an uncaptured authorization lapses."""
        self._save("payments", payment["payment_id"], session_id, payment, due_at)

    def payment(self, payment_id):
        return self._find("payments", payment_id)

    def payments_of(self, session_id):
        return self._of_session("payments", session_id)

    def newest_payment(self, session_id):
        return next(reversed(self.payments_of(session_id)), None)

    def save_token(self, session_id, token):
        self._save("tokens", token["payment_token_id"], session_id, token, None)

    def tokens_of(self, session_id):
        return self._of_session("tokens", session_id)

    def save_refund(self, session_id, refund, due_at=None):
        """`due_at` is when a pending refund gets its outcome."""
        self._save("refunds", refund["id"], session_id, refund, due_at)

    def refund(self, refund_id):
        return self._find("refunds", refund_id)

    def refunds_of(self, session_id):
        return self._of_session("refunds", session_id)

    def session_of(self, table, object_id):
        """The id of the session that a payment request or payment belongs to, or None."""
        row = self._row(f"SELECT session_id FROM {table} WHERE id = ? AND account = ?", object_id, self.key)
        return row and row["session_id"]

    # API calls

    def add_call(self, session_id, at, method, path, status, request, answer, fault=None):
        """`fault` is the kind of the fault that spoiled the call, if one did; status 0 is no answer."""
        self._execute(
            "INSERT INTO calls (account, session_id, at, method, path, status, request, answer, fault)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(self.key, session_id, at, method, path, status, request, answer, fault),
        )

    def calls_of(self, session_id):
        return self._rows(
            "SELECT * FROM calls WHERE session_id = ? AND account = ? ORDER BY position", session_id, self.key
        )

    # Webhook deliveries

    def add_delivery(self, session_id, envelope, due_at, state="WAITING", after=None, at_once=False, forged=False):
        """Returns the id. It leaves once the delivery `after` was tried; `forged` gives it a wrong token."""
        row = self._row(
            "INSERT INTO deliveries"
            " (account, session_id, event, document, state, due_at, after, at_once, forged)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
            *(
                self.key,
                session_id,
                envelope["event"],
                json.dumps(envelope),
                state,
                due_at,
                after,
                at_once,
                forged,
            ),
        )
        self.database.delivery_added.set()
        return row["id"]

    def resend(self, delivery_ids):
        """Ask for one more try of each; returns how many of them exist."""
        marks = ", ".join("?" * len(delivery_ids))
        found = self._rows(
            f"UPDATE deliveries SET resend = 1 WHERE account = ? AND id IN ({marks}) RETURNING id",
            *(self.key, *delivery_ids),
        )
        self.database.delivery_added.set()
        return len(found)

    def deliveries_of(self, session_id):
        return self._rows(
            "SELECT * FROM deliveries WHERE session_id = ? AND account = ? ORDER BY id", session_id, self.key
        )

    def undelivered(self):
        """The ids of the deliveries that no receiver has taken, oldest first."""
        sql = "SELECT id FROM deliveries WHERE account = ? AND state != 'DELIVERED' ORDER BY id"
        return [row["id"] for row in self._rows(sql, self.key)]

    def newest_deliveries(self):
        return self._rows(
            "SELECT deliveries.*, tries.at, tries.status AS answer_status FROM deliveries LEFT JOIN tries"
            " ON tries.rowid = (SELECT max(rowid) FROM tries WHERE delivery_id = deliveries.id)"
            " WHERE account = ? ORDER BY id DESC LIMIT ?",
            *(self.key, NEWEST),
        )

    def has_untried(self, session_id, stamp):
        """Whether a webhook of the session is due at that stamp and was not tried yet."""
        row = self._row(
            "SELECT 1 FROM deliveries WHERE session_id = ? AND state IN ('WAITING', 'SENDING') AND due_at <= ?"
            " AND NOT EXISTS (SELECT 1 FROM tries WHERE delivery_id = deliveries.id) LIMIT 1",
            *(session_id, stamp),
        )
        return row is not None

    def tries_of(self, delivery_id):
        return self._rows(
            "SELECT tries.* FROM tries JOIN deliveries ON deliveries.id = delivery_id"
            " WHERE delivery_id = ? AND account = ? ORDER BY tries.rowid",
            *(delivery_id, self.key),
        )

    def _save(self, table, object_id, session_id, document, due_at):
        self._execute(
            f"INSERT INTO {table} (id, account, session_id, due_at, document) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET due_at = excluded.due_at, document = excluded.document",
            *(object_id, self.key, session_id, due_at, json.dumps(document)),
        )

    def _due_at(self, table, object_id):
        return self._row(f"SELECT due_at FROM {table} WHERE id = ? AND account = ?", object_id, self.key)["due_at"]

    def _find(self, table, object_id):
        found = self._documents(f"SELECT document FROM {table} WHERE id = ? AND account = ?", object_id, self.key)
        return next(iter(found), None)

    def _of_session(self, table, session_id):
        return self._documents(
            f"SELECT document FROM {table} WHERE session_id = ? AND account = ? ORDER BY position",
            *(session_id, self.key),
        )

    def _documents(self, sql, *values):
        return [json.loads(row["document"]) for row in self._rows(sql, *values)]

    def _execute(self, sql, *values):
        self.database.execute(sql, *values)

    def _rows(self, sql, *values):
        return self.database.rows(sql, *values)

    def _row(self, sql, *values):
        return self.database.row(sql, *values)
