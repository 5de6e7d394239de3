"""Money that comes when nobody counted on it: after the end, or once more."""

import pytest

from store.catalog import stock
from store.database import transaction
from store.models import Order
from store.orders.deciding import decide
from store.orders.settling import settle
from store.rules.status import AttemptStatus, CaseKind, OrderStatus, Verdict

from ...buyer import COFFEE
from ...events import payment_event
from ...in_process import Sandbox, Shop
from .conftest import Desk, keep

LATE = [AttemptStatus.EXPIRED, AttemptStatus.CANCELED, AttemptStatus.REJECTED]


def paid_after_its_end(desk: Desk, status: AttemptStatus) -> Order:
    """An order that was given up and whose stock went back, and whose money came all the same."""
    order = desk.opens()
    desk.pays(order)
    desk.sets(order, status=OrderStatus.CANCELED)
    desk.sets(order.newest_attempt, status=status)
    with transaction():
        stock.give_back(order)
    return order


@pytest.mark.parametrize("status", LATE)
def test_late_money_takes_the_stock_again(desk: Desk, shop: Shop, status: AttemptStatus):
    order = paid_after_its_end(desk, status)
    before = shop.stock(COFFEE)

    for _ in range(2):
        desk.settles(order)

    assert (order.status, order.newest_attempt.status) == (OrderStatus.PAID, AttemptStatus.COMPLETED)
    assert (order.attention, shop.stock(COFFEE)) == (None, before - 1)
    assert len(order.payments) == 1


@pytest.mark.parametrize("status", LATE)
def test_late_money_whose_stock_is_gone_is_due_back(desk: Desk, shop: Shop, status: AttemptStatus):
    order = paid_after_its_end(desk, status)
    shop.set_stock(COFFEE, 0)

    for _ in range(2):
        desk.settles(order)

    assert (order.status, order.newest_attempt.status) == (OrderStatus.REFUND_DUE, AttemptStatus.COMPLETED)
    assert "its goods are gone" in order.attention
    assert ([payment.refund_due for payment in order.payments], shop.stock(COFFEE)) == ([True], 0)


def test_money_that_came_after_its_session_had_ended_is_found_without_a_webhook(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    desk.closes(order)
    sandbox.pay_late(order.newest_attempt.session_id)

    desk.settles(order)

    assert sandbox.session(order.newest_attempt.session_id)["status"] == "CANCELED"
    assert (order.status, order.newest_attempt.status, len(order.payments)) == (
        OrderStatus.PAID, AttemptStatus.COMPLETED, 1
    )  # fmt: skip


def test_a_second_paid_session_leaves_the_order_paid_and_its_money_is_due_back(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    first = order.newest_attempt
    desk.provider.cancel_session(first.session_id)
    desk.settles(order)
    desk.starts(order)
    desk.pays(order)
    desk.settles(order)
    sandbox.pay_late(first.session_id)

    for _ in range(2):
        settle(first.id, desk.provider, "a test")

    assert order.is_paid
    assert "a second payment" in order.attention
    assert sorted((each.attempt_id == first.id, each.is_surplus, each.refund_due) for each in order.payments) == [
        (False, False, False), (True, True, True)
    ]  # fmt: skip


def test_money_of_which_an_earlier_version_was_unsure_is_a_second_payment_and_nothing_else(
    desk: Desk, sandbox: Sandbox
):
    order = desk.opens()
    first = order.newest_attempt
    desk.provider.cancel_session(first.session_id)
    desk.settles(order)
    desk.starts(order)
    desk.pays(order)
    desk.settles(order)
    with transaction():
        order.open_case(CaseKind.UNSURE, "money reported after its session had ended.", attempt_id=first.id)
    sandbox.pay_late(first.session_id)

    settle(first.id, desk.provider, "a test")

    assert [case.kind for case in order.open_cases] == [CaseKind.SECOND_PAYMENT]


def test_the_news_of_late_money_is_found_by_the_payment_that_it_names(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    desk.closes(order)
    session_id = order.newest_attempt.session_id
    sandbox.pay_late(session_id)
    sandbox.alter(session_id, payment_request_id=None)
    sandbox.delivers()

    desk.works_through_inbox()

    assert (order.status, order.newest_attempt.status) == (OrderStatus.PAID, AttemptStatus.COMPLETED)


def test_a_second_payment_of_one_session_is_due_back(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    session_id = order.newest_attempt.session_id
    sandbox.expire(session_id)
    sandbox.pay_late(session_id)
    desk.settles(order)
    paid = order.status
    first = order.payments[0]
    second = sandbox.another_payment(session_id, first.payment_id)
    keep(payment_event("capture", sandbox.session(session_id), payment_id=second))

    desk.works_through_inbox()

    assert (paid, order.status) == (OrderStatus.PAID, OrderStatus.PAID)
    assert [(each.payment_id, each.is_surplus, each.refund_due) for each in order.payments] == [
        (first.payment_id, False, False), (second, True, True)
    ]  # fmt: skip
    assert "a second payment" in order.attention


def test_money_that_comes_after_a_rejection_which_knew_of_none_is_late_money(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    desk.pays(order)
    sandbox.plays("payment_failed")
    desk.settles(order)
    decide(order.number, Verdict.REJECT, "No money came.")
    sandbox.heal()

    desk.settles(order)

    assert (order.status, order.came_late, order.attention) == (OrderStatus.PAID, True, None)
