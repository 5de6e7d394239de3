"""Looking at attempts that are due: in turn, each by one worker, and whatever the webhooks did."""

from datetime import timedelta

import pytest

from store.models import Order
from store.orders import checks
from store.orders.paying import PaymentUnavailable
from store.rules.clock import now
from store.rules.schedule import GIVE_UP_LOOKS, LEASE, TRY_AGAIN_AFTER, UNSENT_FOR
from store.rules.status import AttemptStatus, OrderStatus

from ...buyer import COFFEE
from ...in_process import Sandbox, Shop
from ...standing_clock import StandingClock
from .conftest import ALL, Desk


def looks(desk: Desk, order: Order) -> None:
    """What the worker does about an order's newest attempt once that is due."""
    attempt = order.newest_attempt
    desk.waits(seconds=max(0.0, (attempt.next_check_at - now()).total_seconds()))
    desk.looks_at_attempts()


def looks_until_it_is_given_up(desk: Desk, order: Order) -> str:
    """Look again and again for a day, and once more an hour later; return what became of the order in between."""
    desk.waits(minutes=31)
    for _ in range(GIVE_UP_LOOKS):
        looks(desk, order)
    desk.waits(hours=21)
    looks(desk, order)
    early = order.status
    desk.waits(hours=3)
    looks(desk, order)
    return early


def test_whoever_has_waited_longest_is_taken_first_and_no_more_than_asked_for(desk: Desk):
    waiting = {name: desk.opens(buyer=name).newest_attempt for name in ("siti", "budi", "dewi")}
    for name, seconds in (("siti", 20), ("budi", 30), ("dewi", 10)):
        desk.sets(waiting[name], next_check_at=now() + timedelta(seconds=seconds))
    desk.waits(seconds=30)

    taken = checks.take(0), checks.take(2), checks.take(2), checks.take(2)

    assert taken == ([], [waiting["dewi"].id, waiting["siti"].id], [waiting["budi"].id], [])


def test_nobody_waits_for_ever_because_others_are_newer(desk: Desk):
    oldest = desk.opens(buyer="siti").newest_attempt.id
    seen = set()

    for number in range(8):
        desk.opens(buyer=f"buyer {number}")
        desk.waits(seconds=60)
        seen.update(checks.take(1))

    assert oldest in seen


def test_an_attempt_that_is_not_due_is_left_alone(desk: Desk):
    desk.opens()

    assert checks.take(1) == []


def test_an_attempt_that_was_taken_is_taken_again_once_its_lease_is_over(desk: Desk):
    desk.opens()
    desk.waits(seconds=10)
    (taken,) = checks.take(1)

    desk.waits(seconds=LEASE.total_seconds() - 1)
    leased = checks.take(1)
    desk.waits(seconds=1)

    assert leased == []
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
    desk.waits(minutes=30)

    looks(desk, order)

    assert sandbox.session(order.newest_attempt.session_id)["status"] == "CANCELED"
    assert order.is_canceled
    assert shop.stock(COFFEE) == before


def test_money_that_came_before_the_hold_was_over_counts(desk: Desk):
    order = desk.opens()
    desk.pays(order)
    desk.waits(minutes=30)

    looks(desk, order)

    assert (order.is_paid, order.attention) == (True, None)


def test_an_order_whose_payment_was_never_started_is_looked_at_soon_and_closed(desk: Desk, shop: Shop):
    before = shop.stock(COFFEE)
    order = desk.places()

    planned_in = order.newest_attempt.next_check_at - now()
    looks(desk, order)

    assert planned_in == UNSENT_FOR
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
    desk.sets(first, session_id=lost)

    looks(desk, order)

    assert sandbox.session(lost)["status"] == "CANCELED"
    assert (first.status, second.status) == (AttemptStatus.CANCELED, AttemptStatus.ACTIVE)
    assert order.can_be_paid


def test_after_a_look_without_an_answer_the_next_one_comes_soon_but_not_all_at_once(desk: Desk, sandbox: Sandbox):
    orders = [desk.opens(buyer=f"buyer {number}") for number in range(5)]
    sandbox.spoil("get_session", "error", status=503, count=None)

    looks(desk, orders[0])

    waits = [order.newest_attempt.next_check_at - now() for order in orders]
    assert all(0.8 * TRY_AGAIN_AFTER <= wait <= 1.2 * TRY_AGAIN_AFTER for wait in waits)
    assert len(set(waits)) == len(orders)
    assert {order.status for order in orders} == {OrderStatus.PENDING}


