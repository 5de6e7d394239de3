"""Looking at attempts that are due: in turn, each by one worker, and whatever the webhooks did."""

from datetime import datetime, timedelta

import pytest

from store.models import Order
from store.orders import checks
from store.orders.paying import PaymentUnavailable
from store.rules.clock import now
from store.rules.schedule import LEASE, TRY_AGAIN_AFTER, UNSENT_FOR
from store.rules.status import AttemptStatus, OrderStatus

from ...buyer import COFFEE
from ...in_process import Sandbox, Shop
from .conftest import Desk


def makes_due(desk: Desk, *orders: Order, since: datetime | None = None) -> None:
    for order in orders:
        desk.sets(order.newest_attempt, next_check_at=since or now())


def looks(desk: Desk, order: Order) -> None:
    """One look of the worker at an attempt that is due."""
    makes_due(desk, order)
    for attempt_id in checks.take(1):
        checks.check(attempt_id, desk.provider)


def test_the_newest_attempts_are_taken_first_and_no_more_than_asked_for(desk: Desk):
    orders = [desk.opens(buyer=name) for name in ("siti", "budi", "dewi")]
    makes_due(desk, *orders)
    first, second, third = (order.newest_attempt.id for order in orders)

    assert checks.take(0) == []
    assert checks.take(2) == [third, second]
    assert checks.take(2) == [first]
    assert checks.take(2) == []


def test_an_attempt_that_is_not_due_is_left_alone(desk: Desk):
    desk.opens()

    assert checks.take(1) == []


def test_an_attempt_that_was_taken_is_taken_again_once_its_lease_is_over(desk: Desk):
    order = desk.opens()
    makes_due(desk, order)
    (taken,) = checks.take(1)

    leased_for = order.newest_attempt.next_check_at - now()
    makes_due(desk, order)

    assert timedelta(0) < leased_for <= LEASE
    assert checks.take(1) == [taken]


def test_an_order_is_found_paid_though_no_webhook_came(desk: Desk):
    order = desk.opens()
    desk.pays(order)

    looks(desk, order)

    assert order.is_paid
    assert order.newest_attempt.next_check_at is None


def test_an_open_attempt_is_looked_at_again(desk: Desk):
    order = desk.opens()

    looks(desk, order)

    assert (order.status, order.newest_attempt.status) == (OrderStatus.PENDING, AttemptStatus.ACTIVE)
    assert order.newest_attempt.next_check_at > now()


def test_an_order_whose_hold_is_over_is_closed_at_xendit_first(desk: Desk, shop: Shop, sandbox: Sandbox):
    before = shop.stock(COFFEE)
    order = desk.opens()
    desk.sets(order, hold_expires_at=now())

    looks(desk, order)

    assert sandbox.session(order.newest_attempt.session_id)["status"] == "CANCELED"
    assert order.is_canceled
    assert shop.stock(COFFEE) == before


def test_money_that_came_before_the_hold_was_over_counts(desk: Desk):
    order = desk.opens()
    desk.pays(order)
    desk.sets(order, hold_expires_at=now())

    looks(desk, order)

    assert (order.is_paid, order.attention) == (True, None)


def test_an_order_whose_payment_was_never_started_is_looked_at_soon_and_closed(desk: Desk, shop: Shop):
    before = shop.stock(COFFEE)
    order = desk.places()
    planned_in = order.newest_attempt.next_check_at - now()

    looks(desk, order)

    assert timedelta(0) < planned_in <= UNSENT_FOR
    assert order.is_canceled
    assert shop.stock(COFFEE) == before


def test_an_order_that_could_not_be_closed_is_closed_once_xendit_answers(desk: Desk, shop: Shop, sandbox: Sandbox):
    before = shop.stock(COFFEE)
    order = desk.opens()
    sandbox.spoil("cancel_session", "error")
    desk.closes(order, may_wait=True)

    looks(desk, order)

    assert order.is_canceled
    assert shop.stock(COFFEE) == before


def test_a_session_that_turns_up_beside_the_active_one_is_ended(desk: Desk, sandbox: Sandbox):
    order = desk.places()
    sandbox.spoil("create_session", "reset_after_work")
    with pytest.raises(PaymentUnavailable):
        desk.starts(order)
    lost = sandbox.newest_session()
    desk.starts(order)
    first, second = order.attempts
    desk.sets(first, session_id=lost, next_check_at=now())

    for attempt_id in checks.take(1):
        checks.check(attempt_id, desk.provider)

    assert sandbox.session(lost)["status"] == "CANCELED"
    assert (first.status, second.status) == (AttemptStatus.CANCELED, AttemptStatus.ACTIVE)
    assert order.can_be_paid


def test_after_a_look_without_an_answer_the_next_one_comes_soon_but_not_all_at_once(desk: Desk, sandbox: Sandbox):
    orders = [desk.opens(buyer=f"buyer {number}") for number in range(5)]
    sandbox.spoil("get_session", "error", status=503, count=None)

    for order in orders:
        looks(desk, order)

    waits = [order.newest_attempt.next_check_at - now() for order in orders]
    assert all(0.7 * TRY_AGAIN_AFTER < wait <= 1.2 * TRY_AGAIN_AFTER for wait in waits)
    assert len({wait // timedelta(milliseconds=100) for wait in waits}) > 1
    assert {order.status for order in orders} == {OrderStatus.PENDING}


def test_an_order_that_xendit_could_not_be_asked_about_for_a_day_is_given_up(desk: Desk, shop: Shop, sandbox: Sandbox):
    before = shop.stock(COFFEE)
    order = desk.opens()
    desk.sets(order, hold_expires_at=now() - timedelta(hours=25))
    sandbox.spoil("*", "error", status=503, count=None)

    looks(desk, order)

    assert order.is_canceled
    assert "without Xendit's word" in order.attention
    assert shop.stock(COFFEE) == before


def test_money_that_comes_late_is_found_at_a_late_look(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    desk.pays(order)
    desk.sets(order, status=OrderStatus.CANCELED)
    desk.sets(order.newest_attempt, status=AttemptStatus.CANCELED)

    looks(desk, order)

    assert order.newest_attempt.status == AttemptStatus.COMPLETED
    assert "money came after" in order.attention
