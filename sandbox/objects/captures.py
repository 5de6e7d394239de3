"""Manual capture: an authorized payment is collected, in parts or whole, released, or lapses.

How long an authorization lives is `AUTHORIZATION_LIFE` in `payments.py`.
"""

from .. import clock
from ..contract import amounts, errors
from ..contract.statuses import PAYMENT_MOVES, PaymentStatus, check_move
from ..memory.ledger import Ledger
from ..webhooks import deliveries
from . import payment_requests, payments

CAPTURABLE = (PaymentStatus.AUTHORIZED, PaymentStatus.SUCCEEDED)


def find(ledger: Ledger, payment_id: str) -> dict:
    """The payment as the API shows it. A try to save a method is none."""
    payment = ledger.payment(payment_id)
    if payment is None or payment["type"] == "SAVE":
        raise errors.data_not_found("Payment not found")
    return payment


def capture(ledger: Ledger, payment_id: str, amount: int | float | None = None) -> dict:
    """Collect an amount, or all that was authorized and not collected yet."""
    with ledger.transaction():
        payment = find(ledger, payment_id)
        left = _uncaptured(ledger, payment)
        amount = left if amount is None else amount
        if amount <= 0 or not amounts.fits(amount, payment["currency"]):
            raise errors.refusal("INVALID_VALUE_ERROR", "capture_amount must be above 0 and fit the currency")
        if amount > left:
            message = f"Capture amount must be less than or equal to uncaptured authorization amount {left}"
            raise errors.refusal("CAPTURE_AMOUNT_EXCEEDED", message)
        return payments.capture(ledger, ledger.session_of("payments", payment_id), payment, amount)


def cancel(ledger: Ledger, payment_id: str) -> dict:
    """Release the money that was reserved."""
    with ledger.transaction():
        payment = find(ledger, payment_id)
        if payment["status"] != PaymentStatus.AUTHORIZED:
            raise _ineligible(payment, PaymentStatus.AUTHORIZED)
        return _release(ledger, ledger.session_of("payments", payment_id), payment, PaymentStatus.CANCELED)


def expire(ledger: Ledger, payment_id: str) -> dict:
    """Let an authorization lapse at once, as if its time were over."""
    with ledger.transaction():
        payment = find(ledger, payment_id)
        if payment["status"] != PaymentStatus.AUTHORIZED:
            raise _ineligible(payment, PaymentStatus.AUTHORIZED)
        lapse(ledger, ledger.session_of("payments", payment_id), payment_id)
        return find(ledger, payment_id)


def lapse(ledger: Ledger, session_id: str, payment_id: str) -> None:
    """Nobody captured the authorization in time."""
    payment = _release(ledger, session_id, ledger.payment(payment_id), PaymentStatus.EXPIRED)
    deliveries.announce(ledger, "payment.expiry", session_id, payment)


def _uncaptured(ledger: Ledger, payment: dict) -> int | float:
    if _has_lapsed(ledger, payment):
        raise errors.refusal("INACTIVE_PAYMENT_REQUEST", "The authorization has lapsed")
    left = amounts.difference(payment["request_amount"], payments.captured(payment))
    is_open = payment["status"] in CAPTURABLE and payment["capture_method"] == "MANUAL"
    if not is_open or left == 0:
        raise _ineligible(payment, PaymentStatus.AUTHORIZED)
    return left


def _has_lapsed(ledger: Ledger, payment: dict) -> bool:
    """What a partial capture left over lapses too, though the payment stays SUCCEEDED."""
    over_at = clock.moment(payment["created"]) + payments.AUTHORIZATION_LIFE
    is_left_over = payment["status"] == PaymentStatus.SUCCEEDED and ledger.clock.now() > over_at
    return payment["capture_method"] == "MANUAL" and (payment["status"] == PaymentStatus.EXPIRED or is_left_over)


def _release(ledger: Ledger, session_id: str, payment: dict, status: PaymentStatus) -> dict:
    check_move(PAYMENT_MOVES, payment["status"], status)
    payment |= {"status": status, "updated": ledger.clock.stamp()}
    ledger.save_payment(session_id, payment)
    payment_requests.follow(ledger, session_id, payment)
    return payment


def _ineligible(payment: dict, expected: PaymentStatus) -> errors.ApiError:
    message = f"Payment status is {payment['status']}, expecting {expected}"
    return errors.refusal("INELIGIBLE_TRANSACTION_STATUS", message)
