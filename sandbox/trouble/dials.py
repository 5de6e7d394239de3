"""Turning the delivery dial: for all sessions of an account, or for one session.

Its positions, each with its words, its numbers and what it does, are the table in `webhooks/plans.py`.
"""

from ..memory import disturbances
from ..memory.ledger import Ledger
from ..settings import is_whole_number
from ..webhooks import plans
from ..webhooks.plans import POSITIONS, Dial, HeldBack

FOR_SESSIONS = tuple(name for name, position in POSITIONS.items() if not position.is_for_accounts_only)


def parse(position: object, number: object = None) -> Dial:
    """A dial from what somebody sent; ValueError with a sentence if it can't be set."""
    if not isinstance(position, str) or position not in POSITIONS:
        raise ValueError(f"position must be one of {', '.join(POSITIONS)}.")
    numbers = POSITIONS[position].numbers
    if numbers is None:
        return Dial(position)
    number = numbers.usual if number is None else number
    if not is_whole_number(number, numbers.least, numbers.most):
        raise ValueError(f"number must be a whole number from {numbers.least} to {numbers.most} for {position}.")
    return Dial(position, number)


def of_account(ledger: Ledger) -> Dial:
    return plans.dial_of(ledger, disturbances.EVERY_SESSION)


def of_session(ledger: Ledger, session_id: str) -> Dial:
    """The session's own dial, or else the account's."""
    return plans.dial_of(ledger, session_id)


def holds_back(ledger: Ledger, session_id: str) -> HeldBack | None:
    """What nobody gets before the session's webhooks were tried; None if nothing waits for them."""
    return POSITIONS[of_session(ledger, session_id).position].holds_back


def money_comes_after(ledger: Ledger, session_id: str) -> int | None:
    """How many seconds after its end the session's money comes; None if it comes when the buyer pays."""
    dial = of_session(ledger, session_id)
    return dial.number if POSITIONS[dial.position].holds_money_back else None


def has_own(ledger: Ledger, session_id: str) -> bool:
    return disturbances.dial(ledger, session_id) is not None


def set_for_account(ledger: Ledger, dial: Dial) -> None:
    """For all sessions without a dial of their own, those that exist included."""
    disturbances.save_dial(ledger, disturbances.EVERY_SESSION, dial.position, dial.number)


def set_for_session(ledger: Ledger, session_id: str, dial: Dial) -> None:
    """Raises ValueError for a position that a session cannot have."""
    if POSITIONS[dial.position].is_for_accounts_only:
        raise ValueError(f"{dial.position} can be set for the account only, before a session is made.")
    disturbances.save_dial(ledger, session_id, dial.position, dial.number)


def release(ledger: Ledger, session_id: str) -> None:
    """Let the session follow the account's dial again."""
    disturbances.forget_dial(ledger, session_id)
