"""Paying with a clock that is wrong here, with little of the hold left, and with a hold that was renewed often."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest

from store.orders.paying import HoldOver, PaymentUnavailable
from store.rules import clock
from store.rules.clock import now
from store.rules.status import AttemptStatus

from ...buyer import COFFEE
from ...in_process import Sandbox, Shop
from ...standing_clock import StandingClock
from .conftest import Desk


@pytest.fixture
def dated(sandbox: Sandbox) -> Iterator[Sandbox]:
    """The sandbox, whose answers say what time it is."""
    sandbox.date = format_datetime(clock.now(), usegmt=True)
    yield sandbox
    sandbox.date = None


def hold(desk: Desk, minutes: int) -> None:
    """Let the merchant hold goods for so long."""
    desk.settings = replace(desk.settings, shop=replace(desk.settings.shop, hold_minutes=minutes))


@pytest.mark.parametrize("minutes", [-2, -25, 2, 60 * 48], ids="{} minutes".format)
def test_a_clock_that_is_wrong_here_costs_the_buyer_no_second_press(dated: Sandbox, desk: Desk, minutes: int):
    hold(desk, 11)
    with clock.using(StandingClock(clock.now() + timedelta(minutes=minutes))):
        order = desk.places()

        assert desk.starts(order)

        assert order.hold_expires_at == clock.now() + timedelta(minutes=11)


@pytest.mark.parametrize("hours", [-1, 1, -48, 48])
def test_a_clock_that_is_set_while_the_shop_runs_costs_the_buyer_no_second_press_either(
    dated: Sandbox, desk: Desk, standing: StandingClock, hours: int
):
    desk.opens(buyer="budi")
    really = now()

    standing.jumps(hours=hours)
    order = desk.opens()

    expires_at = datetime.fromisoformat(dated.session(order.newest_attempt.session_id)["expires_at"])
    assert expires_at > really + timedelta(minutes=29)
    assert order.hold_expires_at == now() + timedelta(minutes=30)


def test_a_call_that_was_lost_keeps_nobody_from_paying_though_the_clock_went_back(desk: Desk, standing: StandingClock):
    order = desk.places()
    desk.sets(order.newest_attempt, status=AttemptStatus.SENT, sent_at=now())

    standing.jumps(hours=-1)

    assert desk.starts(order)


def come_back_to_pay(desk: Desk, order, minutes: float) -> None:
    desk.waits(minutes=minutes)
    desk.starts(order)


def test_a_hold_is_renewed_until_three_holds_after_the_order_and_no_longer(desk: Desk):
    order = desk.opens()
    placed = now()

    for _ in range(3):
        come_back_to_pay(desk, order, minutes=21)

    assert order.hold_expires_at == order.newest_attempt.expires_at == placed + timedelta(minutes=90)


def test_who_has_little_time_and_gets_no_more_goes_on_with_the_open_page(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    for _ in range(3):
        come_back_to_pay(desk, order, minutes=21)
    session_id = order.newest_attempt.session_id

    come_back_to_pay(desk, order, minutes=20)

    assert order.newest_attempt.session_id == session_id
    assert sandbox.session(session_id)["status"] == "ACTIVE"


def test_an_order_whose_time_is_up_closes_when_it_cannot_be_paid_any_more_and_makes_room(
    desk: Desk, shop: Shop, sandbox: Sandbox
):
    shop.set_stock(COFFEE, 1)
    order = desk.opens()
    desk.provider.cancel_session(order.newest_attempt.session_id)
    desk.waits(minutes=80)

    with pytest.raises(HoldOver):
        desk.starts(order)

    assert order.is_canceled
    assert sandbox.calls("POST")[1:] == [f"/sessions/{order.newest_attempt.session_id}/cancel"]
    assert desk.starts(desk.places())


def test_a_refused_order_cannot_hold_the_last_piece_for_ever_either(desk: Desk, shop: Shop, sandbox: Sandbox):
    shop.set_stock(COFFEE, 1)
    order = desk.places()
    sandbox.spoil("create_session", "error", status=503, count=4)

    for _ in range(4):
        with pytest.raises(PaymentUnavailable):
            desk.starts(order)
        desk.waits(minutes=25)
    with pytest.raises(HoldOver):
        desk.starts(order)

    assert order.is_canceled or order.is_closing
    assert order.hold_expires_at <= order.created_at + timedelta(minutes=90)


def test_a_hold_of_a_day_ends_before_the_longest_session_that_was_ever_seen(desk: Desk, sandbox: Sandbox):
    hold(desk, 24 * 60)

    order = desk.opens()

    expires_at = datetime.fromisoformat(sandbox.session(order.newest_attempt.session_id)["expires_at"])
    assert expires_at - now() < timedelta(hours=24) - timedelta(minutes=4)
    assert order.hold_expires_at == order.newest_attempt.expires_at
