"""Payment requests: Xendit's record that a buyer began to pay by one channel. Each has one payment here."""

from collections.abc import Iterable
from datetime import timedelta

from .. import clock
from ..contract import channels, errors
from ..contract.statuses import PAYMENT_MOVES, PAYMENT_REQUEST_MOVES, PaymentRequestStatus, PaymentStatus, check_move
from ..memory.ledger import Ledger
from ..webhooks import deliveries

ECHOED = (
    "customer_id",
    "country",
    "currency",
    "capture_method",
    "description",
    "metadata",
    "items",
)


def create(
    ledger: Ledger,
    session: dict,
    payment: dict,
    actions: Iterable[dict],
    status: PaymentRequestStatus = PaymentRequestStatus.REQUIRES_ACTION,
) -> None:
    """Record what the buyer is asked to do for this try. One that is over from the start is never due."""
    request = {
        "payment_request_id": payment["payment_request_id"],
        "business_id": session["business_id"],
        "reference_id": payment["reference_id"],
        "latest_payment_id": payment["payment_id"],
        **{name: session[name] for name in ECHOED if name in session},
        **{name: payment[name] for name in ("type", "request_amount", "channel_code")},
        **({"channel_properties": payment["channel_properties"]} if "channel_properties" in payment else {}),
        "actions": list(actions),
        "status": status,
        "created": payment["created"],
        "updated": payment["created"],
    }
    due_at = _due_at(ledger, session, payment["channel_code"]) if is_open(request) else None
    ledger.save_payment_request(session["payment_session_id"], request, due_at)


def find(ledger: Ledger, request_id: str) -> dict:
    """The request as the API shows it. A try to save a method is none."""
    request = ledger.payment_request(request_id)
    if request is None or request["type"] == "SAVE":
        raise errors.data_not_found("Payment request not found")
    return request


def follow(ledger: Ledger, session_id: str, payment: dict) -> dict:
    """Give the request the outcome of its payment; returns it. One that is over stays so, though money may come."""
    request = ledger.payment_request(payment["payment_request_id"])
    if request["status"] not in PAYMENT_REQUEST_MOVES:
        return request
    status = PaymentRequestStatus(payment["status"])
    check_move(PAYMENT_REQUEST_MOVES, request["status"], status)
    request |= {"status": status, "updated": ledger.clock.stamp()}
    request |= {name: payment[name] for name in ("payment_token_id", "failure_code") if name in payment}
    ledger.save_payment_request(session_id, request)
    return request


def close_open(ledger: Ledger, session_id: str, status: PaymentStatus) -> None:
    """End the open tries of a session that ends; only an expiry is told by webhook."""
    for request in ledger.payment_requests_of(session_id):
        if is_open(request):
            _close(ledger, session_id, request, status)


def newest_unfailed(ledger: Ledger, session_id: str, channel_code: str | None = None) -> dict | None:
    """The newest that did not fail, by that channel if one is named: what a buyer may have paid unheard of."""
    found = [
        request
        for request in ledger.payment_requests_of(session_id)
        if request["status"] != PaymentRequestStatus.FAILED
        and request["type"] != "SAVE"
        and channel_code in (None, request["channel_code"])
    ]
    return found[-1] if found else None


def is_open(request: dict) -> bool:
    """Whether the buyer may still do what the request asks for."""
    return request["status"] == PaymentRequestStatus.REQUIRES_ACTION


def expire(ledger: Ledger, session_id: str, request_id: str) -> None:
    """The time of one try is over; the session goes on."""
    _close(ledger, session_id, ledger.payment_request(request_id), PaymentStatus.EXPIRED)


def expire_if_due(ledger: Ledger, session_id: str, request_id: str) -> None:
    """Whoever asks before the ticker has come finds what the ticker would leave."""
    due_at = ledger.payment_request_due_at(request_id)
    if due_at and due_at <= ledger.clock.stamp():
        expire(ledger, session_id, request_id)


def _due_at(ledger: Ledger, session: dict, channel_code: str) -> str | None:
    channel = channels.find(session["country"], session["currency"], channel_code)
    minutes = channel and channel["minutes"]
    return clock.stamp(ledger.clock.now() + timedelta(minutes=minutes)) if minutes else None


def _close(ledger: Ledger, session_id: str, request: dict, status: PaymentStatus) -> None:
    payment = ledger.payment(request["latest_payment_id"])
    check_move(PAYMENT_MOVES, payment["status"], status)
    payment |= {"status": status, "updated": ledger.clock.stamp()}
    ledger.save_payment(session_id, payment)
    request = follow(ledger, session_id, payment)
    if status == PaymentStatus.EXPIRED and request["type"] != "SAVE":
        deliveries.announce(ledger, "payment_request.expiry", session_id, request)
