"""Xendit's own test call: a buyer pays what a payment request shows."""

from ..contract import channels, errors
from ..contract.statuses import PaymentStatus
from ..memory.ledger import Ledger
from . import payment_requests, payments, sessions

KINDS = ("account", "counter", "qr")
ANSWER = {
    "status": PaymentStatus.PENDING,
    "message": (
        "A simulated payment for the specified payment request id is being processed."
        " You will be informed of the result via a webhook."
    ),
}


def simulate(ledger: Ledger, request_id: str, amount: int | float | None = None) -> dict:
    """Pay it; Xendit documents no refusal, so these are ours."""
    with ledger.transaction():
        payment_requests.find(ledger, request_id)
        session_id = ledger.session_of("payment_requests", request_id)
        sessions.find(ledger, session_id)
        request = payment_requests.find(ledger, request_id)
        if not payment_requests.is_open(request):
            raise errors.refusal("INACTIVE_PAYMENT_REQUEST", f"Payment request status is {request['status']}")
        channel = channels.find(request["country"], request["currency"], request["channel_code"])
        if channel["kind"] not in KINDS:
            message = f"Payments by {request['channel_code']} can't be simulated; the buyer pays on the hosted page"
            raise errors.refusal("INVALID_VALUE_ERROR", message)
        if amount not in (None, request["request_amount"]):
            raise errors.refusal("INVALID_VALUE_ERROR", f"amount must be {request['request_amount']}")
        payments.succeed(ledger, session_id, request["latest_payment_id"], {})
    return ANSWER
