"""The positions of the delivery dial: one record each, with its plan for putting an event on the way.

A plan says when a webhook leaves, how often and in which order; a shape, in `shapes.py`, what else it says. A plan is
made in the transaction that makes the event true, so no webhook leaves before it is planned.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import NamedTuple

from .. import clock
from ..contract.statuses import PaymentStatus, RefundStatus, SessionStatus
from ..memory import disturbances
from ..memory.delivery_states import DeliveryState
from ..memory.ledger import Ledger
from . import shapes
from .shapes import Shape

COMPLETED = "payment_session.completed"
FAILURE = "payment.failure"
REFUNDED, NOT_REFUNDED = "refund.succeeded", "refund.failed"
# What the payment of a session adds to it.
RESULTS = ("payment_request_id", "payment_id", "payment_token_id")

ON_TIME = "on_time"
TOO_EARLY = "Too early"
CONFUSING = "In a confusing order"
WRONG = "With something wrong in them"
ODD = "In odd but documented shapes"

# Ledger, session, envelope, and the number of the dial.
Plan = Callable[[Ledger, str, dict, int], object]


@dataclass(frozen=True)
class Dial:
    """Where a dial stands."""

    position: str = ON_TIME
    # Seconds for `late`, copies for `repeat` and `at_once`; 0 where there is nothing to count.
    number: int = 0


class Numbers(NamedTuple):
    least: int
    usual: int
    most: int


def dial_of(ledger: Ledger, session_id: str) -> Dial:
    """The session's own dial, or else the account's."""
    row = disturbances.dial(ledger, session_id) or disturbances.dial(ledger, disturbances.EVERY_SESSION)
    return Dial(**dict(row)) if row else Dial()


def put_on_the_way(ledger: Ledger, session_id: str, envelope: dict) -> None:
    dial = dial_of(ledger, session_id)
    position = POSITIONS[dial.position]
    position.plan(ledger, session_id, position.shape(envelope), dial.number)


def _once(ledger: Ledger, session_id: str, envelope: dict, _: int = 0) -> int:
    return _add(ledger, session_id, envelope)


def _late(ledger: Ledger, session_id: str, envelope: dict, seconds: int) -> None:
    due_at = clock.stamp(ledger.clock.now() + timedelta(seconds=seconds))
    ledger.add_delivery(session_id, envelope, due_at)


def _never(ledger: Ledger, session_id: str, envelope: dict, _: int) -> None:
    ledger.add_delivery(session_id, envelope, None, state=DeliveryState.NOT_TOLD)


def _repeat(ledger: Ledger, session_id: str, envelope: dict, copies: int) -> None:
    before = None
    for _ in range(copies):
        before = _add(ledger, session_id, envelope, after=before)


def _at_once(ledger: Ledger, session_id: str, envelope: dict, copies: int) -> None:
    for _ in range(copies):
        _add(ledger, session_id, envelope, at_once=True)


def _swapped(ledger: Ledger, session_id: str, envelope: dict, _: int) -> None:
    """Whatever was announced before and has not left yet comes after this."""
    ledger.let_others_wait(session_id, _add(ledger, session_id, envelope))


def _failure_after_success(ledger: Ledger, session_id: str, envelope: dict, _: int) -> None:
    told = _add(ledger, session_id, envelope)
    if envelope["event"] == COMPLETED and "payment_id" in envelope["data"]:
        payment = ledger.payment(envelope["data"]["payment_id"])
        failed = {name: value for name, value in payment.items() if name != "captures"}
        failed |= {"status": PaymentStatus.FAILED, "failure_code": "TIMEOUT_ERROR"}
        _add(ledger, session_id, envelope | {"event": FAILURE, "api_version": "v3", "data": failed}, after=told)
    if envelope["event"] == REFUNDED:
        outcome = {"status": RefundStatus.FAILED, "failure_code": "REFUND_FAILED"}
        _add(ledger, session_id, _other_end(envelope, NOT_REFUNDED, outcome), after=told)


def _expired_after_paid(ledger: Ledger, session_id: str, envelope: dict, _: int) -> None:
    told = _add(ledger, session_id, envelope)
    if envelope["event"] == COMPLETED:
        data = {name: value for name, value in envelope["data"].items() if name not in RESULTS}
        expired = {"event": "payment_session.expired", "data": data | {"status": SessionStatus.EXPIRED}}
        _add(ledger, session_id, envelope | expired, after=told)


def _success_after_failure(ledger: Ledger, session_id: str, envelope: dict, _: int) -> None:
    """A lie with the right token, as somebody would send it who has learned the token."""
    told = _add(ledger, session_id, envelope)
    if envelope["event"] == FAILURE:
        payment = {name: value for name, value in envelope["data"].items() if name != "failure_code"}
        capture = {
            "capture_id": ledger.ids.capture_id(),
            "capture_amount": payment["request_amount"],
            "capture_timestamp": ledger.clock.stamp(),
        }
        payment |= {"status": PaymentStatus.SUCCEEDED, "captures": [capture]}
        session = ledger.session(session_id) | {"status": SessionStatus.COMPLETED}
        session |= {name: payment[name] for name in RESULTS if name in payment}
        _add(ledger, session_id, envelope | {"event": "payment.capture", "data": payment}, after=told)
        _add(ledger, session_id, envelope | {"event": COMPLETED, "data": session}, after=told)
    if envelope["event"] == NOT_REFUNDED:
        outcome = {"status": RefundStatus.SUCCEEDED, "failure_code": None}
        _add(ledger, session_id, _other_end(envelope, REFUNDED, outcome), after=told)


def _other_end(envelope: dict, event: str, outcome: dict) -> dict:
    """What tells of a refund, with another end of it."""
    inner = envelope["data"]
    return envelope | {"event": event, "data": inner | {"event": event, "data": inner["data"] | outcome}}


def _forged_token(ledger: Ledger, session_id: str, envelope: dict, _: int) -> None:
    _add(ledger, session_id, envelope, forged=True)


def _add(ledger: Ledger, session_id: str, envelope: dict, **manner: int | bool | None) -> int:
    return ledger.add_delivery(session_id, envelope, ledger.clock.stamp(), **manner)


class HeldBack(Enum):
    """What a caller or a buyer gets only after the webhooks were tried."""

    ANSWER = auto()  # to POST /sessions: the session pays itself
    REDIRECT = auto()  # back to the shop


@dataclass(frozen=True)
class Position:
    """A position: all that the sandbox knows of it, and what it does."""

    name: str
    # On the dashboard before and after its number; they make a sentence with "Next webhooks".
    words: tuple[str, str]
    # In the list of the pay page, where no translator has written others.
    words_on_page: str
    # The heading under which the dashboard has it; without one it stands on top.
    group: str = ""
    numbers: Numbers | None = None
    plan: Plan = _once
    shape: Shape = shapes.as_it_is
    holds_back: HeldBack | None = None
    # Whether the money itself comes only after the session's end, `number` seconds later.
    holds_money_back: bool = False

    @property
    def is_for_accounts_only(self) -> bool:
        """The answer that webhooks come before was given when a session was made."""
        return self.holds_back is HeldBack.ANSWER


_EVERY = (
    Position(ON_TIME, ("on time", ""), "On time"),
    Position(
        "before_answer",
        ("before POST /sessions is answered", ""),
        "Before the API’s answer",
        TOO_EARLY,
        holds_back=HeldBack.ANSWER,
    ),
    Position(
        "before_redirect",
        ("before the buyer is sent back", ""),
        "Before the buyer returns",
        TOO_EARLY,
        holds_back=HeldBack.REDIRECT,
    ),
    Position(
        "late", ("late by", "seconds"), "Late by so many seconds", numbers=Numbers(1, 60, 7 * 24 * 60 * 60), plan=_late
    ),
    Position("never", ("never", ""), "Never", plan=_never),
    Position(
        "late_money",
        ("of money that comes", "seconds after the session’s end"),
        "Late money: so many seconds after the session’s end",
        numbers=Numbers(1, 5, 7 * 24 * 60 * 60),
        holds_money_back=True,
    ),
    Position(
        "repeat",
        ("repeated,", "times in a row"),
        "Again, so many times in a row",
        numbers=Numbers(2, 3, 100),
        plan=_repeat,
    ),
    Position("at_once", ("at once,", "copies"), "So many at once", numbers=Numbers(2, 5, 100), plan=_at_once),
    Position("swapped", ("in the wrong order", ""), "In the wrong order", CONFUSING, plan=_swapped),
    Position(
        "failure_after_success",
        ("a failure after the success", ""),
        "A failure after the success",
        CONFUSING,
        plan=_failure_after_success,
    ),
    Position(
        "expired_after_paid", ("“expired” after paid", ""), "Expired after paid", CONFUSING, plan=_expired_after_paid
    ),
    Position(
        "success_after_failure",
        ("a false success after a failure", ""),
        "A success after a failure",
        CONFUSING,
        plan=_success_after_failure,
    ),
    Position("wrong_amount", ("with another amount", ""), "Another amount", WRONG, shape=shapes.wrong_amount),
    Position("wrong_currency", ("with another currency", ""), "Another currency", WRONG, shape=shapes.wrong_currency),
    Position(
        "unknown_reference",
        ("about an unknown order", ""),
        "An unknown reference",
        WRONG,
        shape=shapes.unknown_reference,
    ),
    Position("forged_token", ("with a wrong token (forged)", ""), "A wrong token", plan=_forged_token),
    Position("odd_names", ("with the events’ other names", ""), "Odd: other event names", ODD, shape=shapes.odd_names),
    Position("odd_ids", ("with ids under other names", ""), "Odd: other names of ids", ODD, shape=shapes.odd_ids),
    Position("odd_nulls", ("with null where nothing is", ""), "Odd: nulls", ODD, shape=shapes.odd_nulls),
    Position("odd_extras", ("with unknown fields", ""), "Odd: unknown fields", ODD, shape=shapes.odd_extras),
    Position("odd_type", ("with an unusual type and status", ""), "Odd: type and status", ODD, shape=shapes.odd_type),
    Position(
        "odd_reference",
        ("with the session’s reference in payments", ""),
        "Odd: the session’s reference",
        ODD,
        shape=shapes.odd_reference,
    ),
    Position("odd_gaps", ("with fields missing", ""), "Odd: missing fields", ODD, shape=shapes.odd_gaps),
)
POSITIONS = {position.name: position for position in _EVERY}
