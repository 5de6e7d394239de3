"""Payment requests: Xendit's record that a buyer began to pay by one channel. Each has one payment here.

Called by `payments.py` with the fate of the payment, by `sessions.py` when a session ends, by the ticker.
"""

from datetime import timedelta

from .. import clock
from ..contract import channels, errors
from ..webhooks import deliveries

OPEN = ("REQUIRES_ACTION", "ACCEPTING_PAYMENTS")
ECHOED = (
    "customer_id",
    "country",
    "currency",
    "capture_method",
    "description",
    "metadata",
    "items",
)


def create(ledger, session, attempt, actions):
    """Record what the buyer is asked to do for this attempt."""
    request = {
        "payment_request_id": attempt["payment_request_id"],
        "business_id": session["business_id"],
        "reference_id": attempt["reference_id"],
        "latest_payment_id": attempt["payment_id"],
        **{name: session[name] for name in ECHOED if name in session},
        **{name: attempt[name] for name in ("type", "request_amount", "channel_code")},
        **({"channel_properties": attempt["channel_properties"]} if "channel_properties" in attempt else {}),
        "actions": list(actions),
        "status": "REQUIRES_ACTION",
        "created": attempt["created"],
        "updated": attempt["created"],
    }
    due_at = _due_at(ledger, session, attempt["channel_code"])
    ledger.save_payment_request(session["payment_session_id"], request, due_at)


def find(ledger, request_id):
    """The request as the API shows it. An attempt to save a method is none."""
    request = ledger.payment_request(request_id)
    if request is None or request["type"] == "SAVE":
        raise errors.data_not_found("Payment request not found")
    return request


def follow(ledger, session_id, payment):
    """Give the request the outcome of its payment."""
    request = ledger.payment_request(payment["payment_request_id"])
    request |= {"status": payment["status"], "updated": ledger.clock.stamp()}
    request |= {name: payment[name] for name in ("payment_token_id", "failure_code") if name in payment}
    ledger.save_payment_request(session_id, request)


def close_open(ledger, session_id, status):
    """End the attempts of a session that ends; only an expiry is told by webhook."""
    for request in ledger.payment_requests_of(session_id):
        if request["status"] in OPEN:
            _close(ledger, session_id, request, status)


def expire(ledger, session_id, request_id):
    """The time of one attempt is over; the session goes on."""
    _close(ledger, session_id, ledger.payment_request(request_id), "EXPIRED")


def expire_if_due(ledger, session_id, request_id):
    """Whoever asks before the ticker has come finds what the ticker would leave."""
    due_at = ledger.payment_request_due_at(request_id)
    if due_at and due_at <= ledger.clock.stamp():
        expire(ledger, session_id, request_id)


def _due_at(ledger, session, channel_code):
    channel = channels.find(session["country"], session["currency"], channel_code)
    minutes = channel and channel["minutes"]
    return clock.stamp(ledger.clock.now() + timedelta(minutes=minutes)) if minutes else None


def _close(ledger, session_id, request, status):
    change = {"status": status, "updated": ledger.clock.stamp()}
    payment = ledger.payment(request["latest_payment_id"])
    ledger.save_payment(session_id, payment | change)
    ledger.save_payment_request(session_id, request | change)
    if status == "EXPIRED" and request["type"] != "SAVE":
        deliveries.announce(ledger, "payment_request.expiry", session_id, request | change)
