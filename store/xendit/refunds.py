"""Refunds: what is asked of Xendit, and its records of them, as frozen records. Only the fields that we use.

Source: POST /refunds and its refund object (CONTRACT 6.1, 6.2). Amounts are in major units.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from .fields import LONGEST_ID, code, decimal, id_and_status, number, text


class RefundReason(StrEnum):
    """Why money is given back. Source: the `reason` of POST /refunds."""

    FRAUDULENT = "FRAUDULENT"
    DUPLICATE = "DUPLICATE"
    REQUESTED_BY_CUSTOMER = "REQUESTED_BY_CUSTOMER"
    CANCELLATION = "CANCELLATION"
    OTHERS = "OTHERS"


class RefundRecordStatus(StrEnum):
    """Where a refund stands. Source: the `status` field of Xendit's refund object, and its spelling (CONTRACT 9.22)."""

    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELED = "CANCELLED"


@dataclass(frozen=True)
class RefundRequest:
    """Money of one payment to be given back. `reference` is also the idempotency key: one reference, one refund."""

    reference: str
    payment_request_id: str
    amount: int | Decimal
    currency: str
    reason: RefundReason

    def to_json(self) -> dict[str, Any]:
        return {
            "reference_id": self.reference,
            "payment_request_id": self.payment_request_id,
            "amount": number(self.amount),
            "currency": self.currency,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class RefundRecord:
    """Xendit's record of a refund. `amount` is None if the answer has none that is a number."""

    id: str
    status: str  # mostly a RefundRecordStatus, but nobody promises that there will never be another
    reference: str
    payment_request_id: str | None
    amount: Decimal | None
    currency: str
    failure_code: str | None

    @property
    def is_pending(self) -> bool:
        return self.status == RefundRecordStatus.PENDING

    @property
    def has_succeeded(self) -> bool:
        """Tell whether Xendit and its partner are done; the buyer's bank may take days (CONTRACT 6.1)."""
        return self.status == RefundRecordStatus.SUCCEEDED

    @property
    def has_failed(self) -> bool:
        return self.status == RefundRecordStatus.FAILED

    @property
    def was_canceled(self) -> bool:
        return self.status == RefundRecordStatus.CANCELED

    def answers(self, request: RefundRequest) -> bool:
        """Tell whether it is the refund that was asked for. Xendit may leave the payment request out (CONTRACT 6.5)."""
        asked = (request.reference, request.amount, request.currency)
        is_of_payment = self.payment_request_id in (None, request.payment_request_id)
        return (self.reference, self.amount, self.currency) == asked and is_of_payment

    @classmethod
    def from_json(cls, body: Any) -> "RefundRecord":
        """Return the refund in an answer. Raises UntrustedAnswer if there is none."""
        refund_id, status = id_and_status(body, "id", "refund_id")  # CONTRACT 9.21
        return cls(
            id=refund_id,
            # Of Xendit's other objects the same word has one L.
            status=RefundRecordStatus.CANCELED if status == "CANCELED" else status,
            reference=text(body.get("reference_id")) or "",
            payment_request_id=text(body.get("payment_request_id"), LONGEST_ID),
            amount=decimal(body.get("amount")),
            currency=text(body.get("currency")) or "",
            failure_code=code(body.get("failure_code")),
        )
