"""Paying with a clock that is wrong here, or with little of the hold left."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import pytest

from store.rules import clock

from ...in_process import Sandbox
from ...standing_clock import StandingClock
from .conftest import Desk


@pytest.fixture
def sandbox(sandbox: Sandbox) -> Iterator[Sandbox]:
    """Whose answers say what time it is."""
    sandbox.date = format_datetime(clock.now(), usegmt=True)
    yield sandbox
    sandbox.date = None


def hold(desk: Desk, minutes: int) -> None:
    """Let the merchant hold goods for so long."""
    desk.settings = replace(desk.settings, shop=replace(desk.settings.shop, hold_minutes=minutes))


@pytest.mark.parametrize("minutes", [-2, -25, 2, 60 * 48], ids="{} minutes".format)
def test_a_clock_that_is_wrong_here_costs_the_buyer_no_second_press(sandbox: Sandbox, desk: Desk, minutes: int):
    hold(desk, 11)
    with clock.using(StandingClock(clock.now() + timedelta(minutes=minutes))):
        order = desk.places()

        assert desk.starts(order)

        assert order.hold_expires_at == clock.now() + timedelta(minutes=11)
