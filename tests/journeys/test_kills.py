"""Shop and worker killed, ended and reloaded while buyers buy: what was answered is kept, and all adds up."""

import os
import signal
import threading
from collections.abc import Iterator
from random import Random

import pytest
import requests

from ..buyer import COFFEE, POLLED_WITHIN, Buyer
from ..databases import SQLITE
from ..events import payment_event, session_event
from ..processes import Shop
from ..spoiling_proxy import SpoilingProxy, delay
from ..waiting import wait_until

KILLS, BUYERS, SEED = 4, 3, 1
# Between two kills Xendit hears so many calls, at most.
CALLS = 12


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory, provider: SpoilingProxy, database: str) -> Iterator[Shop]:
    shop = Shop(tmp_path_factory.mktemp("shop"), provider.url, database=database)
    yield shop
    shop.stop()


class Crowd:
    """Buyers who buy and pay one thing after another, whoever dies meanwhile."""

    def __init__(self, shop: Shop, provider: SpoilingProxy):
        self.paid: set[str] = set()  # sessions for which Xendit has the money
        self.answered: list[str] = []  # ids of payments that the shop said 200 to
        self.turned_away: list[Exception] = []
        self._shop, self._provider = shop, provider
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._buys) for _ in range(BUYERS)]

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _buys(self) -> None:
        while not self._is_over.is_set():
            try:
                self._buys_once()
            except (requests.RequestException, AssertionError, StopIteration, IndexError) as why:
                # Whoever meets a shop that has just died, or a page that it did not finish, begins anew.
                self.turned_away.append(why)

    def _buys_once(self) -> None:
        buyer = Buyer(self._shop)
        session = self._provider.complete(buyer.goes_to_pay().rpartition("/")[2])
        self.paid.add(session["payment_session_id"])
        for event in (session_event("completed", session), payment_event("capture", session)):
            if self._shop.send_webhook(event).status_code == 200:
                self.answered.append(session["payment_id"])


def wait_for_calls(provider: SpoilingProxy, calls: int) -> None:
    heard = len(provider.calls_seen) + calls
    wait_until(lambda: len(provider.calls_seen) >= heard)


def kill_at_random_moments(shop: Shop, provider: SpoilingProxy, chance: Random) -> None:
    for _ in range(KILLS):
        wait_for_calls(provider, chance.randint(1, CALLS))
        if chance.random() < 0.5:
            shop.worker.kill()
            shop.start_worker()
        else:
            shop.process.kill()
            shop.start()


def test_whoever_dies_whenever_no_money_and_no_piece_is_lost(shop: Shop, provider: SpoilingProxy, database: str):
    with Crowd(shop, provider) as crowd:
        kill_at_random_moments(shop, provider, Random(SEED))

    see_that_all_adds_up(shop, crowd, database)


def test_a_reload_turns_nobody_away_and_no_restart_loses_anything(shop: Shop, provider: SpoilingProxy, database: str):
    one_of_two = shop.worker
    shop.start_worker()
    provider.always(delay(0.5), "create")  # so that there is always somebody in the middle of it
    with Crowd(shop, provider) as crowd:
        wait_for_calls(provider, 2 * BUYERS)
        reload(shop)
        one_of_two.stop()
        wait_for_calls(provider, 2 * BUYERS)
        while_it_reloaded = list(crowd.turned_away)
        shop.process.stop()
        shop.start()
        wait_for_calls(provider, 2 * BUYERS)
    provider.heals()

    assert while_it_reloaded == []
    see_that_all_adds_up(shop, crowd, database)
    assert "Traceback" not in shop.process.output() + shop.worker.output()


def reload(shop: Shop) -> None:
    before = shop.process.children()
    os.kill(shop.process.pid, signal.SIGHUP)
    wait_until(lambda: shop.process.children() and not set(shop.process.children()) & set(before))


def see_that_all_adds_up(shop: Shop, crowd: Crowd, database: str) -> None:
    """What was paid and what was answered is there, once, and so are the pieces."""
    assert crowd.answered, f"nobody came through: {crowd.turned_away[-1:]}"
    shop.make_everything_due()
    wait_until(lambda: sessions_of_paid_orders(shop) >= crowd.paid, POLLED_WITHIN)
    kept = shop.sql("SELECT payment_id, sum(times) FROM webhook_events GROUP BY payment_id")
    assert all(dict(kept)[payment_id] >= crowd.answered.count(payment_id) for payment_id in crowd.answered)
    assert shop.sql("SELECT count(*) FROM orders WHERE attention IS NOT NULL") == [(0,)]
    assert shop.sql("SELECT count(*) FROM outbox WHERE kind = 'paid'") == [(len(crowd.paid),)]
    assert shop.stock(COFFEE) == moved(shop)
    if database == SQLITE:
        assert shop.sql("PRAGMA integrity_check") == [("ok",)]


def sessions_of_paid_orders(shop: Shop) -> set[str]:
    rows = shop.sql(
        "SELECT a.session_id FROM attempts a JOIN orders o ON o.id = a.order_id"
        " JOIN payments p ON p.attempt_id = a.id WHERE o.status = 'paid'"
    )
    return {session_id for (session_id,) in rows}


def moved(shop: Shop) -> int:
    """What the movements of the one product add up to."""
    query = "SELECT sum(m.pieces) FROM stock_movements m JOIN products p ON p.id = m.product_id WHERE p.slug = ?"
    return int(shop.sql(query, COFFEE)[0][0])
