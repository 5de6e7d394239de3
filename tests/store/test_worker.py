"""The worker goes by the clock that it was given, and makes only so many looks at Xendit."""

from datetime import timedelta

from store.rules import clock
from store.worker import Budget

from ..buyer import Buyer
from ..standing_clock import StandingClock


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


def test_its_threads_go_by_the_clock_of_the_one_that_sent_them(buyer: Buyer):
    buyer.goes_to_pay()
    now = buyer.status()["status"]

    with clock.using(StandingClock(clock.now() + timedelta(hours=1))):
        buyer.shop.works()

    assert (now, buyer.status()["status"]) == ("pending", "canceled")
