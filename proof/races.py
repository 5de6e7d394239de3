"""R5 and R8: the same event a hundred times in one instant, and two hundred buyers of the last ten pieces."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import requests

from tests.at_once import all_at_once
from tests.buyer import COFFEE, DETAILS, Buyer
from tests.events import session_event
from tests.processes import Shop
from tests.spoiling_proxy import SpoilingProxy
from tests.waiting import wait_until

from .places import new_provider, new_shops
from .table import Outcome, Scale

BUYERS, PIECES = 200, 10
COPIES = 100
ANSWERED_WITHIN = 1.0  # seconds, of 99 in 100


def last_pieces(scale: Scale, database: str) -> Outcome:
    rounds, bad = scale.of(20, 1), []
    with new_provider() as provider, new_shops(provider, database) as shops:
        with ThreadPoolExecutor(8) as pool:
            presses = list(pool.map(ready_to_pay, (shops * BUYERS)[:BUYERS]))
        for number in range(rounds):
            forget_orders(shops[0])
            answers = all_at_once(presses)
            bad += [f"round {number}: {each}" for each in oversold(shops[0], answers)]
    return Outcome("R8", f"{BUYERS} buyers of {PIECES} pieces at once, {database}", BUYERS * rounds, tuple(bad))


def ready_to_pay(shop: Shop) -> Callable[[], requests.Response]:
    """A new buyer of the one product at the checkout; what is returned presses the button."""
    buyer = Buyer(shop)
    buyer.adds()
    form = buyer.opens("/checkout").form("/checkout")
    fields, cookies = {**form.fields, **DETAILS}, buyer.browser.cookies.copy()
    return lambda: requests.post(form.action, data=fields, cookies=cookies, timeout=60, allow_redirects=False)


def forget_orders(shop: Shop) -> None:
    """As if nobody had ordered yet, and there were so many pieces."""
    shop.sql("UPDATE attempts SET status = 'CANCELED', next_check_at = NULL")
    shop.sql("UPDATE orders SET status = 'canceled', buyer_key = 'round before'")
    shop.set_stock(COFFEE, PIECES)


def oversold(shop: Shop, answers: list[requests.Response]) -> Iterator[str]:
    """Yield what is wrong after the rush: ten are sold, all others are told so, and nobody meets an error."""
    codes = Counter(answer.status_code for answer in answers)
    if codes != {303: PIECES, 422: len(answers) - PIECES}:
        yield f"the answers were {dict(codes)}"
    if [answer for answer in answers if "locked" in answer.text]:
        yield "a buyer was told of a lock"
    if (sold := shop.sql("SELECT count(*) FROM orders WHERE status = 'pending'")) != [(PIECES,)]:
        yield f"{sold[0][0]} pieces of {PIECES} were sold"
    if left := shop.stock(COFFEE):
        yield f"{left} pieces are left"


def copies(scale: Scale, database: str) -> Outcome:
    rounds, bad, seconds = scale.of(5, 1), [], []
    with new_provider() as provider, new_shops(provider, database) as shops:
        for number in range(rounds):
            session = paid_session(shops[0], provider)
            before = shops[0].stock(COFFEE)
            answers = send_copies(shops, session)
            bad += [f"round {number}: {each}" for each in counted_twice(shops[0], session, answers)]
            if shops[0].stock(COFFEE) != before:
                bad.append(f"round {number}: the pieces were taken again")
            seconds += [taken for _, taken in answers]
    p99 = quantile(seconds, 0.99)
    if p99 >= ANSWERED_WITHIN:
        bad.append(f"one in a hundred waited {p99:.2f} s for its answer")
    says = f"{COPIES} copies of one webhook at once, p99 {p99 * 1000:.0f} ms, {database}"
    return Outcome("R5", says, COPIES * rounds, tuple(bad))


def paid_session(shop: Shop, provider: SpoilingProxy) -> dict:
    """A session that was paid, of which the shop knows nothing yet."""
    return provider.complete(Buyer(shop).goes_to_pay().rpartition("/")[2])


def send_copies(shops: list[Shop], session: dict) -> list[tuple[int, float]]:
    """Send one event many times in the same instant; return each answer's status and seconds."""
    event = session_event("completed", session)
    return all_at_once([partial(timed, partial(shop.send_webhook, event)) for shop in (shops * COPIES)[:COPIES]])


def timed(action: Callable[[], requests.Response]) -> tuple[int, float]:
    started = time.monotonic()
    status = action().status_code
    return status, time.monotonic() - started


def counted_twice(shop: Shop, session: dict, answers: list[tuple[int, float]]) -> Iterator[str]:
    """Yield what is wrong after the copies: all are answered well, and together have the effect of one."""
    codes = Counter(status for status, _ in answers)
    if codes != {200: len(answers)}:
        yield f"the answers were {dict(codes)}"
    wait_until(lambda: not shop.sql("SELECT id FROM webhook_events WHERE processed_at IS NULL"))
    session_id = session["payment_session_id"]
    of_order = "FROM attempts a JOIN {} e ON e.order_id = a.order_id WHERE a.session_id = ?"
    times = shop.sql("SELECT times FROM webhook_events WHERE session_id = ?", session_id)
    moves = shop.sql(f"SELECT to_status {of_order.format('order_events')}", session_id).count(("paid",))
    letters = shop.sql(f"SELECT kind {of_order.format('outbox')}", session_id)
    payments = shop.sql("SELECT count(*) FROM payments WHERE payment_id = ?", session["payment_id"])
    if (times, moves, letters, payments) != ([(len(answers),)], 1, [("paid",)], [(1,)]):
        yield f"kept {times} times, paid {moves} times, letters {letters}, payments {payments}"


def quantile(seconds: list[float], share: float) -> float:
    """The time within which this share of all was done."""
    return sorted(seconds)[max(0, round(share * len(seconds)) - 1)]
