"""Closing an unpaid order: Xendit ends its sessions first, and only then the stock goes back, once."""

import logging

import pytest

from store.database import transaction
from store.orders import closing
from store.orders.paying import PaymentUnavailable
from store.rules.schedule import GIVE_UP_LOOKS
from store.rules.status import AttemptStatus, OrderStatus
from store.xendit import ProviderUnavailable

from ...buyer import COFFEE
from ...in_process import Sandbox, Shop
from .conftest import Desk


def test_an_order_that_was_never_paid_for_closes_without_asking_anybody(desk: Desk, shop: Shop, sandbox: Sandbox):
    before = shop.stock(COFFEE)
    order = desk.places({COFFEE: 2})

    desk.closes(order)

    assert (order.status, order.newest_attempt.status) == (OrderStatus.CANCELED, AttemptStatus.CANCELED)
    assert shop.stock(COFFEE) == before
    assert sandbox.calls("POST") == []


def test_closing_ends_the_session_at_xendit(desk: Desk, shop: Shop, sandbox: Sandbox):
    before = shop.stock(COFFEE)
    order = desk.opens({COFFEE: 2})

    desk.closes(order)

    assert sandbox.session(order.newest_attempt.session_id)["status"] == "CANCELED"
    assert (order.status, order.newest_attempt.status) == (OrderStatus.CANCELED, AttemptStatus.CANCELED)
    assert shop.stock(COFFEE) == before


@pytest.mark.parametrize("kind", ["error", "reset_before_work", "reset_after_work", "garbage"])
def test_the_stock_goes_back_only_after_xendit_confirmed(desk: Desk, shop: Shop, sandbox: Sandbox, kind: str):
    before = shop.stock(COFFEE)
    order = desk.opens({COFFEE: 2})
    sandbox.spoil("cancel_session", kind)

    with pytest.raises(ProviderUnavailable):
        desk.closes(order)
    unconfirmed = order.status, shop.stock(COFFEE)
    desk.closes(order)

    assert unconfirmed == (OrderStatus.CLOSING, before - 2)
    assert (order.status, shop.stock(COFFEE)) == (OrderStatus.CANCELED, before)


def test_closing_may_leave_the_rest_to_the_worker(desk: Desk, sandbox: Sandbox, caplog: pytest.LogCaptureFixture):
    order = desk.opens()
    sandbox.spoil("cancel_session", "error")

    with caplog.at_level(logging.WARNING):
        desk.closes(order, may_wait=True)

    assert order.is_closing
    assert f"order {order.number} is closing, but Xendit did not answer" in caplog.text


def test_closing_twice_gives_the_stock_back_once(desk: Desk, shop: Shop):
    before = shop.stock(COFFEE)
    order = desk.opens({COFFEE: 2})

    for _ in range(2):
        desk.closes(order)

    assert shop.stock(COFFEE) == before


def test_money_that_came_first_makes_the_order_paid(desk: Desk, shop: Shop):
    before = shop.stock(COFFEE)
    order = desk.opens()
    desk.pays(order)

    desk.closes(order)

    assert (order.is_paid, order.attention) == (True, None)
    assert shop.stock(COFFEE) == before - 1


def test_a_session_that_expired_by_itself_ends_the_order_as_well(desk: Desk, shop: Shop, sandbox: Sandbox):
    before = shop.stock(COFFEE)
    order = desk.opens()
    sandbox.expire(order.newest_attempt.session_id)

    desk.closes(order)

    assert (order.status, order.newest_attempt.status) == (OrderStatus.CANCELED, AttemptStatus.EXPIRED)
    assert shop.stock(COFFEE) == before


def test_a_session_whose_answer_was_lost_holds_the_order_until_its_time_is_over(
    desk: Desk, shop: Shop, sandbox: Sandbox
):
    before = shop.stock(COFFEE)
    order = desk.places()
    sandbox.spoil("create_session", "reset_after_work")
    with pytest.raises(PaymentUnavailable):
        desk.starts(order)

    desk.closes(order)
    early = order.status, shop.stock(COFFEE)
    desk.waits(minutes=30)
    desk.closes(order)

    assert early == (OrderStatus.CLOSING, before - 1)
    assert (order.status, order.newest_attempt.status) == (OrderStatus.CANCELED, AttemptStatus.EXPIRED)
    assert shop.stock(COFFEE) == before


@pytest.mark.parametrize("status", [OrderStatus.PAID, OrderStatus.CANCELED])
def test_an_order_that_has_ended_stays_as_it_is(desk: Desk, shop: Shop, sandbox: Sandbox, status: OrderStatus):
    order = desk.opens()
    desk.sets(order, status=status)
    before = shop.stock(COFFEE)

    desk.closes(order)

    assert order.status == status
    assert shop.stock(COFFEE) == before
    assert sandbox.session(order.newest_attempt.session_id)["status"] == "ACTIVE"


def test_an_order_at_which_a_person_must_look_is_not_closed(desk: Desk, shop: Shop):
    order = desk.opens()
    desk.sets(order.newest_attempt, status=AttemptStatus.SUSPECT)
    before = shop.stock(COFFEE)

    desk.closes(order)

    assert order.is_pending
    assert shop.stock(COFFEE) == before


def test_nothing_is_closed_that_is_not_any_more_as_the_caller_saw_it(desk: Desk):
    order = desk.opens()
    desk.waits(minutes=31)
    desk.starts(order)

    desk.closes(order, if_still=lambda order: order.hold_is_over)

    assert (order.is_pending, order.hold_is_over) == (True, False)


@pytest.mark.parametrize(("hours", "status"), [(24, OrderStatus.CLOSING), (25, OrderStatus.CANCELED)])
def test_an_order_is_given_up_a_day_after_its_hold_and_a_person_must_look(
    desk: Desk, sandbox: Sandbox, hours: int, status: OrderStatus
):
    order = desk.opens()
    sandbox.spoil("cancel_session", "error")
    desk.closes(order, may_wait=True)
    desk.waits(hours=hours)
    desk.sets(order.newest_attempt, failed_looks=GIVE_UP_LOOKS)

    with transaction():
        closing.give_up_if_late(order)

    assert order.status == status
    assert (order.attention is not None) == order.is_canceled
