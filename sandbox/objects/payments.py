"""A buyer's tries to pay a session: each is started, then succeeds or fails, once.

In a SAVE session nothing is paid: the try, of type SAVE, leads to a token, and no payment is ever told.
"""

from collections.abc import Iterable
from datetime import timedelta

from .. import clock
from ..contract import amounts, errors
from ..contract.statuses import PAYMENT_MOVES, PaymentStatus, check_move
from ..memory.ledger import Ledger
from ..trouble import dials
from ..webhooks import deliveries
from . import payment_requests, sessions, tokens

ECHOED = ("customer_id", "country", "currency", "capture_method", "description", "metadata")
AUTHORIZATION_LIFE = timedelta(days=7)


def start(
    ledger: Ledger,
    session_id: str,
    channel_code: str,
    channel_properties: dict | None = None,
    *,
    save: bool = False,
    actions: Iterable[dict] = (),
) -> dict:
    """Record a new try, PENDING until its outcome is known. `save` is the buyer's wish, where asked."""
    with ledger.transaction():
        session = sessions.find_active(ledger, session_id)
        payment = new(ledger, session, channel_code, channel_properties, save)
        ledger.save_payment(session_id, payment)
        payment_requests.create(ledger, session, payment, actions)
        return payment


def new(
    ledger: Ledger, session: dict, channel_code: str, channel_properties: dict | None = None, save: bool = False
) -> dict:
    """A payment that is PENDING, not stored yet, with a payment request of its own."""
    now = ledger.clock.stamp()
    return {
        "payment_id": ledger.ids.payment_id(),
        "business_id": session["business_id"],
        "reference_id": ledger.ids.payment_reference(session["reference_id"]),
        "payment_request_id": ledger.ids.payment_request_id(),
        **{name: session[name] for name in ECHOED if name in session},
        "type": _type(session, save),
        "request_amount": session["amount"],
        "channel_code": channel_code,
        **({"channel_properties": channel_properties} if channel_properties else {}),
        "status": PaymentStatus.PENDING,
        "created": now,
        "updated": now,
    }


def only_authorize(ledger: Ledger, session_id: str, payment: dict) -> None:
    """Let a try that waits reserve the money, whatever its session asks for."""
    ledger.save_payment(session_id, payment | {"capture_method": "MANUAL"})


def succeed(ledger: Ledger, session_id: str, payment_id: str, details: dict) -> None:
    """Take the money, reserve it or save the method, and complete the session; once.

    Where the dial lets money come late, it is on its way from now on, and nothing shows that before the session ends.
    """
    with ledger.transaction():
        session = sessions.find_active(ledger, session_id)
        payment = find_pending(ledger, session_id, payment_id)
        if payment["type"] != "SAVE" and dials.money_comes_after(ledger, session_id) is not None:
            return
        outcome = details | tokens.create_if_saved(ledger, session, payment, details)
        if payment["type"] == "SAVE":
            _close(ledger, session_id, payment, {"status": PaymentStatus.SUCCEEDED} | outcome)
            sessions.complete(ledger, session, {"payment_token_id": payment["payment_token_id"]})
            return
        take(ledger, session, payment, outcome)
        sessions.complete(ledger, session, ledger.payment(payment_id))


def fail(ledger: Ledger, session_id: str, payment_id: str, failure_code: str, details: dict) -> None:
    """End the try without money. The session stays ACTIVE, so that the buyer can try again."""
    with ledger.transaction():
        session = sessions.find_active(ledger, session_id)
        payment = find_pending(ledger, session_id, payment_id)
        _close(ledger, session_id, payment, {"status": PaymentStatus.FAILED, "failure_code": failure_code} | details)
        if payment["type"] == "SAVE":
            tokens.fail(ledger, session, payment)
        else:
            deliveries.announce(ledger, "payment.failure", session_id, payment)


def find_pending(ledger: Ledger, session_id: str, payment_id: str) -> dict:
    payment = ledger.payment(payment_id)
    if payment is None or ledger.session_of("payments", payment_id) != session_id:
        raise errors.data_not_found("Payment not found")
    if payment["status"] == PaymentStatus.PENDING:
        payment_requests.expire_if_due(ledger, session_id, payment["payment_request_id"])
        payment = ledger.payment(payment_id)
    if payment["status"] != PaymentStatus.PENDING:
        raise errors.refusal("INELIGIBLE_TRANSACTION_STATUS", f"Payment status is {payment['status']}", 422)
    return payment


def take(ledger: Ledger, session: dict, payment: dict, outcome: dict) -> None:
    """Capture the money of a payment, or reserve it, as the payment asks; part of a transaction."""
    session_id = session["payment_session_id"]
    if payment["capture_method"] == "MANUAL":
        _authorize(ledger, session_id, payment, outcome)
    else:
        capture(ledger, session_id, payment | outcome, session["amount"])


def capture(ledger: Ledger, session_id: str, payment: dict, amount: int | float) -> dict:
    """Add a capture to the payment and tell it; the rules for asking are in `captures.py`."""
    taken = {
        "capture_id": ledger.ids.capture_id(),
        "capture_amount": amount,
        "capture_timestamp": ledger.clock.stamp(),
    }
    captures = [*payment.get("captures", ()), taken]
    _close(ledger, session_id, payment, {"status": PaymentStatus.SUCCEEDED, "captures": captures})
    deliveries.announce(ledger, "payment.capture", session_id, payment)
    return payment


def captured(payment: dict) -> int | float:
    """How much of the payment was collected."""
    return amounts.total(capture["capture_amount"] for capture in payment.get("captures", ()))


def receipt(ledger: Ledger, channel: dict) -> dict:
    """What the buyer's bank or wallet adds to a payment."""
    details = {"issuer_name": channel["name"], "receipt_id": ledger.ids.receipt_id()}
    if channel["kind"] == "account":
        details |= {"payer_name": "Sandbox Buyer", "payer_account_number": "0000111122223333"}
    return {"payment_details": details}


def _type(session: dict, save: bool) -> str:
    if session["session_type"] == "SAVE":
        return "SAVE"
    choice = session.get("allow_save_payment_method", "DISABLED")
    return "PAY_AND_SAVE" if choice == "FORCED" or (choice == "OPTIONAL" and save) else "PAY"


def _authorize(ledger: Ledger, session_id: str, payment: dict, outcome: dict) -> None:
    due_at = clock.stamp(ledger.clock.now() + AUTHORIZATION_LIFE)
    _close(ledger, session_id, payment, {"status": PaymentStatus.AUTHORIZED} | outcome, due_at)
    deliveries.announce(ledger, "payment.authorization", session_id, payment)


def _close(ledger: Ledger, session_id: str, payment: dict, outcome: dict, due_at: str | None = None) -> None:
    check_move(PAYMENT_MOVES, payment["status"], outcome["status"])
    payment |= outcome | {"updated": ledger.clock.stamp()}
    ledger.save_payment(session_id, payment, due_at)
    payment_requests.follow(ledger, session_id, payment)
