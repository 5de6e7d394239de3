"""Statuses of orders, attempts, payments and refunds, and the moves between them that are allowed.

Pure rules: no Flask, no database.
"""

from collections.abc import Mapping
from enum import StrEnum


class InvalidMove(Exception):
    """A status was to change in a way that the tables below do not allow."""


class OrderStatus(StrEnum):
    PENDING = "pending"
    CLOSING = "closing"
    PAID = "paid"
    CANCELED = "canceled"
    REFUND_DUE = "refund_due"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"


class AttemptStatus(StrEnum):
    """Where one try to get an order paid stands. Upper case, as Xendit writes its own."""

    NEW = "NEW"
    SENT = "SENT"
    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    EXPIRED = "EXPIRED"
    CANCELED = "CANCELED"
    REJECTED = "REJECTED"
    SUSPECT = "SUSPECT"


class PaymentStatus(StrEnum):
    """What became of a buyer's money. Only CAPTURED counts as money."""

    AUTHORIZED = "AUTHORIZED"
    CAPTURED = "CAPTURED"
    EXPIRED = "EXPIRED"
    VOIDED = "VOIDED"


class RefundStatus(StrEnum):
    """Where money on its way back stands. BY_HAND: given back outside Xendit, and recorded here."""

    NEW = "NEW"
    SENT = "SENT"
    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    REJECTED = "REJECTED"
    BY_HAND = "BY_HAND"


class CaseKind(StrEnum):
    """Why a person must look at an order."""

    MISMATCH = "MISMATCH"  # an amount, currency or reference that does not fit
    STOCK_GONE = "STOCK_GONE"  # money for a canceled order whose stock is gone
    SECOND_PAYMENT = "SECOND_PAYMENT"
    REFUND_FAILED = "REFUND_FAILED"
    REFUSED = "REFUSED"  # Xendit refuses what the order needs, and no retry mends that
    AUTHORIZED = "AUTHORIZED"  # money that is reserved and was not captured until the hold ended
    UNSURE = "UNSURE"  # canceled without Xendit's word that nothing was paid


class Verdict(StrEnum):
    """What a person decided: the money may stay, or it may not."""

    ACCEPT = "accept"
    REJECT = "reject"


class MovementReason(StrEnum):
    """Why there are more or fewer pieces of a product."""

    LOADED = "LOADED"
    ORDERED = "ORDERED"
    GIVEN_BACK = "GIVEN_BACK"
    COUNTED = "COUNTED"


ORDER_MOVES: Mapping[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.PENDING: frozenset({OrderStatus.PAID, OrderStatus.CLOSING}),
    OrderStatus.CLOSING: frozenset({OrderStatus.PAID, OrderStatus.CANCELED}),
    # Nothing leaves `paid` because of a payment's webhook or a clock: only money that went back does it.
    OrderStatus.PAID: frozenset({OrderStatus.PARTIALLY_REFUNDED, OrderStatus.REFUNDED}),
    OrderStatus.PARTIALLY_REFUNDED: frozenset({OrderStatus.REFUNDED}),
    # Late money: the stock is taken again, or it is due back.
    OrderStatus.CANCELED: frozenset({OrderStatus.PAID, OrderStatus.REFUND_DUE}),
    OrderStatus.REFUND_DUE: frozenset({OrderStatus.PAID, OrderStatus.REFUNDED}),
    OrderStatus.REFUNDED: frozenset(),
}

# Money beats clocks: a captured payment (or one that looks wrong) is accepted from every state.
_MONEY = frozenset({AttemptStatus.COMPLETED, AttemptStatus.SUSPECT})
_ENDS = frozenset({AttemptStatus.EXPIRED, AttemptStatus.CANCELED})

ATTEMPT_MOVES: Mapping[AttemptStatus, frozenset[AttemptStatus]] = {
    AttemptStatus.NEW: frozenset({AttemptStatus.SENT, AttemptStatus.CANCELED}) | _MONEY,
    AttemptStatus.SENT: frozenset({AttemptStatus.ACTIVE, AttemptStatus.REJECTED}) | _ENDS | _MONEY,
    AttemptStatus.ACTIVE: _ENDS | _MONEY,
    AttemptStatus.EXPIRED: _MONEY,
    AttemptStatus.CANCELED: _MONEY,
    AttemptStatus.REJECTED: _MONEY,
    AttemptStatus.COMPLETED: frozenset(),
    # Until Xendit's record is right again, or a person decides.
    AttemptStatus.SUSPECT: frozenset({AttemptStatus.COMPLETED, AttemptStatus.ACTIVE}) | _ENDS,
}

PAYMENT_MOVES: Mapping[PaymentStatus, frozenset[PaymentStatus]] = {
    PaymentStatus.AUTHORIZED: frozenset({PaymentStatus.CAPTURED, PaymentStatus.EXPIRED, PaymentStatus.VOIDED}),
    PaymentStatus.CAPTURED: frozenset(),
    # Money counts, though a record that was wrong for a while had let it go.
    PaymentStatus.EXPIRED: frozenset({PaymentStatus.CAPTURED}),
    PaymentStatus.VOIDED: frozenset({PaymentStatus.CAPTURED}),
}

_REFUND_ENDS = frozenset({RefundStatus.SUCCEEDED, RefundStatus.FAILED, RefundStatus.CANCELED})

REFUND_MOVES: Mapping[RefundStatus, frozenset[RefundStatus]] = {
    RefundStatus.NEW: frozenset({RefundStatus.SENT, RefundStatus.BY_HAND}),
    # A lost answer stays SENT until the refund is found.
    RefundStatus.SENT: frozenset({RefundStatus.PENDING, RefundStatus.REJECTED}) | _REFUND_ENDS,
    RefundStatus.PENDING: _REFUND_ENDS,
    RefundStatus.SUCCEEDED: frozenset(),
    RefundStatus.FAILED: frozenset(),
    RefundStatus.CANCELED: frozenset(),
    # Xendit did it after all, and its answer was lost.
    RefundStatus.REJECTED: frozenset({RefundStatus.SUCCEEDED}),
    RefundStatus.BY_HAND: frozenset(),
}

# States of an attempt in which its session may still take money.
OPEN_ATTEMPT = frozenset({AttemptStatus.NEW, AttemptStatus.SENT, AttemptStatus.ACTIVE})
# States that no later news can change.
SETTLED_ATTEMPT = frozenset({AttemptStatus.COMPLETED})

# States of an order that has its goods set aside or handed over: the pieces are not on the shelf.
HAS_STOCK = frozenset(OrderStatus) - {OrderStatus.CANCELED, OrderStatus.REFUND_DUE}
# A refund that may still give money back; one at a time for each payment.
OPEN_REFUND = frozenset({RefundStatus.NEW, RefundStatus.SENT, RefundStatus.PENDING})
# A refund whose money is back with the buyer, or on its way there for certain.
DONE_REFUND = frozenset({RefundStatus.SUCCEEDED, RefundStatus.BY_HAND})


def check_move(moves: Mapping, current: StrEnum, new: StrEnum) -> None:
    """Raise InvalidMove unless `moves` allows to go from `current` to `new`."""
    if new not in moves.get(current, frozenset()):
        raise InvalidMove(f"{current} -> {new}")
