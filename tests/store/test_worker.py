"""The worker goes by the clock that it was given, makes only so many looks at Xendit, and outlives what fails."""

import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from store.rules import clock
from store.rules.schedule import WEBHOOK_WAITS
from store.worker import CHECKS_EVERY, Budget

from ..buyer import Buyer
from ..in_process import Sandbox, Shop, shop_app
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


class EndingClock(StandingClock):
    """A clock on which somebody ends the worker after so many pauses."""

    def __init__(self, pauses: int, end: Callable[[], None]):
        super().__init__(clock.now())
        self.pauses, self._end = pauses, end

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.pauses -= 1
        if not self.pauses:
            self._end()


def paid_unnoticed(shop: Shop) -> Buyer:
    """A buyer who has paid, of which the shop has not taken notice yet."""
    buyer = Buyer(shop)
    buyer.pays_by_qris(buyer.goes_to_pay())
    return buyer


def poison(shop: Shop, buyer: Buyer) -> None:
    """Let every look at the buyer's order end in a failure that nobody foresees."""
    shop.sql("UPDATE attempts SET currency = '???' WHERE session_id = ?", buyer.session_id)


def test_work_that_fails_holds_up_no_other(tmp_path: Path):
    shop = Shop(tmp_path, Sandbox())
    unlucky, other = paid_unnoticed(shop), paid_unnoticed(shop)
    poison(shop, unlucky)
    shop.sandbox.delivers()
    polled = Buyer(shop)
    polled.goes_to_pay()
    shop.sql("UPDATE orders SET hold_expires_at = '2000-01-01' WHERE token = ?", polled.order.rpartition("/")[2])
    shop.make_everything_due()

    went_well = shop.worker().run_once()

    assert not went_well
    assert [each.status()["status"] for each in (unlucky, other, polled)] == ["pending", "paid", "canceled"]


def test_a_database_that_cannot_be_written_is_a_line_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    shop = Shop(tmp_path, Sandbox())
    paid_unnoticed(shop)
    shop.sandbox.delivers()
    shop.make_everything_due()
    shop.app = shop_app(tmp_path, shop.sandbox, DATABASE_URL=f"sqlite:///file:{tmp_path / 'shop.db'}?mode=ro&uri=true")
    ending = EndingClock(2, lambda: worker.stop())

    with clock.using(ending), caplog.at_level(logging.ERROR):
        worker = shop.worker()
        worker.run()

    assert caplog.records
    for record in caplog.records:
        assert record.exc_info is None
        assert record.getMessage().endswith("cannot be used: attempt to write a readonly database")


def test_an_event_that_fails_each_time_is_given_up_after_its_tries(tmp_path: Path):
    shop = Shop(tmp_path, Sandbox())
    poison(shop, paid_unnoticed(shop))
    shop.sandbox.delivers()
    shop.sql("UPDATE attempts SET next_check_at = NULL")
    passes = 0

    while shop.sql("SELECT id FROM webhook_events WHERE processed_at IS NULL") and passes < 50:
        shop.make_everything_due()
        shop.worker().run_once()
        passes += 1

    assert passes == len(WEBHOOK_WAITS) + 2


def test_a_broken_inbox_stops_no_checks_and_is_not_asked_again_and_again(tmp_path: Path):
    shop = Shop(tmp_path, Sandbox())
    buyer = paid_unnoticed(shop)
    shop.make_everything_due()
    shop.sql("ALTER TABLE webhook_events RENAME TO away")
    ending = EndingClock(5, lambda: worker.stop())

    with clock.using(ending):
        worker = shop.worker()
        worker.run()

    assert buyer.status()["status"] == "paid"
    assert ending.monotonic() == 5 * CHECKS_EVERY
