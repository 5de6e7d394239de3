"""Xendit's records of payments and of payment requests, as frozen records. Only the fields that we use.

Source: GET /v3/payments/{id} and GET /v3/payment_requests/{id} (CONTRACT 5.1, 5.2). Amounts are in major units.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from .fields import LONGEST_ID, code, decimal, id_and_status, text


class PaymentRecordStatus(StrEnum):
    """Where a payment stands. Source: the `status` field of Xendit's payment object."""

    AUTHORIZED = "AUTHORIZED"
    CANCELED = "CANCELED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"
    PENDING = "PENDING"


@dataclass(frozen=True)
class PaymentRecord:
    """Xendit's record of a payment. `asked` and `captured` are None if the answer does not say."""

    id: str
    status: str  # mostly a PaymentRecordStatus, but nobody promises that there will never be another
    reference: str
    payment_request_id: str | None
    business_id: str | None
    currency: str
    channel_code: str | None
    failure_code: str | None
    asked: Decimal | None
    captured: Decimal | None

    @property
    def is_captured(self) -> bool:
        """Tell whether the money has come, at least some of it: `captured` says how much."""
        return self.status == PaymentRecordStatus.SUCCEEDED

    @property
    def is_authorized(self) -> bool:
        """Tell whether the money is only put aside for us, and goes back unless it is captured."""
        return self.status == PaymentRecordStatus.AUTHORIZED

    @property
    def is_pending(self) -> bool:
        return self.status == PaymentRecordStatus.PENDING

    @property
    def has_failed(self) -> bool:
        return self.status == PaymentRecordStatus.FAILED

    @property
    def was_let_go(self) -> bool:
        """Tell whether it ended without money: canceled, or authorized and never captured."""
        return self.status in (PaymentRecordStatus.CANCELED, PaymentRecordStatus.EXPIRED)

    def belongs_to(self, reference: str) -> bool:
        """Tell whether it is a payment of the session with this reference.

        Xendit adds `_` and ten random characters to the session's reference; in its examples they are equal
        (CONTRACT 4.4, 9.45).
        """
        return bool(reference) and (self.reference == reference or self.reference.startswith(f"{reference}_"))

    @classmethod
    def from_json(cls, body: Any) -> "PaymentRecord":
        """Return the payment in an answer. Raises UntrustedAnswer if there is none."""
        payment_id, status = id_and_status(body, "payment_id")
        # A guide calls CAPTURED what the reference calls SUCCEEDED (CONTRACT 9.24).
        status = PaymentRecordStatus.SUCCEEDED if status == "CAPTURED" else status
        asked = decimal(body.get("request_amount"))
        return cls(
            id=payment_id,
            status=status,
            reference=text(body.get("reference_id")) or "",
            payment_request_id=text(body.get("payment_request_id"), LONGEST_ID),
            business_id=text(body.get("business_id"), LONGEST_ID),
            currency=text(body.get("currency")) or "",
            channel_code=code(body.get("channel_code")),
            failure_code=code(body.get("failure_code")),
            asked=asked,
            captured=_captured(body.get("captures"), asked if status == PaymentRecordStatus.SUCCEEDED else None),
        )


@dataclass(frozen=True)
class PaymentRequestRecord:
    """Xendit's record that a buyer began to pay by one channel. It names the newest of its payments."""

    id: str
    status: str
    reference: str
    latest_payment_id: str | None

    @classmethod
    def from_json(cls, body: Any) -> "PaymentRequestRecord":
        """Return the payment request in an answer. Raises UntrustedAnswer if there is none."""
        request_id, status = id_and_status(body, "payment_request_id")
        return cls(
            id=request_id,
            status=status,
            reference=text(body.get("reference_id")) or "",
            latest_payment_id=text(body.get("latest_payment_id"), LONGEST_ID),
        )


def _captured(captures: Any, otherwise: Decimal | None) -> Decimal | None:
    """Add up the captures; where there are none, as in some of Xendit's examples, the payment says it otherwise."""
    if not captures:
        return otherwise
    if not isinstance(captures, list):
        return None
    amounts = [decimal(each.get("capture_amount")) if isinstance(each, dict) else None for each in captures]
    return None if None in amounts else sum(amounts, Decimal(0))
