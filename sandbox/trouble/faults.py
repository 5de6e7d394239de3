"""Faults of the API, on demand: which call is spoiled, how, and how often. Done by `interference.py`.

Set by `/_control`, the scenarios and the dashboard. Of several faults that fit a call the oldest acts, so
that a list of them is a little story: twice a 503, then garbage, then all is well.
"""

import json
import re
from dataclasses import asdict, dataclass, fields
from typing import Any

# Each call of the API by its name here.
OPERATIONS = {
    "sessions.create": "create_session",
    "sessions.show": "get_session",
    "sessions.cancel": "cancel_session",
    "sessions.refund": "create_refund",
    "payments.show_payment": "get_payment",
    "payments.capture": "capture_payment",
    "payments.cancel_payment": "cancel_payment",
    "payments.show_request": "get_payment_request",
    "payments.simulate": "simulate_payment",
}
ANY = "*"
KINDS = (
    "delay",
    "error",
    "error_after_work",
    "reset_before_work",
    "reset_after_work",
    "garbage",
    "truncated",
    "wrong_amount",
    "wrong_status",
    "rate_limit",
)
# With `*` these spoil reading only; a create call with a wrong amount must be asked for by name.
OF_READING = ("wrong_amount", "wrong_status")
DELAY_MILLISECONDS = 3000
LONGEST_DELAY_MILLISECONDS = 60_000
MOST_TIMES = 10_000
ERROR_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,99}", re.ASCII)


@dataclass(frozen=True)
class Fault:
    operation: str
    kind: str
    # How many calls are spoiled; None is every call until the fault is taken away.
    count: int | None = 1
    milliseconds: int = 0
    status: int = 500
    error_code: str = "SERVER_ERROR"
    # What a wrong amount or status says; None lets the sandbox choose.
    value: Any = None

    def problem(self):
        """The first thing wrong, as a sentence; None if all is well."""
        checks = {
            f"operation must be one of {', '.join([ANY, *OPERATIONS.values()])}.": self.operation
            in (ANY, *OPERATIONS.values()),
            f"kind must be one of {', '.join(KINDS)}.": self.kind in KINDS,
            f"count must be null or from 1 to {MOST_TIMES}.": self.count is None
            or _is_within(self.count, 1, MOST_TIMES),
            f"milliseconds must be from 0 to {LONGEST_DELAY_MILLISECONDS}.": _is_within(
                self.milliseconds, 0, LONGEST_DELAY_MILLISECONDS
            ),
            "status must be from 400 to 599.": _is_within(self.status, 400, 599),
            "error_code must be capital letters, digits and underscores.": isinstance(self.error_code, str)
            and bool(ERROR_CODE.fullmatch(self.error_code)),
            "value must be a number, a text or null.": self.value is None
            or (isinstance(self.value, int | float | str) and not isinstance(self.value, bool)),
        }
        return next((sentence for sentence, is_right in checks.items() if not is_right), None)


def parse(document):
    """A fault from what somebody sent; ValueError with a sentence if it can't be set."""
    known = [field.name for field in fields(Fault)]
    for name in document:
        if name not in known:
            raise ValueError(f"A fault has no {name}; it has {', '.join(known)}.")
    if "kind" not in document:
        raise ValueError(f"kind is missing; it is one of {', '.join(KINDS)}.")
    usual = {"milliseconds": DELAY_MILLISECONDS} if document["kind"] == "delay" else {}
    fault = Fault(**{"operation": ANY} | usual | document)
    if fault.problem():
        raise ValueError(fault.problem())
    return fault


def add(ledger, fault):
    """Returns the fault as `every` shows it."""
    row = ledger.database.row(
        "INSERT INTO faults (account, operation, document, times_left) VALUES (?, ?, ?, ?) RETURNING *",
        *(ledger.key, fault.operation, json.dumps(asdict(fault)), fault.count),
    )
    return _shown(row)


def every(ledger):
    """The faults that still act, oldest first, each with its `id` and how many calls are `left` to spoil."""
    rows = ledger.database.rows("SELECT * FROM faults WHERE account = ? ORDER BY id", ledger.key)
    return [_shown(row) for row in rows]


def remove(ledger, fault_id):
    """Whether there was such a fault."""
    sql = "DELETE FROM faults WHERE account = ? AND id = ? RETURNING id"
    return ledger.database.row(sql, ledger.key, fault_id) is not None


def clear(ledger):
    ledger.database.execute("DELETE FROM faults WHERE account = ?", ledger.key)


def take(ledger, operation):
    """The fault that spoils this call, counted; None if the call is left alone."""
    if not _rows_for(ledger, operation):
        return None
    with ledger.transaction():
        fitting = ((row["id"], Fault(**json.loads(row["document"]))) for row in _rows_for(ledger, operation))
        found = next(((id, fault) for id, fault in fitting if _spoils(fault, operation)), None)
        if found is None:
            return None
        fault_id, fault = found
        ledger.database.execute("UPDATE faults SET times_left = times_left - 1 WHERE id = ?", fault_id)
        ledger.database.execute("DELETE FROM faults WHERE id = ? AND times_left <= 0", fault_id)
        return fault


def _rows_for(ledger, operation):
    return ledger.database.rows(
        "SELECT * FROM faults WHERE account = ? AND operation IN (?, ?) ORDER BY id",
        ledger.key,
        operation,
        ANY,
    )


def _spoils(fault, operation):
    return fault.operation != ANY or fault.kind not in OF_READING or operation.startswith("get_")


def _shown(row):
    return {"id": row["id"], **json.loads(row["document"]), "left": row["times_left"]}


def _is_within(value, least, most):
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
