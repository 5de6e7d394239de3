"""An account's whole ledger as one JSON document.

It holds nothing that differs between two runs with the same seed: no real time, no duration.
"""

import json
from collections.abc import Collection

from .database import OBJECTS, Row
from .ledger import Ledger

KINDS = (*OBJECTS, "captures", "deliveries", "calls")
CALL = ("session_id", "at", "method", "path", "status", "request", "answer", "fault")
DELIVERY = ("id", "session_id", "event", "state", "due_at", "after", "forged")
TRY = ("at", "by_hand", "status", "answer")


def of_account(ledger: Ledger, session_id: str | None = None, only: Collection[str] = KINDS) -> dict:
    """Everything as of one instant, in the order in which it was made; with a session, what is about it.

    `only` are the kinds of records that are read. Raises ValueError with a sentence for one that there is not.
    """
    unknown = [kind for kind in only if kind not in KINDS]
    if unknown:
        raise ValueError(f"There are no {unknown[0][:100]} here; there are {', '.join(KINDS)}.")
    with ledger.transaction():
        read = {kind: _READERS.get(kind, _objects)(ledger, kind, session_id) for kind in KINDS if kind in only}
    return {"business_id": ledger.account.business_id, **read}


def _objects(ledger: Ledger, table: str, session_id: str | None) -> list[dict]:
    return [json.loads(row["document"]) for row in _rows(ledger, table, session_id)]


def _deliveries(ledger: Ledger, table: str, session_id: str | None) -> list[dict]:
    tries = _tries(ledger, session_id)
    return [_delivery(row, tries) for row in _rows(ledger, table, session_id)]


def _calls(ledger: Ledger, table: str, session_id: str | None) -> list[dict]:
    return [_picked(row, CALL) for row in _rows(ledger, table, session_id)]


def _rows(ledger: Ledger, table: str, session_id: str | None) -> list[Row]:
    filter = "" if session_id is None else " AND session_id = ?"
    values = (ledger.key,) if session_id is None else (ledger.key, session_id)
    order = "id" if table == "deliveries" else "position"
    return ledger.database.rows(f"SELECT * FROM {table} WHERE account = ?{filter} ORDER BY {order}", *values)


def _captures(ledger: Ledger, _: str, session_id: str | None) -> list[dict]:
    """Each capture with the payment that it belongs to."""
    return [
        {"payment_id": payment["payment_id"], "currency": payment["currency"], **capture}
        for payment in _objects(ledger, "payments", session_id)
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


# What is read otherwise than the objects, each from the table of its name.
_READERS = {"captures": _captures, "deliveries": _deliveries, "calls": _calls}
