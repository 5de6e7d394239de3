"""One account's records: sessions, payments, refunds, API calls, webhook deliveries. Nobody else's."""

import json

from . import accounts
from .accounts import Account
from .database import ASKED, IS_ON_ITS_WAY, IS_UNTRIED, OBJECTS, Database, Row
from .delivery_states import DeliveryState

NEWEST = 100


class Ledger:
    def __init__(self, database: Database, key: str) -> None:
        self.database = database
        self.key = key
        self.transaction = database.transaction
        self.clock = database.clock
        self.ids = database.ids

    @property
    def account(self) -> Account:
        return accounts.find(self.database, self.key)

    def reset(self) -> None:
        """Forget everything but the account's settings."""
        with self.transaction():
            self._execute(
                "DELETE FROM tries WHERE delivery_id IN (SELECT id FROM deliveries WHERE account = ?)",
                self.key,
            )
            for table in (*OBJECTS, "answers", "address_checks", "calls", "deliveries", "dials", "faults"):
                self._execute(f"DELETE FROM {table} WHERE account = ?", self.key)
        self.database.rate_limits.forget(self.key)

    # Sessions and customers

    def save_session(self, session: dict, due_at: str | None) -> None:
        """`due_at` is when it expires by itself, or None."""
        session_id = session["payment_session_id"]
        self._save("sessions", session_id, session_id, session, due_at)

    def session(self, session_id: str) -> dict | None:
        return self._find("sessions", session_id)

    def session_due_at(self, session_id: str) -> str | None:
        return self._due_at("sessions", session_id)

    def newest_sessions(self, search: str = "") -> list[dict]:
        """Newest first; with a search, those whose reference or id holds it."""
        return self._documents(
            "SELECT document FROM sessions WHERE account = ? AND (? = '' OR instr(id, ?)"
            " OR instr(lower(json_extract(document, '$.reference_id')), lower(?)))"
            " ORDER BY position DESC LIMIT ?",
            *(self.key, search, search, search, NEWEST),
        )

    def save_customer(self, session_id: str, customer: dict) -> None:
        """`session_id` is empty for a customer of no session."""
        self._save("customers", customer["id"], session_id, customer, None)

    def customer(self, customer_id: str) -> dict | None:
        return self._find("customers", customer_id)

    def customer_with_reference(self, reference_id: str) -> dict | None:
        sql = "SELECT document FROM customers WHERE account = ? AND json_extract(document, '$.reference_id') = ?"
        return next(iter(self._documents(sql, self.key, reference_id)), None)

    # Tries to pay, saved methods, refunds

    def save_payment_request(self, session_id: str, request: dict, due_at: str | None = None) -> None:
        self._save("payment_requests", request["payment_request_id"], session_id, request, due_at)

    def payment_request(self, request_id: str) -> dict | None:
        return self._find("payment_requests", request_id)

    def payment_request_due_at(self, request_id: str) -> str | None:
        """When the time of one try is over, or None."""
        return self._due_at("payment_requests", request_id)

    def payment_requests_of(self, session_id: str) -> list[dict]:
        return self._of_session("payment_requests", session_id)

    def save_payment(self, session_id: str, payment: dict, due_at: str | None = None) -> None:
        """`due_at` is when an uncaptured authorization lapses."""
        self._save("payments", payment["payment_id"], session_id, payment, due_at)

    def payment(self, payment_id: str) -> dict | None:
        return self._find("payments", payment_id)

    def payments(self) -> list[dict]:
        return self._of_account("payments")

    def payments_of(self, session_id: str) -> list[dict]:
        return self._of_session("payments", session_id)

    def newest_payment(self, session_id: str) -> dict | None:
        return next(reversed(self.payments_of(session_id)), None)

    def save_token(self, session_id: str, token: dict) -> None:
        self._save("tokens", token["payment_token_id"], session_id, token, None)

    def token(self, token_id: str) -> dict | None:
        return self._find("tokens", token_id)

    def save_refund(self, session_id: str, refund_id: str, refund: dict, due_at: str | None = None) -> None:
        """`due_at` is when a pending refund gets its outcome."""
        self._save("refunds", refund_id, session_id, refund, due_at)

    def refund(self, refund_id: str) -> dict | None:
        return self._find("refunds", refund_id)

    def refunds(self) -> list[dict]:
        return self._of_account("refunds")

    def refunds_of(self, session_id: str) -> list[dict]:
        return self._of_session("refunds", session_id)

    def session_of(self, table: str, object_id: str) -> str | None:
        """The id of the session that a payment request or payment belongs to, or None."""
        row = self._row(f"SELECT session_id FROM {table} WHERE id = ? AND account = ?", object_id, self.key)
        return row and row["session_id"]

    # API calls

    def first_answer(self, operation: str, key: str) -> Row | None:
        """The row with `request` and `answer` of the call that came first with this idempotency key."""
        sql = "SELECT request, answer FROM answers WHERE account = ? AND operation = ? AND key = ?"
        return self._row(sql, self.key, operation, key)

    def keep_answer(self, operation: str, key: str, request: str, answer: dict) -> None:
        self._execute(
            "INSERT INTO answers (account, operation, key, request, answer) VALUES (?, ?, ?, ?, ?)",
            *(self.key, operation, key, request, json.dumps(answer)),
        )

    def add_call(
        self,
        session_id: str,
        at: str,
        method: str,
        path: str,
        status: int,
        request: str,
        answer: str,
        fault: str | None = None,
    ) -> None:
        """`fault` is the kind of the fault that spoiled the call, if one did; status 0 is no answer."""
        self._execute(
            "INSERT INTO calls (account, session_id, at, method, path, status, request, answer, fault)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(self.key, session_id, at, method, path, status, request, answer, fault),
        )

    # Webhook deliveries

    def save_address_check(self, sent: list[dict]) -> None:
        """The samples that were posted to try a webhook address; only the newest check is kept."""
        self._execute(
            "INSERT INTO address_checks (account, document) VALUES (?, ?)"
            " ON CONFLICT (account) DO UPDATE SET document = excluded.document",
            *(self.key, json.dumps(sent)),
        )

    def address_check(self) -> list[dict]:
        return next(iter(self._documents("SELECT document FROM address_checks WHERE account = ?", self.key)), [])

    def add_delivery(
        self,
        session_id: str,
        envelope: dict,
        due_at: str | None,
        state: DeliveryState = DeliveryState.WAITING,
        after: int | None = None,
        at_once: bool = False,
        forged: bool = False,
    ) -> int:
        """Returns the id. It leaves once the delivery `after` was tried; `forged` gives it a wrong token."""
        told = (session_id, envelope["event"], json.dumps(envelope))
        row = self._row(
            "INSERT INTO deliveries (account, session_id, event, document, state, due_at, after, at_once, forged)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
            *(self.key, *told, state, due_at, after, at_once, forged),
        )
        self.database.delivery_added.set()
        return row["id"]

    def resend(self, delivery_ids: list[int]) -> int:
        """Ask for one more try of each; returns how many of them exist."""
        marks = ", ".join("?" * len(delivery_ids))
        found = self._rows(
            f"UPDATE deliveries SET resend = resend | {ASKED} WHERE account = ? AND id IN ({marks}) RETURNING id",
            *(self.key, *delivery_ids),
        )
        self.database.delivery_added.set()
        return len(found)

    def deliveries_about(self, session_id: str | None, since: str | None) -> list[int]:
        """The ids of the deliveries about a session, and of those tried at that stamp or later; None is any."""
        rows = self._rows(
            "SELECT id FROM deliveries WHERE account = ? AND (? IS NULL OR session_id = ?)"
            " AND (? IS NULL OR EXISTS (SELECT 1 FROM tries WHERE delivery_id = deliveries.id AND at >= ?))"
            " ORDER BY id",
            *(self.key, session_id, session_id, since, since),
        )
        return [row["id"] for row in rows]

    def let_others_wait(self, session_id: str, delivery_id: int) -> None:
        """Whatever was announced about the session before this delivery and has not left yet comes after it."""
        self._execute(
            f"UPDATE deliveries SET after = ? WHERE session_id = ? AND id < ? AND state = ? AND after IS NULL"
            f" AND {IS_UNTRIED}",
            *(delivery_id, session_id, delivery_id, DeliveryState.WAITING),
        )

    def undelivered(self) -> list[int]:
        """The ids of the deliveries that no receiver has taken, oldest first."""
        sql = "SELECT id FROM deliveries WHERE account = ? AND state != ? ORDER BY id"
        return [row["id"] for row in self._rows(sql, self.key, DeliveryState.DELIVERED)]

    def newest_deliveries(self) -> list[Row]:
        return self._rows(
            "SELECT deliveries.*, tries.at, tries.status AS answer_status FROM deliveries LEFT JOIN tries"
            " ON tries.rowid = (SELECT max(rowid) FROM tries WHERE delivery_id = deliveries.id)"
            " WHERE account = ? ORDER BY id DESC LIMIT ?",
            *(self.key, NEWEST),
        )

    def has_untried(self, session_id: str, stamp: str) -> bool:
        """Whether a webhook of the session is due at that stamp and was not tried yet."""
        row = self._row(
            f"SELECT 1 FROM deliveries WHERE session_id = ? AND {IS_ON_ITS_WAY} AND due_at <= ? AND {IS_UNTRIED}"
            " LIMIT 1",
            *(session_id, stamp),
        )
        return row is not None

    def _save(self, table: str, object_id: str, session_id: str, document: dict, due_at: str | None) -> None:
        self._execute(
            f"INSERT INTO {table} (id, account, session_id, due_at, document) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET due_at = excluded.due_at, document = excluded.document",
            *(object_id, self.key, session_id, due_at, json.dumps(document)),
        )

    def _due_at(self, table: str, object_id: str) -> str | None:
        return self._row(f"SELECT due_at FROM {table} WHERE id = ? AND account = ?", object_id, self.key)["due_at"]

    def _find(self, table: str, object_id: str) -> dict | None:
        found = self._documents(f"SELECT document FROM {table} WHERE id = ? AND account = ?", object_id, self.key)
        return next(iter(found), None)

    def _of_account(self, table: str) -> list[dict]:
        """Oldest first."""
        return self._documents(f"SELECT document FROM {table} WHERE account = ? ORDER BY position", self.key)

    def _of_session(self, table: str, session_id: str) -> list[dict]:
        return self._documents(
            f"SELECT document FROM {table} WHERE session_id = ? AND account = ? ORDER BY position",
            *(session_id, self.key),
        )

    def _documents(self, sql: str, *values: object) -> list[dict]:
        return [json.loads(row["document"]) for row in self._rows(sql, *values)]

    def _execute(self, sql: str, *values: object) -> None:
        self.database.execute(sql, *values)

    def _rows(self, sql: str, *values: object) -> list[Row]:
        return self.database.rows(sql, *values)

    def _row(self, sql: str, *values: object) -> Row | None:
        return self.database.row(sql, *values)
