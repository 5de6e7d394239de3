"""Shop and worker killed at random moments while buyers buy: what was answered is kept, and all adds up."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from random import Random

import pytest
import requests

from ..buyer import COFFEE, Buyer
from ..databases import SQLITE
from ..events import payment_event, session_event
from ..processes import Shop
from ..spoiling_proxy import SpoilingProxy
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
            # Whoever meets a shop that has just died, or a page that it did not finish, begins anew.
            with suppress(requests.RequestException, AssertionError, StopIteration, IndexError):
                self._buys_once()

    def _buys_once(self) -> None:
        buyer = Buyer(self._shop)
        session = self._provider.complete(buyer.goes_to_pay().rpartition("/")[2])
        self.paid.add(session["payment_session_id"])
        for event in (session_event("completed", session), payment_event("capture", session)):
            if self._shop.send_webhook(event).status_code == 200:
                self.answered.append(session["payment_id"])


def kill_at_random_moments(shop: Shop, provider: SpoilingProxy, chance: Random) -> None:
    for _ in range(KILLS):
        heard = len(provider.calls_seen) + chance.randint(1, CALLS)
        wait_until(lambda heard=heard: len(provider.calls_seen) >= heard)
        if chance.random() < 0.5:
            shop.worker.kill()
            shop.start_worker()
        else:
            shop.process.kill()
            shop.start()


def test_whoever_dies_whenever_no_money_and_no_piece_is_lost(shop: Shop, provider: SpoilingProxy, database: str):
    with Crowd(shop, provider) as crowd:
        kill_at_random_moments(shop, provider, Random(SEED))
    shop.make_everything_due()

    wait_until(lambda: sessions_of_paid_orders(shop) >= crowd.paid)

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
