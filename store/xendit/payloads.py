"""What goes to Xendit and what comes back, as frozen records. Only the fields that we use.

Field names and limits: the session object of Xendit's API reference (create, get and cancel session).
Amounts are in major units here, as on the wire: 150000 IDR is Rp150.000.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from .fields import LONGEST_ID, decimal, id_and_status, number, text


@dataclass(frozen=True)
class Customer:
    """`given_names` and `surname`: ASCII letters, digits and spaces, 1–50. `mobile_number`: E.164."""

    reference: str
    given_names: str
    surname: str
    email: str | None
    mobile_number: str

    def to_json(self) -> dict[str, Any]:
        names = {"given_names": self.given_names, "surname": self.surname}
        customer = {
            "type": "INDIVIDUAL",
            "reference_id": self.reference,
            "email": self.email,
            "mobile_number": self.mobile_number,
            "individual_detail": _present(names),
        }
        return _present(customer)


@dataclass(frozen=True)
class Item:
    """One line. `type` is PHYSICAL_PRODUCT or FEE; `category` is required by Xendit, though it may be empty."""

    reference: str
    type: str
    name: str
    category: str
    unit_amount: int | Decimal
    quantity: int

    def to_json(self) -> dict[str, Any]:
        return {
            "reference_id": self.reference,
            "type": self.type,
            "name": self.name,
            "category": self.category,
            "net_unit_amount": number(self.unit_amount),
            "quantity": self.quantity,
        }


@dataclass(frozen=True)
class SessionRequest:
    """A one-time payment on Xendit's hosted page, captured at once."""

    reference: str
    amount: int | Decimal
    currency: str
    country: str
    description: str
    customer: Customer
    items: tuple[Item, ...]
    expires_at: datetime
    success_return_url: str
    cancel_return_url: str

    def to_json(self) -> dict[str, Any]:
        return {
            "reference_id": self.reference,
            "session_type": "PAY",
            "mode": "PAYMENT_LINK",
            "capture_method": "AUTOMATIC",
            "amount": number(self.amount),
            "currency": self.currency,
            "country": self.country,
            "description": self.description,
            "customer": self.customer.to_json(),
            "items": [item.to_json() for item in self.items],
            "expires_at": self.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "success_return_url": self.success_return_url,
            "cancel_return_url": self.cancel_return_url,
        }


class SessionStatus(StrEnum):
    """Where a session stands. Source: the `status` field of Xendit's session object."""

    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    EXPIRED = "EXPIRED"
    CANCELED = "CANCELED"


@dataclass(frozen=True)
class Session:
    """Xendit's record of a session. `amount` is None if the answer has none that is a number.

    The payment, and the payment request that it belongs to, are named once there was one (CONTRACT 2.7).
    """

    id: str
    status: str  # mostly a SessionStatus, but nobody promises that there will never be another
    type: str
    reference: str
    amount: Decimal | None
    currency: str
    payment_id: str | None
    link: str | None
    payment_request_id: str | None = None
    business_id: str | None = None

    @property
    def is_active(self) -> bool:
        return self.status == SessionStatus.ACTIVE

    @property
    def has_ended(self) -> bool:
        """Tell whether it ended without money."""
        return self.status in (SessionStatus.EXPIRED, SessionStatus.CANCELED)

    @classmethod
    def ended(cls, session_id: str, reference: str) -> "Session":
        """Return what to take for the record of a session that Xendit does not know: it takes no money."""
        return cls(session_id, SessionStatus.CANCELED, "", reference, None, "", None, None)

    @classmethod
    def from_json(cls, body: Any) -> "Session":
        """Return the session in an answer. Raises UntrustedAnswer if there is none."""
        session_id, status = id_and_status(body, "payment_session_id")
        return cls(
            id=session_id,
            status=status,
            type=text(body.get("session_type")) or "",
            reference=text(body.get("reference_id")) or "",
            amount=decimal(body.get("amount")),
            currency=text(body.get("currency")) or "",
            payment_id=text(body.get("payment_id"), LONGEST_ID),
            link=text(body.get("payment_link_url"), limit=2000),
            payment_request_id=text(body.get("payment_request_id"), LONGEST_ID),
            business_id=text(body.get("business_id"), LONGEST_ID),
        )


def _present(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}
