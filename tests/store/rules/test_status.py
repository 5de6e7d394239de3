"""Statuses: every pair that is not in these tables is refused."""

from enum import StrEnum
from itertools import product

import pytest

from store.rules.status import (
    ATTEMPT_MOVES,
    DONE_REFUND,
    HAS_STOCK,
    OPEN_ATTEMPT,
    OPEN_REFUND,
    ORDER_MOVES,
    PAYMENT_MOVES,
    REFUND_MOVES,
    SETTLED_ATTEMPT,
    AttemptStatus,
    InvalidMove,
    OrderStatus,
    PaymentStatus,
    RefundStatus,
    check_move,
)

ALLOWED_FOR_ORDERS = {
    ("pending", "paid"), ("pending", "closing"),
    ("closing", "paid"), ("closing", "canceled"),
    ("canceled", "paid"), ("canceled", "refund_due"),
    ("refund_due", "paid"), ("refund_due", "refunded"),
    ("paid", "partially_refunded"), ("paid", "refunded"), ("partially_refunded", "refunded"),
}  # fmt: skip
ALLOWED_FOR_ATTEMPTS = {
    ("NEW", "SENT"), ("NEW", "CANCELED"), ("NEW", "COMPLETED"), ("NEW", "SUSPECT"),
    ("SENT", "ACTIVE"), ("SENT", "REJECTED"), ("SENT", "EXPIRED"), ("SENT", "CANCELED"),
    ("SENT", "COMPLETED"), ("SENT", "SUSPECT"),
    ("ACTIVE", "EXPIRED"), ("ACTIVE", "CANCELED"), ("ACTIVE", "COMPLETED"), ("ACTIVE", "SUSPECT"),
    ("EXPIRED", "COMPLETED"), ("EXPIRED", "SUSPECT"),
    ("CANCELED", "COMPLETED"), ("CANCELED", "SUSPECT"),
    ("REJECTED", "COMPLETED"), ("REJECTED", "SUSPECT"),
    ("SUSPECT", "COMPLETED"), ("SUSPECT", "ACTIVE"), ("SUSPECT", "EXPIRED"), ("SUSPECT", "CANCELED"),
}  # fmt: skip
ALLOWED_FOR_PAYMENTS = {
    ("AUTHORIZED", "CAPTURED"), ("AUTHORIZED", "EXPIRED"), ("AUTHORIZED", "VOIDED"),
    ("EXPIRED", "CAPTURED"), ("VOIDED", "CAPTURED"),
}  # fmt: skip
ALLOWED_FOR_REFUNDS = {
    ("NEW", "SENT"), ("NEW", "BY_HAND"),
    ("SENT", "PENDING"), ("SENT", "SUCCEEDED"), ("SENT", "FAILED"), ("SENT", "CANCELED"), ("SENT", "REJECTED"),
    ("PENDING", "SUCCEEDED"), ("PENDING", "FAILED"), ("PENDING", "CANCELED"),
    ("REJECTED", "SUCCEEDED"),
}  # fmt: skip
MACHINES = {
    OrderStatus: (ORDER_MOVES, ALLOWED_FOR_ORDERS),
    AttemptStatus: (ATTEMPT_MOVES, ALLOWED_FOR_ATTEMPTS),
    PaymentStatus: (PAYMENT_MOVES, ALLOWED_FOR_PAYMENTS),
    RefundStatus: (REFUND_MOVES, ALLOWED_FOR_REFUNDS),
}
GROUPS = {
    "has its goods": (HAS_STOCK, {"pending", "closing", "paid", "partially_refunded", "refunded"}),
    "may take money": (OPEN_ATTEMPT, {"NEW", "SENT", "ACTIVE"}),
    "is final": (SETTLED_ATTEMPT, {"COMPLETED"}),
    "may give money back": (OPEN_REFUND, {"NEW", "SENT", "PENDING"}),
    "has given money back": (DONE_REFUND, {"SUCCEEDED", "BY_HAND"}),
}
PAIRS = [(kind, *pair) for kind in MACHINES for pair in product(kind, kind)]


@pytest.mark.parametrize(("kind", "current", "new"), PAIRS, ids=str)
def test_a_status_moves_as_its_table_says_and_in_no_other_way(kind: type[StrEnum], current: StrEnum, new: StrEnum):
    moves, allowed = MACHINES[kind]

    if (current, new) in allowed:
        check_move(moves, current, new)
    else:
        with pytest.raises(InvalidMove, match=f"^{current} -> {new}$"):
            check_move(moves, current, new)


def test_a_status_without_a_row_in_its_table_moves_nowhere():
    with pytest.raises(InvalidMove):
        check_move({}, OrderStatus.PENDING, OrderStatus.PAID)


@pytest.mark.parametrize(("group", "members"), GROUPS.values(), ids=GROUPS)
def test_a_group_of_statuses_has_these_members_and_no_other(group: frozenset[StrEnum], members: set[str]):
    assert group == members
