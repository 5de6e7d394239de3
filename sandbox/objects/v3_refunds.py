"""Refunds of Xendit's newer API: the same rules, asked for by payment, and an object of another shape.

Source: API reference of 2026, create and get a refund. Its errors are published nowhere; here they are the older API's.
"""

from ..contract import errors
from ..contract.statuses import RefundStatus
from ..memory.ledger import Ledger
from . import captures, refunds

# What this API has no field for, though the rules ask for it.
NOT_ASKED = ("currency",)


def create(ledger: Ledger, request: dict) -> dict:
    """A PENDING refund for a request of the right shape, or a refusal."""
    with ledger.transaction():
        payment = captures.find(ledger, request["payment_id"])
        asked = {name: value for name, value in request.items() if name not in NOT_ASKED}
        refund = _new_refund(ledger, request, payment, refunds.amount_for(ledger, asked, payment))
        refunds.start(ledger, payment, refund["refund_id"], refund)
        return refund


def find(ledger: Ledger, refund_id: str) -> dict:
    """The refund. One of the older API is none."""
    refund = ledger.refund(refund_id)
    if refund is None or "refund_id" not in refund:
        raise errors.data_not_found("Refund not found")
    return refund


def _new_refund(ledger: Ledger, request: dict, payment: dict, amount: int | float) -> dict:
    now = ledger.clock.stamp()
    return {
        "refund_id": ledger.ids.refund_id(),
        "reference_id": request["reference_id"],
        "business_id": payment["business_id"],
        "payment_id": payment["payment_id"],
        "status": RefundStatus.PENDING,
        "amount": amount,
        "currency": payment["currency"],
        "channel_code": payment["channel_code"],
        "reason": request.get("reason"),
        "created": now,
        "updated": now,
        "metadata": request.get("metadata"),
    }
