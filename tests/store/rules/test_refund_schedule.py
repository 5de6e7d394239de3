"""When a refund is looked at: soon after it was sent, then less and less often, and once a day without an end."""

from datetime import timedelta
from itertools import pairwise

import pytest

from store.rules.schedule import (
    FIRST_REFUND_LOOK,
    FURTHEST,
    LEASE,
    SEND_REFUND_FOR,
    SEND_REFUND_TIMES,
    is_refund_given_up,
    next_refund_look,
)
from store.xendit.connection import CREATE, LOOK

from ...standing_clock import NEW_YEAR


def looks(failed: int = 0) -> list[timedelta]:
    """How long after the call each of the first looks comes."""
    found = [timedelta(0)]
    for _ in range(25):
        found.append(next_refund_look(NEW_YEAR, failed, NEW_YEAR + found[-1]) - NEW_YEAR)
    return found


def test_the_first_look_comes_soon_and_each_later_one_after_a_longer_wait_up_to_a_day():
    waits = [later - earlier for earlier, later in pairwise(looks())]

    assert waits[0] == FIRST_REFUND_LOOK
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(days=1)


def test_after_a_look_that_failed_the_next_comes_sooner_but_not_again_and_again():
    late = NEW_YEAR + timedelta(days=3)

    waits = [next_refund_look(NEW_YEAR, failed, late) - late for failed in (1, 2, 3, 100)]

    assert waits == [2 * FIRST_REFUND_LOOK, 4 * FIRST_REFUND_LOOK, 8 * FIRST_REFUND_LOOK, timedelta(days=1)]


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=9)])
def test_no_look_waits_for_a_clock_that_went_back(back: timedelta):
    assert next_refund_look(NEW_YEAR, 0, NEW_YEAR - back) == NEW_YEAR - back + FIRST_REFUND_LOOK
    assert next_refund_look(NEW_YEAR, 0, NEW_YEAR + 100 * back) <= NEW_YEAR + 100 * back + FURTHEST


@pytest.mark.parametrize(
    ("waited", "failed", "expected"),
    [
        (SEND_REFUND_FOR, SEND_REFUND_TIMES, True),
        (SEND_REFUND_FOR * 9, SEND_REFUND_TIMES - 1, False),  # the clock jumped
        (SEND_REFUND_FOR - timedelta(seconds=1), 1000, False),
    ],
)
def test_a_refund_is_given_up_after_it_was_sent_for_long_and_often(waited: timedelta, failed: int, expected: bool):
    assert is_refund_given_up(NEW_YEAR, failed, NEW_YEAR + waited) == expected


def test_nobody_else_sends_a_refund_while_its_call_is_under_way():
    assert timedelta(seconds=LOOK.total + CREATE.total) < LEASE
