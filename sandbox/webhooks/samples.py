"""What "Test and save" posts: for each topic of Xendit's dashboard a webhook about things that no shop has made.

Source of the topics: CONTRACT 4.5. The payloads that Xendit sends are published nowhere: these are its documents'
shapes of such webhooks, with ids of nobody.
"""

from typing import NamedTuple

from ..memory.accounts import Account
from . import deliveries
from .shapes import OF_NOBODY

AT = "2026-01-01T00:00:00.000Z"
PLACE = {"country": "ID", "currency": "IDR"}
TIMES = {"created": AT, "updated": AT}
RESULTS = {name: OF_NOBODY[name] for name in ("payment_request_id", "payment_id")}
SESSION = {
    "payment_session_id": OF_NOBODY["payment_session_id"],
    "reference_id": OF_NOBODY["reference_id"],
    "session_type": "PAY",
    "mode": "PAYMENT_LINK",
    **PLACE,
    "amount": 10000,
    "expires_at": AT,
    "locale": "en",
    **TIMES,
}
PAYMENT = {
    **RESULTS,
    "reference_id": f"{OF_NOBODY['reference_id']}_0123456789",
    "type": "PAY",
    **PLACE,
    "request_amount": 10000,
    "capture_method": "AUTOMATIC",
    "channel_code": "QRIS",
    "status": "SUCCEEDED",
    **TIMES,
}
PAYMENT_REQUEST = {name: value for name, value in PAYMENT.items() if name != "payment_id"} | {
    "latest_payment_id": OF_NOBODY["payment_id"],
    "actions": [],
    "status": "EXPIRED",
}
TOKEN = {
    "payment_token_id": "pt-00000000-0000-4000-8000-000000000000",
    "reference_id": OF_NOBODY["reference_id"],
    "customer_id": "cust-00000000-0000-4000-8000-000000000000",
    **PLACE,
    "channel_code": "CARDS",
    "status": "ACTIVE",
    **TIMES,
}
REFUND = {
    "id": "rfd-00000000-0000-4000-8000-000000000000",
    "payment_id": OF_NOBODY["payment_id"],
    "reference_id": OF_NOBODY["reference_id"],
    "channel_code": "CARDS",
    "currency": "IDR",
    "amount": 10000,
    "reason": "REQUESTED_BY_CUSTOMER",
    **TIMES,
}
CYCLE = {
    "id": "cycle-of-nobody",
    "plan_id": "plan-of-nobody",
    "reference_id": OF_NOBODY["reference_id"],
    "cycle_number": 1,
    "currency": "IDR",
    "amount": 10000,
    "status": "SUCCEEDED",
    **TIMES,
}
INVOICE = {
    "id": "000000000000000000000000",
    "external_id": OF_NOBODY["reference_id"],
    "status": "PAID",
    "amount": 10000,
    "paid_amount": 10000,
    "currency": "IDR",
    **TIMES,
}


class Topic(NamedTuple):
    """A topic: its name here and on Xendit's dashboard. One without an event is an older webhook, with no envelope."""

    name: str
    words: str
    event: str | None
    data: dict


_EVERY = (
    Topic(
        "payment_session_completed",
        "Payment Session Completed",
        "payment_session.completed",
        SESSION | RESULTS | {"status": "COMPLETED"},
    ),
    Topic(
        "payment_session_expired",
        "Payment Session Expired",
        "payment_session.expired",
        SESSION | {"status": "EXPIRED"},
    ),
    Topic("payment_status", "Payment Requests v3 Payment Status", "payment.capture", PAYMENT),
    Topic("payment_request_status", "Payment Request Status", "payment_request.expiry", PAYMENT_REQUEST),
    Topic("payment_token_status", "Payment Tokens v3", "payment_token.activation", TOKEN),
    Topic("refund_succeeded", "Unified Refunds succeeded", "refund.succeeded", REFUND | {"status": "SUCCEEDED"}),
    Topic(
        "refund_failed",
        "Unified Refunds failed",
        "refund.failed",
        REFUND | {"status": "FAILED", "failure_code": "REFUND_FAILED"},
    ),
    Topic("subscriptions", "Subscriptions", "recurring.cycle.succeeded", CYCLE),
    Topic("payment_link", "Payment Link", None, INVOICE),
)
TOPICS = {topic.name: topic for topic in _EVERY}


def body(topic: Topic, account: Account, now: str) -> dict:
    """The webhook as it is posted to that account's address at that moment."""
    if topic.event is None:
        return topic.data
    envelope = deliveries.envelope(account, topic.event, now)
    # Xendit's example of a refund's webhook holds a second envelope inside the first.
    data = envelope | {"data": topic.data} if topic.event.startswith("refund.") else topic.data
    return envelope | {"data": data}
