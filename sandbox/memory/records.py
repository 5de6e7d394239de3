"""An account's whole ledger as one JSON document.

It holds nothing that differs between two runs with the same seed: no real time, no duration.
"""

import json

from .database import OBJECTS, Row
from .ledger import Ledger

CALL = ("session_id", "at", "method", "path", "status", "request", "answer", "fault")
DELIVERY = ("id", "session_id", "event", "state", "due_at", "after", "forged")
TRY = ("at", "by_hand", "status", "answer")


def of_account(ledger: Ledger, session_id: str | None = None) -> dict:
    """Everything as of one instant, in the order in which it was made; with a session, what is about it."""
    with ledger.transaction():
        return _read(ledger, session_id)


def _read(ledger: Ledger, session_id: str | None) -> dict:
    objects = {table: [json.loads(row["document"]) for row in _rows(ledger, table, session_id)] for table in OBJECTS}
    tries = _tries(ledger, session_id)
    return {
        "business_id": ledger.account.business_id,
        **objects,
        "captures": _captures(objects["payments"]),
        "deliveries": [_delivery(row, tries) for row in _rows(ledger, "deliveries", session_id)],
        "calls": [_picked(row, CALL) for row in _rows(ledger, "calls", session_id)],
    }


def _rows(ledger: Ledger, table: str, session_id: str | None) -> list[Row]:
    filter = "" if session_id is None else " AND session_id = ?"
    values = (ledger.key,) if session_id is None else (ledger.key, session_id)
    order = "id" if table == "deliveries" else "position"
    return ledger.database.rows(f"SELECT * FROM {table} WHERE account = ?{filter} ORDER BY {order}", *values)


def _captures(payments: list[dict]) -> list[dict]:
    """Each capture with the payment that it belongs to."""
    return [
        {"payment_id": payment["payment_id"], "currency": payment["currency"], **capture}
        for payment in payments
        for capture in payment.get("captures", ())
    ]


def _tries(ledger: Ledger, session_id: str | None) -> dict[int, list[dict]]:
    """Delivery → its tries."""
    rows = ledger.database.rows(
        "SELECT tries.* FROM tries JOIN deliveries ON deliveries.id = delivery_id WHERE account = ?"
        " AND (? IS NULL OR session_id = ?) ORDER BY tries.rowid",
        *(ledger.key, session_id, session_id),
    )
    found = {}
    for row in rows:
        request = {"headers": json.loads(row["headers"]), "body": json.loads(row["body"])}
        found.setdefault(row["delivery_id"], []).append(request | _picked(row, TRY))
    return found


def _delivery(row: Row, tries: dict[int, list[dict]]) -> dict:
    return _picked(row, DELIVERY) | {
        "webhook": json.loads(row["document"]),
        "tries": tries.get(row["id"], []),
    }


def _picked(row: Row, names: tuple[str, ...]) -> dict:
    return {name: row[name] for name in names}
