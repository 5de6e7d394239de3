"""Statuses of the sandbox move only as their tables say."""

from itertools import product

import pytest

from sandbox.contract import statuses
from sandbox.contract.statuses import InvalidMove, PaymentStatus, RefundStatus, SessionStatus, check_move
from sandbox.memory.delivery_states import MOVES as DELIVERY_MOVES
from sandbox.memory.delivery_states import DeliveryState, leading_to

TABLES = {
    "session": (SessionStatus, statuses.SESSION_MOVES),
    "payment": (PaymentStatus, statuses.PAYMENT_MOVES),
    "payment request": (statuses.PaymentRequestStatus, statuses.PAYMENT_REQUEST_MOVES),
    "refund": (RefundStatus, statuses.REFUND_MOVES),
}
EVERY_MOVE = [
    pytest.param(moves, current, new, id=f"{name}: {current} -> {new}")
    for name, (kind, moves) in TABLES.items()
    for current, new in product(kind, kind)
]


@pytest.mark.parametrize(("moves", "current", "new"), EVERY_MOVE)
def test_a_move_is_made_if_its_table_names_it_and_refused_if_not(moves, current, new):
    if new in moves.get(current, ()):
        check_move(moves, str(current), new)
    else:
        with pytest.raises(InvalidMove):
            check_move(moves, str(current), new)


@pytest.mark.parametrize("end", ["COMPLETED", "EXPIRED", "CANCELED"])
def test_a_session_that_has_ended_stays_as_it_ended(end):
    for new in SessionStatus:
        with pytest.raises(InvalidMove):
            check_move(statuses.SESSION_MOVES, end, new)


@pytest.mark.parametrize("end", ["FAILED", "CANCELED", "EXPIRED"])
def test_a_payment_that_came_to_nothing_never_takes_money(end):
    with pytest.raises(InvalidMove):
        check_move(statuses.PAYMENT_MOVES, end, PaymentStatus.SUCCEEDED)


def test_a_refund_that_is_settled_is_settled_for_good():
    for end, new in product(("SUCCEEDED", "FAILED"), RefundStatus):
        with pytest.raises(InvalidMove):
            check_move(statuses.REFUND_MOVES, end, new)


def test_nothing_leaves_a_delivery_that_was_taken():
    assert DeliveryState.DELIVERED not in DELIVERY_MOVES
    assert all(DeliveryState.DELIVERED not in leading_to(state) for state in DeliveryState)


def test_a_delivery_may_be_taken_whatever_became_of_it_before():
    assert set(leading_to(DeliveryState.DELIVERED)) == set(DeliveryState) - {DeliveryState.DELIVERED}
