"""Statuses: every pair that is not in these tables is refused."""

from itertools import product

import pytest

from store.rules.status import ATTEMPT_MOVES, ORDER_MOVES, AttemptStatus, InvalidMove, OrderStatus, check_move

ALLOWED_FOR_ORDERS = {
    ("pending", "paid"), ("pending", "closing"),
    ("closing", "paid"), ("closing", "canceled"),
}  # fmt: skip
ALLOWED_FOR_ATTEMPTS = {
    ("NEW", "SENT"), ("NEW", "CANCELED"), ("NEW", "COMPLETED"), ("NEW", "SUSPECT"),
    ("SENT", "ACTIVE"), ("SENT", "REJECTED"), ("SENT", "EXPIRED"), ("SENT", "CANCELED"),
    ("SENT", "COMPLETED"), ("SENT", "SUSPECT"),
    ("ACTIVE", "EXPIRED"), ("ACTIVE", "CANCELED"), ("ACTIVE", "COMPLETED"), ("ACTIVE", "SUSPECT"),
    ("EXPIRED", "COMPLETED"), ("EXPIRED", "SUSPECT"),
    ("CANCELED", "COMPLETED"), ("CANCELED", "SUSPECT"),
    ("REJECTED", "COMPLETED"), ("REJECTED", "SUSPECT"),
}  # fmt: skip


@pytest.mark.parametrize(("current", "new"), list(product(OrderStatus, OrderStatus)), ids=str)
def test_an_order_moves_as_its_table_says_and_in_no_other_way(current: OrderStatus, new: OrderStatus):
    if (current, new) in ALLOWED_FOR_ORDERS:
        check_move(ORDER_MOVES, current, new)
    else:
        with pytest.raises(InvalidMove):
            check_move(ORDER_MOVES, current, new)


@pytest.mark.parametrize(("current", "new"), list(product(AttemptStatus, AttemptStatus)), ids=str)
def test_an_attempt_moves_as_its_table_says_and_in_no_other_way(current: AttemptStatus, new: AttemptStatus):
    if (current, new) in ALLOWED_FOR_ATTEMPTS:
        check_move(ATTEMPT_MOVES, current, new)
    else:
        with pytest.raises(InvalidMove):
            check_move(ATTEMPT_MOVES, current, new)
