"""Puts an event on the way as the delivery dial has it: when, how often, in which order. For `deliveries.py`.

Everything happens in the transaction that makes the event true, so no webhook leaves before it is planned.
"""

from datetime import timedelta

from .. import clock
from ..memory.delivery_states import DeliveryState
from ..trouble import dials
from . import shapes

COMPLETED = "payment_session.completed"
FAILURE = "payment.failure"
# What the payment of a session adds to it.
RESULTS = ("payment_request_id", "payment_id", "payment_token_id")


def put_on_the_way(ledger, session_id, envelope):
    dial = dials.of_session(ledger, session_id)
    plan = PLANS.get(dial.position, _once)
    plan(ledger, session_id, shapes.alter(dial.position, envelope), dial)


def _once(ledger, session_id, envelope, dial):
    return _add(ledger, session_id, envelope)


def _late(ledger, session_id, envelope, dial):
    due_at = clock.stamp(ledger.clock.now() + timedelta(seconds=dial.number))
    ledger.add_delivery(session_id, envelope, due_at)


def _never(ledger, session_id, envelope, dial):
    ledger.add_delivery(session_id, envelope, None, state=DeliveryState.NOT_TOLD)


def _repeat(ledger, session_id, envelope, dial):
    before = None
    for _ in range(dial.number):
        before = _add(ledger, session_id, envelope, after=before)


def _at_once(ledger, session_id, envelope, dial):
    for _ in range(dial.number):
        _add(ledger, session_id, envelope, at_once=True)


def _swapped(ledger, session_id, envelope, dial):
    """Whatever was announced before and has not left yet comes after this."""
    delivery_id = _add(ledger, session_id, envelope)
    ledger.let_others_wait(session_id, delivery_id)


def _failure_after_success(ledger, session_id, envelope, dial):
    told = _add(ledger, session_id, envelope)
    if envelope["event"] == COMPLETED and "payment_id" in envelope["data"]:
        payment = ledger.payment(envelope["data"]["payment_id"])
        failed = {name: value for name, value in payment.items() if name != "captures"}
        failed |= {"status": "FAILED", "failure_code": "TIMEOUT_ERROR"}
        _add(ledger, session_id, envelope | {"event": FAILURE, "api_version": "v3", "data": failed}, after=told)


def _expired_after_paid(ledger, session_id, envelope, dial):
    told = _add(ledger, session_id, envelope)
    if envelope["event"] == COMPLETED:
        data = {name: value for name, value in envelope["data"].items() if name not in RESULTS}
        expired = {"event": "payment_session.expired", "data": data | {"status": "EXPIRED"}}
        _add(ledger, session_id, envelope | expired, after=told)


def _success_after_failure(ledger, session_id, envelope, dial):
    """A lie with the right token, as somebody would send it who has learned the token."""
    told = _add(ledger, session_id, envelope)
    if envelope["event"] == FAILURE:
        payment = {name: value for name, value in envelope["data"].items() if name != "failure_code"}
        capture = {
            "capture_id": ledger.ids.capture_id(),
            "capture_amount": payment["request_amount"],
            "capture_timestamp": ledger.clock.stamp(),
        }
        payment |= {"status": "SUCCEEDED", "captures": [capture]}
        session = ledger.session(session_id) | {"status": "COMPLETED"}
        session |= {name: payment[name] for name in RESULTS if name in payment}
        _add(ledger, session_id, envelope | {"event": "payment.capture", "data": payment}, after=told)
        _add(ledger, session_id, envelope | {"event": COMPLETED, "data": session}, after=told)


def _forged_token(ledger, session_id, envelope, dial):
    _add(ledger, session_id, envelope, forged=True)


def _add(ledger, session_id, envelope, **manner):
    return ledger.add_delivery(session_id, envelope, ledger.clock.stamp(), **manner)


PLANS = {
    "late": _late,
    "never": _never,
    "repeat": _repeat,
    "at_once": _at_once,
    "swapped": _swapped,
    "failure_after_success": _failure_after_success,
    "expired_after_paid": _expired_after_paid,
    "success_after_failure": _success_after_failure,
    "forged_token": _forged_token,
}
