"""What `reconcile` finds where shop and Xendit, or the shop's own records, do not agree: each made on purpose."""

from datetime import timedelta

import pytest

from store.models import Order
from store.orders.differences import Difference, Kind
from store.orders.inquiry import Inquiry
from store.orders.pacing import PacedClient
from store.orders.reconcile import Course, Reconciliation
from store.rules.clock import now

from ...buyer import COFFEE
from .conftest import Desk

TEAPOT = "red-teapot"


class Auditor:
    """Reconciles the shop of a desk."""

    def __init__(self, desk: Desk):
        self.desk = desk
        self.course = Course()
        self.inquiry = Inquiry(PacedClient(desk.provider, is_test_key=True))

    def finds(self, is_fixing: bool = False, days: int = 30) -> list[Difference]:
        work = Reconciliation(self.inquiry, is_fixing, lambda course: None)
        self.course = work.course
        return list(work.run(now() - timedelta(days=days)))

    def kinds(self, **options) -> list[str]:
        return sorted(each.kind for each in self.finds(**options))


@pytest.fixture
def auditor(desk: Desk) -> Auditor:
    return Auditor(desk)


def paid(desk: Desk, **options) -> Order:
    order = desk.opens(**options)
    desk.pays(order)
    desk.settles(order)
    return order


def test_orders_that_went_well_do_not_differ(desk: Desk, auditor: Auditor):
    paid(desk)
    desk.closes(desk.opens(buyer="budi"))
    desk.opens(buyer="ani")
    desk.places(buyer="rini")

    assert auditor.finds() == []
    assert auditor.course.orders == 4
    assert auditor.course.failed == 0


OF_IT = "attempt_id IN (SELECT id FROM attempts WHERE order_id = {0})"
# What somebody does to a paid order in the database, and what is then told of it.
BY_SQL = {
    "a line": ("UPDATE order_lines SET unit_price = 1 WHERE order_id = {0}", [Kind.LINES]),
    "no lines": ("DELETE FROM order_lines WHERE order_id = {0}", [Kind.LINES, Kind.PIECES]),
    "the total": ("UPDATE orders SET amount = 1 WHERE id = {0}", [Kind.ATTEMPT, Kind.CAPTURED, Kind.LINES]),
    "what was asked": ("UPDATE attempts SET amount = 1 WHERE order_id = {0}", [Kind.ATTEMPT, Kind.SESSION]),
    "what came": (f"UPDATE payments SET amount = 1 WHERE {OF_IT}", [Kind.CAPTURED, Kind.PAYMENT]),
    "its currency": (f"UPDATE payments SET currency = 'XXX' WHERE {OF_IT}", [Kind.CAPTURED, Kind.PAYMENT]),
    "money let go": (f"UPDATE payments SET status = 'VOIDED' WHERE {OF_IT}", [Kind.PAYMENT, Kind.STATUS]),
    "the payment": (f"DELETE FROM payments WHERE {OF_IT}", [Kind.PAYMENT_MISSING, Kind.STATUS, Kind.STATUS]),
    "another payment": (
        f"UPDATE payments SET payment_id = 'py-mine' WHERE {OF_IT}", [Kind.PAYMENT_MISSING, Kind.PAYMENT_UNKNOWN]
    ),
    "money back": ("UPDATE orders SET status = 'refunded' WHERE id = {0}", [Kind.MOVES, Kind.STATUS]),
    "still open": ("UPDATE orders SET status = 'pending' WHERE id = {0}", [Kind.MOVES, Kind.STATUS]),
    "the attempt": ("UPDATE attempts SET status = 'EXPIRED' WHERE order_id = {0}",
                    [Kind.MOVES, Kind.SESSION, Kind.STATUS]),
    "another session": ("UPDATE attempts SET session_id = 'ps-mine' WHERE order_id = {0}", [Kind.SESSION_UNKNOWN]),
    "a move": ("UPDATE order_events SET from_status = 'closing' WHERE to_status = 'paid' AND order_id = {0}",
               [Kind.MOVES]),
    "the story": ("DELETE FROM order_events WHERE order_id = {0}", [Kind.MOVES, Kind.MOVES]),
    "the pieces": ("DELETE FROM stock_movements WHERE order_id = {0}", [Kind.PIECES]),
}  # fmt: skip


def test_what_somebody_wrote_into_the_database_is_told_order_by_order(desk: Desk, auditor: Auditor):
    orders = {case: paid(desk, buyer=case) for case in BY_SQL}
    names = {order.number: case for case, order in orders.items()}
    for case, (statement, _) in BY_SQL.items():
        desk.shop.sql(statement.format(orders[case].id))

    found = auditor.finds()

    told = {case: sorted(each.kind for each in found if names.get(each.order) == case) for case in BY_SQL}
    assert told == {case: kinds for case, (_, kinds) in BY_SQL.items()}
    assert [(each.kind, each.product) for each in found if each.product] == [(Kind.STOCK, COFFEE)]
    assert all(each.what.endswith(".") and each.advice.endswith(".") for each in found)
    assert not any(each.is_known or each.is_fixed for each in found)
