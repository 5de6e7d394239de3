"""How many looks at Xendit the worker may make."""

from store.rules import clock
from store.worker import Budget

from .standing_clock import StandingClock


def test_polls_are_saved_up_for_a_minute_at_most():
    with clock.using(StandingClock()):
        budget = Budget(30)
        clock.sleep(600)

        assert budget.left() == 30


def test_what_was_spent_comes_back_with_time():
    with clock.using(StandingClock()):
        budget = Budget(30)
        budget.spend(30)
        spent = budget.left()
        clock.sleep(20)

        assert (spent, budget.left()) == (0, 10)
