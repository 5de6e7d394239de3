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


def create(ledger: Ledger, request: dict) -> dict:
    """A PENDING refund for a request of the right shape, or the refusal that Xendit would answer."""
    with ledger.transaction():
        payment = _refundable(ledger, request["payment_request_id"])
        session_id = ledger.session_of("payments", payment["payment_id"])
        amount = _amount(ledger, request, payment, session_id)
        refund = _new_refund(ledger, request, payment, amount)
        due_at = ledger.clock.now() + timedelta(seconds=ledger.account.refund_seconds)
        ledger.save_refund(session_id, refund, clock.stamp(due_at))
        return refund


def settle(ledger: Ledger, session_id: str, refund_id: str) -> None:
    """Give a pending refund its outcome and tell it."""
    refund, failure_code = ledger.refund(refund_id), ledger.account.refund_failure_code
    status = RefundStatus.FAILED if failure_code else RefundStatus.SUCCEEDED
    check_move(REFUND_MOVES, refund["status"], status)
    now = ledger.clock.stamp()
    refund |= {"status": status, "failure_code": failure_code, "updated": now}
    ledger.save_refund(session_id, refund)
    event = f"refund.{status.lower()}"
    told = {name: value for name, value in refund.items() if name not in NOT_IN_WEBHOOKS}
    # The documented example holds a second envelope inside the first.
    data = {"event": event, "business_id": ledger.account.business_id, "created": now, "data": told}
    deliveries.announce(ledger, event, session_id, data)


def _refundable(ledger: Ledger, request_id: str) -> dict:
    request = payment_requests.find(ledger, request_id)
    payment = ledger.payment(request["latest_payment_id"])
    if payment["status"] != PaymentStatus.SUCCEEDED:
        message = f"Payment request status is {request['status']}, expecting SUCCEEDED"
        raise errors.refusal("INELIGIBLE_TRANSACTION_STATUS", message)
    rule = _rule(payment)
    if rule is None:
        message = f"Refund feature is not available for payment channel {payment['channel_code']}"
        raise errors.refusal("REFUND_NOT_SUPPORTED", message, 403)
    last_capture = clock.moment(payment["captures"][-1]["capture_timestamp"])
    if rule["days"] is not None and ledger.clock.now() > last_capture + timedelta(days=rule["days"]):
        message = f"Payments by {payment['channel_code']} can be refunded for {rule['days']} days"
        raise errors.refusal("INELIGIBLE_TRANSACTION_STATUS", message)
    return payment


def _rule(payment: dict) -> dict | None:
    channel = channels.find(payment["country"], payment["currency"], payment["channel_code"])
    return channel and channel["refund"]


def _amount(ledger: Ledger, request: dict, payment: dict, session_id: str) -> int | float:
    """The amount to refund, judged against what earlier refunds left."""
    given_back = [refund for refund in ledger.refunds_of(session_id) if refund["status"] != RefundStatus.FAILED]
    if any(refund["status"] == RefundStatus.PENDING for refund in given_back):
        raise errors.refusal("REFUND_IN_PROGRESS", "Please wait for the pending refund to be completed")
    taken = payments.captured(payment)
    left = amounts.difference(taken, amounts.total(refund["amount"] for refund in given_back))
    amount = request.get("amount", left)
    if amount > left or left == 0:
        message = f"Refund amount must be less than or equal to unrefunded capture amount {left}"
        raise errors.refusal("REFUND_AMOUNT_EXCEEDED", message)
    if amount <= 0 or not amounts.fits(amount, payment["currency"]):
        raise errors.refusal("INVALID_VALUE_ERROR", "amount must be above 0 and fit the currency")
    if request.get("currency", payment["currency"]) != payment["currency"]:
        raise errors.refusal("INVALID_VALUE_ERROR", f"currency must be {payment['currency']}")
    if amount < taken and not _rule(payment)["partial"]:
        message = f"Partial Refund feature is not available for payment channel {payment['channel_code']}"
        raise errors.refusal("PARTIAL_REFUND_NOT_SUPPORTED", message, 403)
    return amount


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
