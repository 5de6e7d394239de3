"""Attempts to pay a session: started, then a success or a failure, once. Called by `hosted.py`."""

from . import clock, deliveries, errors, ids, sessions

ECHOED = ("customer_id", "country", "currency", "capture_method", "description", "metadata")


def start(ledger, session_id, channel_code, channel_properties=None):
    """Record a new attempt, PENDING until its outcome is known."""
    with ledger.transaction():
        session = sessions.find_active(ledger, session_id)
        payment = _new_payment(session, channel_code, channel_properties)
        ledger.save_payment(session_id, payment)
        return payment


def succeed(ledger, session_id, payment_id, details):
    """Capture the money and complete the session; refused unless both still wait for an outcome."""
    with ledger.transaction():
        session = sessions.find_active(ledger, session_id)
        payment = find_pending(ledger, session_id, payment_id)
        _close(ledger, session, payment, {"status": "SUCCEEDED", "captures": [_capture(session)]} | details)
        deliveries.announce(ledger, "payment.capture", session_id, payment)
        sessions.complete(ledger, session, payment)


def fail(ledger, session_id, payment_id, failure_code, details):
    """End the attempt without money. The session stays ACTIVE, so that the buyer can try again."""
    with ledger.transaction():
        session = sessions.find_active(ledger, session_id)
        payment = find_pending(ledger, session_id, payment_id)
        _close(ledger, session, payment, {"status": "FAILED", "failure_code": failure_code} | details)
        deliveries.announce(ledger, "payment.failure", session_id, payment)


def find_pending(ledger, session_id, payment_id):
    payment = ledger.payment(session_id, payment_id)
    if payment is None:
        raise errors.ApiError(404, "DATA_NOT_FOUND", "Payment not found")
    if payment["status"] != "PENDING":
        raise errors.ApiError(422, "INELIGIBLE_TRANSACTION_STATUS", f"Payment status is {payment['status']}")
    return payment


def _new_payment(session, channel_code, channel_properties):
    now = clock.stamp(clock.now())
    return {
        "payment_id": ids.payment_id(),
        "business_id": session["business_id"],
        "reference_id": session["reference_id"],
        "payment_request_id": ids.payment_request_id(),
        **{name: session[name] for name in ECHOED if name in session},
        "type": "PAY",
        "request_amount": session["amount"],
        "channel_code": channel_code,
        **({"channel_properties": channel_properties} if channel_properties else {}),
        "status": "PENDING",
        "created": now,
        "updated": now,
    }


def _capture(session):
    return {
        "capture_id": ids.capture_id(),
        "capture_amount": session["amount"],
        "capture_timestamp": clock.stamp(clock.now()),
    }


def _close(ledger, session, payment, outcome):
    payment |= outcome | {"updated": clock.stamp(clock.now())}
    ledger.save_payment(session["payment_session_id"], payment)
