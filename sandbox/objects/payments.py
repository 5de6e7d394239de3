"""Attempts to pay a session: started, then a success or a failure, once. Called by `hosted.py` and the API.

In a SAVE session nothing is paid: the attempt, of type SAVE, leads to a token, and no payment is ever told.
"""

from datetime import timedelta

from .. import clock
from ..contract import amounts, errors
from ..webhooks import deliveries
from . import payment_requests, sessions, tokens

ECHOED = ("customer_id", "country", "currency", "capture_method", "description", "metadata")
AUTHORIZATION_LIFE = timedelta(days=7)


def start(ledger, session_id, channel_code, channel_properties=None, *, save=False, actions=()):
    """Record a new attempt, PENDING until its outcome is known. `save` is the buyer's wish, where asked."""
    with ledger.transaction():
        session = sessions.find_active(ledger, session_id)
        payment = _new_payment(ledger, session, channel_code, channel_properties, save)
        ledger.save_payment(session_id, payment)
        payment_requests.create(ledger, session, payment, actions)
        return payment


def succeed(ledger, session_id, payment_id, details):
    """Take the money, reserve it or save the method, and complete the session; once."""
    with ledger.transaction():
        session = sessions.find_active(ledger, session_id)
        payment = find_pending(ledger, session_id, payment_id)
        outcome = details | tokens.create_if_saved(ledger, session, payment, details)
        if payment["type"] == "SAVE":
            _close(ledger, session_id, payment, {"status": "SUCCEEDED"} | outcome)
            sessions.complete(ledger, session, {"payment_token_id": payment["payment_token_id"]})
            return
        if session["capture_method"] == "MANUAL":
            _authorize(ledger, session_id, payment, outcome)
        else:
            capture(ledger, session_id, payment | outcome, session["amount"])
        sessions.complete(ledger, session, ledger.payment(payment_id))


def fail(ledger, session_id, payment_id, failure_code, details):
    """End the attempt without money. The session stays ACTIVE, so that the buyer can try again."""
    with ledger.transaction():
        session = sessions.find_active(ledger, session_id)
        payment = find_pending(ledger, session_id, payment_id)
        _close(ledger, session_id, payment, {"status": "FAILED", "failure_code": failure_code} | details)
        if payment["type"] == "SAVE":
            tokens.fail(ledger, session, payment)
        else:
            deliveries.announce(ledger, "payment.failure", session_id, payment)


def find_pending(ledger, session_id, payment_id):
    payment = ledger.payment(payment_id)
    if payment is None or ledger.session_of("payments", payment_id) != session_id:
        raise errors.data_not_found("Payment not found")
    if payment["status"] == "PENDING":
        payment_requests.expire_if_due(ledger, session_id, payment["payment_request_id"])
        payment = ledger.payment(payment_id)
    if payment["status"] != "PENDING":
        raise errors.refusal("INELIGIBLE_TRANSACTION_STATUS", f"Payment status is {payment['status']}", 422)
    return payment


def capture(ledger, session_id, payment, amount):
    """Add a capture to the payment and tell it; the rules for asking are in `captures.py`."""
    taken = {
        "capture_id": ledger.ids.capture_id(),
        "capture_amount": amount,
        "capture_timestamp": ledger.clock.stamp(),
    }
    captures = [*payment.get("captures", ()), taken]
    _close(ledger, session_id, payment, {"status": "SUCCEEDED", "captures": captures})
    deliveries.announce(ledger, "payment.capture", session_id, payment)
    return payment


def captured(payment):
    """How much of the payment was collected."""
    return amounts.total(capture["capture_amount"] for capture in payment.get("captures", ()))


def receipt(ledger, channel):
    """What the buyer's bank or wallet adds to a payment."""
    details = {"issuer_name": channel["name"], "receipt_id": ledger.ids.receipt_id()}
    if channel["kind"] == "account":
        details |= {"payer_name": "Sandbox Buyer", "payer_account_number": "0000111122223333"}
    return {"payment_details": details}


def _new_payment(ledger, session, channel_code, channel_properties, save):
    now = ledger.clock.stamp()
    return {
        "payment_id": ledger.ids.payment_id(),
        "business_id": session["business_id"],
        "reference_id": session["reference_id"],
        "payment_request_id": ledger.ids.payment_request_id(),
        **{name: session[name] for name in ECHOED if name in session},
        "type": _type(session, save),
        "request_amount": session["amount"],
        "channel_code": channel_code,
        **({"channel_properties": channel_properties} if channel_properties else {}),
        "status": "PENDING",
        "created": now,
        "updated": now,
    }


def _type(session, save):
    if session["session_type"] == "SAVE":
        return "SAVE"
    choice = session.get("allow_save_payment_method", "DISABLED")
    return "PAY_AND_SAVE" if choice == "FORCED" or (choice == "OPTIONAL" and save) else "PAY"


def _authorize(ledger, session_id, payment, outcome):
    due_at = clock.stamp(ledger.clock.now() + AUTHORIZATION_LIFE)
    _close(ledger, session_id, payment, {"status": "AUTHORIZED"} | outcome, due_at)
    deliveries.announce(ledger, "payment.authorization", session_id, payment)


def _close(ledger, session_id, payment, outcome, due_at=None):
    payment |= outcome | {"updated": ledger.clock.stamp()}
    ledger.save_payment(session_id, payment, due_at)
    payment_requests.follow(ledger, session_id, payment)
