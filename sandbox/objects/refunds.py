"""Refunds: asked for, pending for a few seconds, then done or failed.

How long they are pending, and how they end, are settings of the account, with their usual values in
`memory/accounts.py`. A refund never changes the session or the payment.
"""

from datetime import timedelta

from .. import clock
from ..contract import amounts, channels, errors
from ..contract.statuses import REFUND_MOVES, PaymentStatus, RefundStatus, check_move
from ..memory.ledger import Ledger
from ..webhooks import deliveries
from . import payment_requests, payments

METHOD_TYPES = {"CARDS": "CARD", "EWALLET": "EWALLET", "ONLINE_BANKING": "DIRECT_DEBIT"}
# Xendit's documented example of the webhook has no payment_request_id.
NOT_IN_WEBHOOKS = ("payment_request_id",)
# What has left, or is to leave, the balance.
TAKES_MONEY = (RefundStatus.PENDING, RefundStatus.SUCCEEDED)
LISTED = 100


def create(ledger: Ledger, request: dict) -> dict:
    """A PENDING refund for a request of the right shape, or the refusal that Xendit would answer."""
    with ledger.transaction():
        asked_for = payment_requests.find(ledger, request["payment_request_id"])
        payment = ledger.payment(asked_for["latest_payment_id"])
        refund = _new_refund(ledger, request, payment, amount_for(ledger, request, payment))
        start(ledger, payment, refund["id"], refund)
        return refund


def newest(ledger: Ledger) -> tuple[list[dict], bool]:
    """The newest first, and whether there are more than these."""
    found = [refund for refund in reversed(ledger.refunds()) if _is_of_this_api(refund)]
    return found[:LISTED], len(found) > LISTED


def find(ledger: Ledger, refund_id: str) -> dict:
    """The refund as this API shows it. One of the newer API is none."""
    refund = ledger.refund(refund_id)
    if refund is None or not _is_of_this_api(refund):
        raise errors.data_not_found("Refund not found")
    return refund


def cancel(ledger: Ledger, refund_id: str) -> dict:
    """End a PENDING refund: the money stays. Xendit documents no webhook about it."""
    with ledger.transaction():
        refund = find(ledger, refund_id)
        if refund["status"] != RefundStatus.PENDING:
            message = f"Refund status is {refund['status']}, expecting {RefundStatus.PENDING}"
            raise errors.refusal("INELIGIBLE_TRANSACTION_STATUS", message)
        _move(ledger, ledger.session_of("refunds", refund_id), refund_id, refund, RefundStatus.CANCELLED)
        return refund


def start(ledger: Ledger, payment: dict, refund_id: str, refund: dict) -> None:
    """Keep a new refund of a payment and let it be pending for a while."""
    due_at = ledger.clock.now() + timedelta(seconds=ledger.account.refund_seconds)
    ledger.save_refund(ledger.session_of("payments", payment["payment_id"]), refund_id, refund, clock.stamp(due_at))


def settle(ledger: Ledger, session_id: str, refund_id: str) -> None:
    """Give a pending refund its outcome and tell it."""
    refund, failure_code = ledger.refund(refund_id), ledger.account.refund_failure_code
    status = RefundStatus.FAILED if failure_code else RefundStatus.SUCCEEDED
    refund |= {"failure_code": failure_code} if failure_code else {}
    _move(ledger, session_id, refund_id, refund, status)
    event = f"refund.{status.lower()}"
    told = {name: value for name, value in refund.items() if name not in NOT_IN_WEBHOOKS}
    # The documented example holds a second envelope inside the first.
    data = {"event": event, "business_id": ledger.account.business_id, "created": refund["updated"], "data": told}
    deliveries.announce(ledger, event, session_id, data)


def amount_for(ledger: Ledger, request: dict, payment: dict) -> int | float:
    """What to give back of the payment: as asked, or all that is left. Raises the `ApiError` of a refusal."""
    rule = _rule_for(ledger, payment)
    taken = payments.captured(payment)
    left = _left(ledger, payment, taken)
    amount = request.get("amount", left)
    if amount > left or left == 0:
        message = f"Refund amount must be less than or equal to unrefunded capture amount {left}"
        raise errors.refusal("REFUND_AMOUNT_EXCEEDED", message)
    if amount <= 0 or not amounts.fits(amount, payment["currency"]):
        raise errors.refusal("INVALID_VALUE_ERROR", "amount must be above 0 and fit the currency")
    if request.get("currency", payment["currency"]) != payment["currency"]:
        raise errors.refusal("INVALID_VALUE_ERROR", f"currency must be {payment['currency']}")
    if amount < taken and not rule["partial"]:
        message = f"Partial Refund feature is not available for payment channel {payment['channel_code']}"
        raise errors.refusal("PARTIAL_REFUND_NOT_SUPPORTED", message, 403)
    return amount


def _rule_for(ledger: Ledger, payment: dict) -> dict:
    """What the payment's channel gives back, if it gives anything back of this payment now."""
    if payment["status"] != PaymentStatus.SUCCEEDED:
        message = f"Payment status is {payment['status']}, expecting {PaymentStatus.SUCCEEDED}"
        raise errors.refusal("INELIGIBLE_TRANSACTION_STATUS", message)
    channel = channels.find(payment["country"], payment["currency"], payment["channel_code"])
    rule = channel and channel["refund"]
    if rule is None:
        message = f"Refund feature is not available for payment channel {payment['channel_code']}"
        raise errors.refusal("REFUND_NOT_SUPPORTED", message, 403)
    last_capture = clock.moment(payment["captures"][-1]["capture_timestamp"])
    if rule["days"] is not None and ledger.clock.now() > last_capture + timedelta(days=rule["days"]):
        message = f"Payments by {payment['channel_code']} can be refunded for {rule['days']} days"
        raise errors.refusal("INELIGIBLE_TRANSACTION_STATUS", message)
    return rule


def _left(ledger: Ledger, payment: dict, taken: int | float) -> int | float:
    """What earlier refunds, of both APIs, left of it."""
    session_id = ledger.session_of("payments", payment["payment_id"])
    given_back = [refund for refund in ledger.refunds_of(session_id) if refund["status"] in TAKES_MONEY]
    if any(refund["status"] == RefundStatus.PENDING for refund in given_back):
        raise errors.refusal("REFUND_IN_PROGRESS", "Please wait for the pending refund to be completed")
    return amounts.difference(taken, amounts.total(refund["amount"] for refund in given_back))


def _move(ledger: Ledger, session_id: str, refund_id: str, refund: dict, status: RefundStatus) -> None:
    check_move(REFUND_MOVES, refund["status"], status)
    refund |= {"status": status, "updated": ledger.clock.stamp()}
    ledger.save_refund(session_id, refund_id, refund)


def _is_of_this_api(refund: dict) -> bool:
    return "id" in refund


def _new_refund(ledger: Ledger, request: dict, payment: dict, amount: int | float) -> dict:
    now = ledger.clock.stamp()
    channel = channels.find(payment["country"], payment["currency"], payment["channel_code"])
    return {
        "id": ledger.ids.refund_id(),
        "payment_request_id": payment["payment_request_id"],
        "payment_id": payment["payment_id"],
        "invoice_id": None,
        "payment_method_type": METHOD_TYPES.get(channel["type"]),
        "reference_id": request.get("reference_id"),
        "channel_code": payment["channel_code"],
        "currency": payment["currency"],
        "amount": amount,
        "reason": request["reason"],
        "status": RefundStatus.PENDING,
        "failure_code": None,
        "refund_fee_amount": None,
        "metadata": request.get("metadata"),
        "created": now,
        "updated": now,
    }
