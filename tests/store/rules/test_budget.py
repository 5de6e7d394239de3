"""So many calls in any minute, wherever that begins."""

from datetime import UTC, datetime, timedelta

import pytest

from store.rules import budget

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_whatever_is_asked_for_no_minute_has_more_calls_than_may_be_made():
    made, moments = {}, []

    for tick in range(4 * 60 * 5):
        now = at(tick / 4)
        calls = min(tick % 7, budget.left(made, 30, now))
        made = budget.spent(made, calls, now)
        moments += [tick / 4] * calls

    busiest = max(sum(begin <= moment < begin + 60 for moment in moments) for begin in moments)
    assert busiest == 30
    assert len(moments) > 4 * 29


def test_what_was_kept_is_no_longer_than_a_minute_has_seconds():
    made = {}

    for second in range(1000):
        made = budget.spent(made, 1, at(second))

    assert len(made) == budget.WINDOW + 1


def test_calls_that_were_not_made_may_be_made():
    made = budget.spent(budget.spent({}, 10, at(0)), 20, at(30))

    made = budget.given_back(made, 12, at(40))

    assert budget.left(made, 30, at(40)) == 12
    assert budget.left(made, 30, at(80)) == 12


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=2)], ids=str)
def test_a_clock_that_goes_back_stops_the_calls_for_no_longer_than_a_minute(back: timedelta):
    made = budget.spent({}, 30, NOON)

    at_once = budget.left(made, 30, NOON - back)
    made = budget.spent(made, 0, NOON - back)

    assert at_once == 0
    assert budget.left(made, 30, NOON - back + timedelta(seconds=61)) == 30


def test_a_budget_that_is_overdrawn_is_empty():
    assert budget.left({"0": 0, str(int(NOON.timestamp())): 40}, 30, NOON) == 0
