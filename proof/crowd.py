"""Buyers who buy and pay while a shop dies and comes back, and what must be there afterwards."""

import threading
from collections import Counter
from collections.abc import Iterator

import requests

from tests.buyer import COFFEE, POLLED_WITHIN, Buyer
from tests.databases import SqliteFile
from tests.events import payment_event, session_event
from tests.processes import Shop
from tests.spoiling_proxy import SpoilingProxy
from tests.waiting import wait_until

BUYERS = 3
PLENTY = 1_000_000


class Crowd:
    """Buyers who buy and pay one thing after another, whoever dies meanwhile."""

    def __init__(self, shop: Shop, provider: SpoilingProxy, buyers: int = BUYERS) -> None:
        self.paid: dict[str, dict] = {}  # sessions for which Xendit has the money, by their ids
        self.answered: list[str] = []  # ids of payments that the shop said 200 to
        self.turned_away: list[Exception] = []
        self._shop, self._provider = shop, provider
        shop.set_stock(COFFEE, PLENTY)
        self.gained = PLENTY - moved(shop)  # pieces that no movement tells of
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._buys) for _ in range(buyers)]

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
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
        self.paid[session["payment_session_id"]] = session
        for event in (session_event("completed", session), payment_event("capture", session)):
            if self._shop.send_webhook(event).status_code == 200:
                self.answered.append(session["payment_id"])


def wait_for_calls(provider: SpoilingProxy, calls: int) -> None:
    """Wait until Xendit was called so often: somebody is in the middle of something."""
    heard = len(provider.calls_seen) + calls
    wait_until(lambda: len(provider.calls_seen) >= heard)


def what_is_bad(shop: Shop, crowd: Crowd) -> Iterator[str]:
    """Yield what does not add up: what was paid and what was answered must be there, once, and so must the pieces."""
    if not crowd.answered:
        yield f"nobody came through: {crowd.turned_away[-1:]}"
    yield from _lost_events(shop, crowd)
    yield from _lost_orders(shop, crowd)
    if shop.sql("SELECT count(*) FROM orders WHERE attention IS NOT NULL") != [(0,)]:
        yield "an order needs a person"
    confirmed = Counter(order_id for (order_id,) in shop.sql("SELECT order_id FROM outbox WHERE kind = 'paid'"))
    if sorted(confirmed.values()) != [1] * len(crowd.paid):
        yield f"{sum(confirmed.values())} letters for {len(crowd.paid)} paid orders"
    if shop.stock(COFFEE) != moved(shop) + crowd.gained:
        yield f"{shop.stock(COFFEE)} pieces, where the movements say {moved(shop) + crowd.gained}"
    if isinstance(shop.database, SqliteFile) and shop.sql("PRAGMA integrity_check") != [("ok",)]:
        yield "the file is damaged"


def _lost_events(shop: Shop, crowd: Crowd) -> Iterator[str]:
    kept = dict(shop.sql("SELECT payment_id, sum(times) FROM webhook_events GROUP BY payment_id"))
    for payment_id, times in Counter(crowd.answered).items():
        if kept.get(payment_id, 0) < times:
            yield f"{payment_id}: {times} events were answered with 200, and {kept.get(payment_id, 0)} are kept"


def _lost_orders(shop: Shop, crowd: Crowd) -> Iterator[str]:
    shop.make_everything_due()
    if _become_paid(shop, {each for each, session in crowd.paid.items() if session["payment_id"] in crowd.answered}):
        yield from (f"{each} was reported, and its order is not paid" for each in _unpaid(shop, crowd.paid))
        return
    for session_id in _unpaid(shop, crowd.paid):
        # Its report met a dead shop, and Xendit sends it again.
        shop.send_webhook(session_event("completed", crowd.paid[session_id]))
    if unpaid := _become_paid(shop, set(crowd.paid)):
        yield from (f"{each} is paid, and its order is not" for each in unpaid)


def _become_paid(shop: Shop, sessions: set[str]) -> set[str]:
    """Wait until the orders of these sessions are paid; return those that never are."""
    try:
        wait_until(lambda: not _unpaid(shop, sessions), POLLED_WITHIN)
    except AssertionError:
        return _unpaid(shop, sessions)
    return set()


def _unpaid(shop: Shop, sessions: set[str]) -> set[str]:
    rows = shop.sql(
        "SELECT a.session_id FROM attempts a JOIN orders o ON o.id = a.order_id"
        " JOIN payments p ON p.attempt_id = a.id WHERE o.status = 'paid'"
    )
    return set(sessions) - {session_id for (session_id,) in rows}


def moved(shop: Shop) -> int:
    """What the movements of the one product add up to."""
    query = "SELECT sum(m.pieces) FROM stock_movements m JOIN products p ON p.id = m.product_id WHERE p.slug = ?"
    return int(shop.sql(query, COFFEE)[0][0])
