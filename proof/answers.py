"""R6 and R7: how fast webhooks are answered, whatever the provider does, and orders are paid without any."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

from tests.buyer import POLLED_WITHIN, Buyer
from tests.events import payment_event
from tests.processes import Shop
from tests.spoiling_proxy import SpoilingProxy, delay
from tests.waiting import wait_until

from .crowd import PLENTY
from .places import new_provider, new_shop
from .races import COFFEE, paid_session, quantile, ready_to_pay, timed
from .table import Outcome, Scale

QUIET_P99, SLOW_P99 = 0.05, 0.1  # seconds
SLOW, WAITING = 5, 64  # seconds of each call, buyers who wait for it
BY_RETURN, BY_POLL = 5.0, 60.0  # seconds
# For so many open orders a test key lets the shop ask Xendit in time.
OPEN_AT_ONCE = 25
PAID = "SELECT a.session_id FROM attempts a JOIN orders o ON o.id = a.order_id WHERE o.status = 'paid'"


def webhooks(scale: Scale, database: str) -> Outcome:
    number = scale.of(500, 20)
    with new_provider() as provider, new_shop(provider, database) as shop:
        shop.set_stock(COFFEE, PLENTY)
        session = paid_session(shop, provider)
        quiet = answers_to_webhooks(shop, session, "quiet", number)
        provider.always(delay(SLOW))
        with waiting_buyers(shop, provider, scale.of(WAITING, 4)):
            slow = answers_to_webhooks(shop, session, "slow", number)
    bad = [f"answered {status}" for status, _ in quiet + slow if status != 200]
    p99s = [quantile([taken for _, taken in answers], 0.99) for answers in (quiet, slow)]
    for name, p99, most in zip(("quiet", "slow"), p99s, (QUIET_P99, SLOW_P99), strict=True):
        if p99 >= most:
            bad.append(f"p99 is {p99 * 1000:.0f} ms while the provider is {name}")
    says = f"webhooks answered, p99 {p99s[0] * 1000:.0f} ms, provider slow {p99s[1] * 1000:.0f} ms, {database}"
    return Outcome("R6", says, 2 * number, tuple(bad))


def answers_to_webhooks(shop: Shop, session: dict, name: str, number: int) -> list[tuple[int, float]]:
    """Send so many events one after the other; return each answer's status and seconds."""
    events = [payment_event("capture", session, payment_id=f"py-{name}-{each}") for each in range(number)]
    return [timed(partial(shop.send_webhook, event)) for event in events]


@contextmanager
def waiting_buyers(shop: Shop, provider: SpoilingProxy, number: int) -> Iterator[None]:
    """So many buyers press again and again, and wait for the provider; we go on when it was asked for some."""
    is_over = threading.Event()
    provider.heals()
    presses = [ready_to_pay(shop) for _ in range(number)]
    provider.always(delay(SLOW))

    def waits(number: int) -> None:
        while not is_over.is_set():
            presses[number]()

    with ThreadPoolExecutor(number) as pool:
        asked = len(provider.calls_seen)
        waiting = [pool.submit(waits, each) for each in range(number)]
        try:
            wait_until(lambda: len(provider.calls_seen) >= asked + number // 4)
            yield
        finally:
            is_over.set()
            provider.heals()
    for each in waiting:
        each.result()


def lost_webhooks(scale: Scale, database: str) -> Outcome:
    number, bad = scale.of(50, 2), []
    with new_provider() as provider, new_shop(provider, database) as shop:
        by_return = [paid_by_return(shop, provider) for _ in range(number)]
        by_poll = []
        for _ in range(0, number, OPEN_AT_ONCE):
            by_poll += paid_by_poll(shop, provider, min(number, OPEN_AT_ONCE))
    bad += [f"paid {taken:.1f} s after the buyer came back" for taken in by_return if taken > BY_RETURN]
    bad += [f"paid {taken:.1f} s after the payment, by poll" for taken in by_poll if taken > BY_POLL]
    says = f"lost webhooks: paid {max(by_return):.1f} s after the return, {max(by_poll):.0f} s by poll, {database}"
    return Outcome("R7", says, 2 * number, tuple(bad))


def paid_by_return(shop: Shop, provider: SpoilingProxy) -> float:
    """Pay an order of which no webhook comes; return how long after the buyer's return it is paid."""
    buyer = Buyer(shop)
    provider.complete(buyer.goes_to_pay().rpartition("/")[2])
    started = time.monotonic()
    buyer.opens(f"{buyer.order}/complete")
    buyer.waits_until("paid")
    return time.monotonic() - started


def paid_by_poll(shop: Shop, provider: SpoilingProxy, number: int) -> list[float]:
    """Pay so many orders of which no webhook comes and no buyer returns; return how long each takes to be paid."""
    paid = {paid_session(shop, provider)["payment_session_id"]: time.monotonic() for _ in range(number)}
    seconds: dict[str, float] = {}

    def look() -> bool:
        rows = shop.sql(
            "SELECT a.session_id FROM attempts a JOIN orders o ON o.id = a.order_id WHERE o.status = 'paid'"
        )
        for (session_id,) in rows:
            if session_id in paid:
                seconds.setdefault(session_id, time.monotonic() - paid[session_id])
        return len(seconds) == number

    wait_until(look, 2 * POLLED_WITHIN)
    return list(seconds.values())
