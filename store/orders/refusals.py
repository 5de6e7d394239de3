"""A refusal by Xendit that no retry mends: the order asks for a person, and the log says what that person must do."""

import logging

from ..database import retried, transaction
from ..models import Order
from ..rules.status import CaseKind
from ..xendit import ProviderRefused
from .finding import lock_with_attempt

ADVICE = {
    401: "the key is missing, wrong or revoked: check XENDIT_SECRET_KEY",
    403: "the key lacks a permission: give it Money-in Write in Xendit's dashboard",
}
ADVICE_BY_CODE = {
    "UNAUTHORIZED_SENDER_IP": "this server's address is not on the list of those that may call: add it in Xendit's"
    " dashboard",
    "INVALID_EXPIRY_DATE": "the session's end is too near or too far: check this machine's clock",
}
OTHER_ADVICE = "Xendit does not take this request: look its code up in Xendit's API reference"

log = logging.getLogger(__name__)


@retried
def note(attempt_id: int, error: ProviderRefused) -> None:
    """Write down that a call for this attempt was refused."""
    with transaction():
        order, _ = lock_with_attempt(attempt_id)
        note_at(order, error)


def note_at(order: Order, error: ProviderRefused) -> None:
    """The same inside the caller's transaction. About an order that has ended nobody needs to do anything."""
    if not (order.is_pending or order.is_closing):
        return
    advice = ADVICE_BY_CODE.get(error.code) or ADVICE.get(error.status, OTHER_ADVICE)
    was_refused = order.is_refused
    order.open_case(CaseKind.REFUSED, f"Xendit refuses: {error}, {advice}.")
    if not was_refused:
        log.error("order %s: Xendit refuses (%s), and no retry mends that: %s", order.number, error, advice)
