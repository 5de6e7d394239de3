"""Statuses of what Xendit keeps, in its own words, and the moves between them.

Sources: the enums of the API reference and of the Payments OpenAPI file; the moves follow from its guides. A status
that a table does not name is an end.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

Status = TypeVar("Status", bound=StrEnum)
Moves = Mapping[Status, frozenset[Status]]


class InvalidMove(Exception):
    """A status was to change in a way that the tables below do not allow."""


class SessionStatus(StrEnum):
    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    EXPIRED = "EXPIRED"
    CANCELED = "CANCELED"


class PaymentStatus(StrEnum):
    """Of a payment, and of a try to save a method, which is kept like one."""

    PENDING = "PENDING"
    AUTHORIZED = "AUTHORIZED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"


class PaymentRequestStatus(StrEnum):
    REQUIRES_ACTION = "REQUIRES_ACTION"
    AUTHORIZED = "AUTHORIZED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"


class TokenStatus(StrEnum):
    """A token is made once it is known whether the method could be saved, and never moves here."""

    ACTIVE = "ACTIVE"
    FAILED = "FAILED"


class RefundStatus(StrEnum):
    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"  # two L, unlike a session's


SESSION_MOVES: Moves[SessionStatus] = {
    SessionStatus.ACTIVE: frozenset({SessionStatus.COMPLETED, SessionStatus.EXPIRED, SessionStatus.CANCELED}),
}

PAYMENT_MOVES: Moves[PaymentStatus] = {
    PaymentStatus.PENDING: frozenset(PaymentStatus) - {PaymentStatus.PENDING},
    PaymentStatus.AUTHORIZED: frozenset({PaymentStatus.SUCCEEDED, PaymentStatus.CANCELED, PaymentStatus.EXPIRED}),
    # What was authorized may be collected in parts.
    PaymentStatus.SUCCEEDED: frozenset({PaymentStatus.SUCCEEDED}),
}

PAYMENT_REQUEST_MOVES: Moves[PaymentRequestStatus] = {
    PaymentRequestStatus.REQUIRES_ACTION: frozenset(PaymentRequestStatus) - {PaymentRequestStatus.REQUIRES_ACTION},
    PaymentRequestStatus.AUTHORIZED: frozenset(
        {PaymentRequestStatus.SUCCEEDED, PaymentRequestStatus.CANCELED, PaymentRequestStatus.EXPIRED}
    ),
    PaymentRequestStatus.SUCCEEDED: frozenset({PaymentRequestStatus.SUCCEEDED}),
}

REFUND_MOVES: Moves[RefundStatus] = {
    RefundStatus.PENDING: frozenset({RefundStatus.SUCCEEDED, RefundStatus.FAILED, RefundStatus.CANCELLED}),
}


def check_move(moves: Moves, current: str, new: StrEnum) -> None:
    """Raise InvalidMove unless `moves` allows to go from `current` to `new`."""
    if new not in moves.get(type(new)(current), frozenset()):
        raise InvalidMove(f"{current} -> {new}")
