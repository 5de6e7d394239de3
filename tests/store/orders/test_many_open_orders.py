"""More open orders than the budget of polls reaches: nobody waits for ever, and each hold ends."""

from itertools import pairwise

import pytest

from store.database import db, release
from store.orders import budget
from store.rules import clock

from ...buyer import COFFEE
from ...databases import on_one
from .conftest import Desk

# In proportion 500 orders of a shop with a test key: it takes a quarter of an hour to look at each of them once.
ORDERS, A_MINUTE = 60, 4
ROUND = ORDERS / A_MINUTE  # minutes
STEP = 10  # seconds


@pytest.fixture(autouse=True)
def small_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "A_MINUTE_WITH_TEST_KEY", A_MINUTE)


class Watch:
    """Lets the worker work while time goes by, and notes at which minute it called Xendit about which session."""

    def __init__(self, desk: Desk):
        self.calls: list[tuple[float, str]] = []
        self._desk = desk
        self._worker = desk.shop.worker()
        self._known = len(self._paths())

    def works(self, minutes: float) -> None:
        for _ in range(int(minutes * 60 / STEP)):
            self._desk.waits(seconds=STEP)
            release()
            assert self._worker.run_once()
            new, self._known = self._paths()[self._known :], len(self._paths())
            self.calls += [(clock.monotonic() / 60, path) for path in new]
        db.session.expire_all()

    def busiest_minute(self) -> int:
        moments = [moment for moment, _ in self.calls]
        return max(sum(begin <= moment < begin + 1 for moment in moments) for begin in moments)

    def longest_wait(self, session_id: str) -> float:
        """The longest time, in minutes, without a call about a session."""
        looks = [0.0, *(moment for moment, path in self.calls if session_id in path), clock.monotonic() / 60]
        return max(later - earlier for earlier, later in pairwise(looks))

    def _paths(self) -> list[str]:
        return [row["path"] for row in self._desk.shop.sandbox.database.rows("SELECT path FROM calls ORDER BY rowid")]


@on_one
def test_each_open_order_is_looked_at_in_its_turn_and_each_hold_ends(desk: Desk):
    before = desk.shop.stock(COFFEE)
    orders = [desk.opens(buyer=f"buyer {number}") for number in range(ORDERS)]
    desk.pays(orders[-1])
    watch = Watch(desk)

    watch.works(minutes=2 * ROUND)  # which is a hold
    waits = [watch.longest_wait(order.newest_attempt.session_id) for order in orders[:-1]]
    watch.works(minutes=2 * ROUND)

    assert max(waits) <= 1.25 * ROUND
    # The look that finds the money asks for the payment as well, which is counted once it was made.
    assert A_MINUTE <= watch.busiest_minute() <= A_MINUTE + 1
    assert orders[-1].is_paid
    assert all(order.is_canceled for order in orders[:-1])
    assert desk.shop.stock(COFFEE) == before - 1
