"""What is ordered to go wrong for an account: where its dials stand, and the faults of the API that wait."""

import json

from .database import Row
from .ledger import Ledger

# Kept in the place of the session for the default of an account.
EVERY_SESSION = ""


def dial(ledger: Ledger, session_id: str) -> Row | None:
    """The row with `position` and `number` of a session's own dial, or of the account's for EVERY_SESSION."""
    sql = "SELECT position, number FROM dials WHERE account = ? AND session_id = ?"
    return ledger.database.row(sql, ledger.key, session_id)


def save_dial(ledger: Ledger, session_id: str, position: str, number: int) -> None:
    ledger.database.execute(
        "INSERT INTO dials (account, session_id, position, number) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET position = excluded.position, number = excluded.number",
        *(ledger.key, session_id, position, number),
    )


def forget_dial(ledger: Ledger, session_id: str) -> None:
    ledger.database.execute("DELETE FROM dials WHERE account = ? AND session_id = ?", ledger.key, session_id)


def add_fault(ledger: Ledger, operation: str, document: dict, times: int | None) -> Row:
    """The row of a new fault that spoils so many calls; None is every call."""
    return ledger.database.row(
        "INSERT INTO faults (account, operation, document, times_left) VALUES (?, ?, ?, ?) RETURNING *",
        *(ledger.key, operation, json.dumps(document), times),
    )


def faults(ledger: Ledger) -> list[Row]:
    """The faults that still act, oldest first."""
    return ledger.database.rows("SELECT * FROM faults WHERE account = ? ORDER BY id", ledger.key)


def faults_of(ledger: Ledger, *operations: str) -> list[Row]:
    """Those of some operations, oldest first."""
    marks = ", ".join("?" * len(operations))
    sql = f"SELECT * FROM faults WHERE account = ? AND operation IN ({marks}) ORDER BY id"
    return ledger.database.rows(sql, ledger.key, *operations)


def count_fault(ledger: Ledger, fault_id: int) -> None:
    """It spoils one call fewer, and is gone once there is none left."""
    ledger.database.execute("UPDATE faults SET times_left = times_left - 1 WHERE id = ?", fault_id)
    ledger.database.execute("DELETE FROM faults WHERE id = ? AND times_left <= 0", fault_id)


def remove_fault(ledger: Ledger, fault_id: int) -> bool:
    """Whether there was such a fault."""
    sql = "DELETE FROM faults WHERE account = ? AND id = ? RETURNING id"
    return ledger.database.row(sql, ledger.key, fault_id) is not None


def clear_faults(ledger: Ledger) -> None:
    ledger.database.execute("DELETE FROM faults WHERE account = ?", ledger.key)
