"""Statuses of orders and attempts, and the moves between them that are allowed.

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


ORDER_MOVES: Mapping[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.PENDING: frozenset({OrderStatus.PAID, OrderStatus.CLOSING}),
    OrderStatus.CLOSING: frozenset({OrderStatus.PAID, OrderStatus.CANCELED}),
    # Nothing leaves `paid` because of a webhook or a clock.
    OrderStatus.PAID: frozenset(),
    OrderStatus.CANCELED: frozenset(),
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
    AttemptStatus.SUSPECT: frozenset(),
}

# States of an attempt in which its session may still take money.
OPEN_ATTEMPT = frozenset({AttemptStatus.NEW, AttemptStatus.SENT, AttemptStatus.ACTIVE})
# States that no later news can change.
SETTLED_ATTEMPT = frozenset({AttemptStatus.COMPLETED, AttemptStatus.SUSPECT})


def check_move(moves: Mapping, current: StrEnum, new: StrEnum) -> None:
    """Raise InvalidMove unless `moves` allows to go from `current` to `new`."""
    if new not in moves.get(current, frozenset()):
        raise InvalidMove(f"{current} -> {new}")