def test_an_order_that_xendit_could_not_be_asked_about_for_a_day_is_given_up(desk: Desk, shop: Shop, sandbox: Sandbox):
    before = shop.stock(COFFEE)
    order = desk.opens()
    sandbox.spoil("*", "error", status=503, count=None)

    early = looks_until_it_is_given_up(desk, order)

    assert early == OrderStatus.CLOSING
    assert order.is_canceled
    assert "without Xendit's word" in order.attention
    assert shop.stock(COFFEE) == before


def test_an_order_whose_session_never_ends_though_xendit_answers_is_given_up_too(
    desk: Desk, shop: Shop, sandbox: Sandbox
):
    before = shop.stock(COFFEE)
    order = desk.opens()
    sandbox.alter(order.newest_attempt.session_id, status="A_STATUS_OF_TOMORROW")

    early = looks_until_it_is_given_up(desk, order)

    assert early == OrderStatus.CLOSING
    assert (order.is_canceled, shop.stock(COFFEE)) == (True, before)
    assert "without Xendit's word" in order.attention


def test_money_that_comes_late_is_found_at_a_late_look(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    desk.pays(order)
    desk.sets(order, status=OrderStatus.CANCELED)
    desk.sets(order.newest_attempt, status=AttemptStatus.CANCELED)

    looks(desk, order)

    assert (order.newest_attempt.status, order.status) == (AttemptStatus.COMPLETED, OrderStatus.PAID)


def test_a_clock_that_leaps_over_the_end_and_one_look_that_fails_give_no_stock_back(
    desk: Desk, shop: Shop, sandbox: Sandbox
):
    before = shop.stock(COFFEE)
    order = desk.opens()
    desk.waits(days=2)
    sandbox.spoil("*", "error", status=503, count=None)

    looks(desk, order)

    assert (order.is_closing, shop.stock(COFFEE)) == (True, before - 1)


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=2)], ids=str)
def test_no_look_waits_for_a_clock_that_went_back(desk: Desk, standing: StandingClock, back: timedelta):
    opened, ended = desk.opens(buyer="siti"), desk.opens(buyer="budi")
    desk.closes(ended)
    desk.sets(ended.newest_attempt, next_check_at=now() + timedelta(days=1))

    standing.jumps(seconds=-back.total_seconds())
    taken = checks.take(ALL)

    assert taken == [opened.newest_attempt.id, ended.newest_attempt.id]
    assert checks.take(ALL) == []


def test_an_order_is_found_paid_a_minute_after_the_clock_went_back(desk: Desk, standing: StandingClock):
    order = desk.opens()
    looks(desk, order)
    standing.jumps(hours=-1)
    desk.looks_at_attempts()
    desk.pays(order)

    desk.waits(minutes=1)
    desk.looks_at_attempts()

    assert order.is_paid


@pytest.mark.parametrize("hours", [-1, -48])
def test_a_hold_ends_with_its_session_though_the_clock_went_back(
    desk: Desk, shop: Shop, sandbox: Sandbox, standing: StandingClock, hours: int
):
    before = shop.stock(COFFEE)
    order = desk.opens()
    sandbox.expire(order.newest_attempt.session_id)

    standing.jumps(hours=hours)
    desk.looks_at_attempts()

    assert (order.is_canceled, shop.stock(COFFEE)) == (True, before)


@pytest.mark.parametrize("hours", [1, 48])
def test_a_hold_that_a_clock_ends_early_ends_at_xendit_first(
    desk: Desk, shop: Shop, sandbox: Sandbox, standing: StandingClock, hours: int
):
    before = shop.stock(COFFEE)
    paid, open_ = desk.opens(buyer="siti"), desk.opens(buyer="budi")
    desk.pays(paid)

    standing.jumps(hours=hours)
    desk.looks_at_attempts()

    assert paid.is_paid
    assert sandbox.session(open_.newest_attempt.session_id)["status"] == "CANCELED"
    assert (open_.is_canceled, shop.stock(COFFEE)) == (True, before - 1)
