"""What `reconcile` finds of refunds, and of sessions that can be paid though they should not: each made on purpose."""

import pytest

from store.database import release
from store.models import Order
from store.orders.comparison import REFUSE_MONEY
from store.orders.differences import Kind
from store.orders.refund_request import Wish, ask

from ...in_process import Sandbox
from .auditor import Auditor
from .conftest import Desk


@pytest.fixture
def auditor(desk: Desk) -> Auditor:
    return Auditor(desk)


@pytest.fixture(autouse=True)
def refunds_are_done_when_xendit_is_let(sandbox: Sandbox) -> None:
    sandbox.change_account(refund_seconds=0, refund_failure_code=None)


def refunded(desk: Desk, buyer: str) -> Order:
    order = desk.sells("CARDS", buyer=buyer)
    desk.gives_back(order)
    desk.hears()
    return order


# What somebody does to an order that was given back, and what is then told of it.
BY_SQL = {
    "its story": ("DELETE FROM order_events WHERE to_status = 'PENDING' AND refund_id IN ({0})", [Kind.MOVES]),
    "more than came": (
        "UPDATE refunds SET amount = amount + 1 WHERE id IN ({0})", [Kind.REFUND, Kind.REFUNDED, Kind.STATUS]
    ),
    "less than went back": (
        "UPDATE refunds SET amount = amount - 1 WHERE id IN ({0})", [Kind.REFUND, Kind.STATUS]
    ),
    "another currency": ("UPDATE refunds SET currency = 'XXX' WHERE id IN ({0})", [Kind.REFUND, Kind.REFUNDED]),
    "another refund": (
        "UPDATE refunds SET reference = 'mine', refund_id = 'rfd-mine' WHERE id IN ({0})",
        [Kind.REFUND_MISSING, Kind.REFUND_UNKNOWN],
    ),
}  # fmt: skip


def test_what_somebody_wrote_about_a_refund_is_told(desk: Desk, auditor: Auditor):
    orders = {case: refunded(desk, case) for case in BY_SQL}
    names = {order.number: case for case, order in orders.items()}
    for case, (statement, _) in BY_SQL.items():
        desk.shop.sql(statement.format(f"SELECT id FROM refunds WHERE order_id = {orders[case].id}"))

    found = auditor.finds()

    told = {case: sorted(each.kind for each in found if names[each.order] == case) for case in BY_SQL}
    assert told == {case: kinds for case, (_, kinds) in BY_SQL.items()}


def test_what_was_given_back_in_xendits_dashboard_does_not_differ_once_it_is_written_down(
    desk: Desk, auditor: Auditor, sandbox: Sandbox
):
    order = desk.sells("CARDS")
    sandbox.give_back(order.newest_attempt.payment_request_id)
    sandbox.delivers()

    before = auditor.kinds()
    ask(order.number, Wish(note="in the dashboard"))

    assert (before, auditor.kinds()) == ([Kind.REFUND_MISSING], [])


def test_a_refund_of_xendits_dashboard_that_failed_gave_nothing_back(desk: Desk, auditor: Auditor, sandbox: Sandbox):
    order = desk.sells("CARDS")
    sandbox.change_account(refund_failure_code="REFUND_FAILED")
    sandbox.give_back(order.newest_attempt.payment_request_id)
    sandbox.delivers()
    release()

    assert auditor.finds() == []


def test_a_page_that_takes_money_for_an_attempt_that_has_ended_is_told(desk: Desk, auditor: Auditor):
    order = desk.opens()
    desk.shop.sql("UPDATE attempts SET status = 'EXPIRED' WHERE order_id = ?", order.id)

    found = auditor.finds()

    assert [(each.kind, each.advice) for each in found if each.kind == Kind.SESSION] == [(Kind.SESSION, REFUSE_MONEY)]
