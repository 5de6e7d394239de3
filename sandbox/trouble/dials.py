"""The delivery dial: what happens to the webhooks of a session, or of all sessions of an account.

Set by `/_control`, the scenarios, the dashboard and the pay page; obeyed by `dispatch.py` and `timing.py`.
"""

from dataclasses import dataclass

ON_TIME = "on_time"
# Position → least, usual and greatest number, for those that take one.
NUMBERS = {"late": (1, 60, 7 * 24 * 60 * 60), "repeat": (2, 3, 100), "at_once": (2, 5, 100)}
POSITIONS = (
    ON_TIME,
    "before_answer",
    "before_redirect",
    "late",
    "never",
    "repeat",
    "at_once",
    "swapped",
    "failure_after_success",
    "expired_after_paid",
    "success_after_failure",
    "wrong_amount",
    "wrong_currency",
    "unknown_reference",
    "forged_token",
    "odd_names",
    "odd_ids",
    "odd_nulls",
    "odd_extras",
    "odd_type",
    "odd_reference",
    "odd_gaps",
)
# The answer that it comes before was given when the session was made.
FOR_ACCOUNTS_ONLY = ("before_answer",)
FOR_SESSIONS = tuple(position for position in POSITIONS if position not in FOR_ACCOUNTS_ONLY)
# Kept in the place of the session for the default of an account.
EVERY_SESSION = ""


@dataclass(frozen=True)
class Dial:
    position: str = ON_TIME
    # Seconds for `late`, copies for `repeat` and `at_once`; 0 where there is nothing to count.
    number: int = 0


def parse(position, number=None):
    """A dial from what somebody sent; ValueError with a sentence if it can't be set."""
    if position not in POSITIONS:
        raise ValueError(f"position must be one of {', '.join(POSITIONS)}.")
    if position not in NUMBERS:
        return Dial(position)
    least, usual, most = NUMBERS[position]
    number = usual if number is None else number
    if not isinstance(number, int) or isinstance(number, bool) or not least <= number <= most:
        raise ValueError(f"number must be a whole number from {least} to {most} for {position}.")
    return Dial(position, number)


def of_account(ledger):
    return _find(ledger, EVERY_SESSION) or Dial()


def of_session(ledger, session_id):
    """The session's own dial, or else the account's."""
    return _find(ledger, session_id) or of_account(ledger)


def has_own(ledger, session_id):
    return _find(ledger, session_id) is not None


def set_for_account(ledger, dial):
    """For all sessions without a dial of their own, those that exist included."""
    _save(ledger, EVERY_SESSION, dial)


def set_for_session(ledger, session_id, dial):
    if dial.position in FOR_ACCOUNTS_ONLY:
        raise ValueError(f"{dial.position} can be set for the account only, before a session is made.")
    _save(ledger, session_id, dial)


def release(ledger, session_id):
    """Let the session follow the account's dial again."""
    ledger.database.execute("DELETE FROM dials WHERE account = ? AND session_id = ?", ledger.key, session_id)


def _find(ledger, session_id):
    row = ledger.database.row(
        "SELECT position, number FROM dials WHERE account = ? AND session_id = ?", ledger.key, session_id
    )
    return row and Dial(**dict(row))


def _save(ledger, session_id, dial):
    ledger.database.execute(
        "INSERT INTO dials (account, session_id, position, number) VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET position = excluded.position, number = excluded.number",
        *(ledger.key, session_id, dial.position, dial.number),
    )
