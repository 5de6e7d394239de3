"""The budget of polls: one for all workers of a database."""

from store.orders import budget

from .conftest import Desk


def test_two_workers_together_make_no_more_calls_than_one_may(desk: Desk):
    granted = [budget.reserve(8, 30) for _ in range(5)]

    assert (granted, budget.left(30)) == ([8, 8, 8, 6, 0], 0)


def test_calls_may_be_made_again_once_a_minute_is_over(desk: Desk):
    budget.reserve(30, 30)

    desk.waits(seconds=61)

    assert budget.left(30) == 30


def test_what_counts_is_how_many_calls_were_really_made(desk: Desk):
    budget.reserve(3, 30)

    budget.correct(1, 3)
    budget.correct(1, 0)
    budget.correct(1, 1)

    assert budget.left(30) == 30 - (3 + 1)


def test_calls_beyond_what_was_reserved_count_from_when_they_were_made(desk: Desk):
    budget.reserve(1, 30)
    desk.waits(seconds=30)

    budget.correct(1, 3)
    desk.waits(seconds=31)

    assert budget.left(30) == 30 - 2
