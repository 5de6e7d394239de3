"""A clock that is wrong: orders go by Xendit all the same, and the proof sees those that do not."""

import pytest

from proof.skew import DAY, MOMENTS, clock_skew, contradictions, new_street
from proof.table import SMALL
from store.orders import closing
from store.rules.status import ORDER_MOVES, OrderStatus

from ..databases import SQLITE


def test_orders_go_by_xendit_whatever_the_clock_of_the_shop_says(database: str):
    assert clock_skew(SMALL, database).bad == ()


def test_a_shop_that_ends_orders_by_its_own_clock_alone_is_seen(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(ORDER_MOVES, OrderStatus.PENDING, frozenset(OrderStatus))
    monkeypatch.setattr(closing, "begin", lambda order, cause: order.move_to(OrderStatus.CANCELED, cause))

    with new_street(SQLITE) as street:
        wrong = street.tells(2 * DAY, MOMENTS[1], is_set_right=False)

    assert "who leaves: the order is canceled, and its session ACTIVE" in wrong


@pytest.mark.parametrize(
    ("status", "at_xendit", "is_held", "is_late", "wrong"),
    [
        ("canceled", "ACTIVE", True, False, 1),
        ("canceled", "COMPLETED", False, False, 2),
        ("pending", "ACTIVE", False, False, 1),
        ("paid", "EXPIRED", True, False, 1),
        ("paid", "EXPIRED", True, True, 0),
        ("paid", "COMPLETED", True, False, 0),
        ("canceled", "CANCELED", False, False, 0),
    ],
)
def test_what_an_order_must_not_be_is_told(status: str, at_xendit: str, is_held: bool, is_late: bool, wrong: int):
    assert len(list(contradictions(status, at_xendit, is_held, is_late=is_late))) == wrong
