"""A provider that takes five seconds for each answer, and more buyers than a process may have waiting for it."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import pytest

from store.config import THREADS

from ..at_once import all_at_once
from ..buyer import COFFEE, DETAILS, Buyer
from ..events import session_event
from ..processes import Shop
from ..spoiling_proxy import SpoilingProxy, delay
from ..timing import percentile, seconds_of
from ..waiting import PATIENCE, wait_until

pytestmark = pytest.mark.alone
BUYERS = 64
SLOW = 5  # seconds
# The bounds are those that the shop promises, in seconds.
CATALOG_P95, WEBHOOK_P99 = 0.5, 0.1


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, provider: SpoilingProxy) -> Iterator[Shop]:
    """One process, so that all buyers come to the same threads."""
    shop = Shop(tmp_path_factory.mktemp("shop"), provider.url, with_worker=False, WEB_CONCURRENCY="1")
    shop.set_stock(COFFEE, 10 * BUYERS)
    yield shop
    provider.heals()
    shop.stop()


def at_the_checkout(shop: Shop) -> Callable[[], tuple[Buyer, str]]:
    """A new buyer; what is returned presses the button, and returns the buyer and where the answer leads."""
    buyer = Buyer(shop)
    buyer.adds()
    form = buyer.opens("/checkout").form("/checkout")

    def press() -> tuple[Buyer, str]:
        answer = buyer.browser.post(form.action, {**form.fields, **DETAILS}, timeout=60, allow_redirects=False)
        assert answer.status_code == 303
        return buyer, answer.headers["location"]

    return press


def times_beside(waiting: Future, shop: Shop) -> tuple[list[float], list[float]]:
    """How long pages and webhooks take, one after the other, until it is over; in seconds."""
    pages, webhooks = [], []
    while not waiting.done():
        event = session_event("completed", {"payment_session_id": f"ps-{len(pages)}"})
        pages.append(seconds_of(partial(shop.browser().get, shop.url, timeout=PATIENCE)))
        webhooks.append(seconds_of(partial(shop.send_webhook, event)))
    return pages, webhooks


def test_pages_and_webhooks_are_quick_beside_64_buyers_of_whom_those_too_many_can_pay_later(
    shop: Shop, provider: SpoilingProxy
):
    with ThreadPoolExecutor(4) as few:
        presses = list(few.map(at_the_checkout, [shop] * BUYERS))
    provider.always(delay(SLOW), "create")

    with ThreadPoolExecutor(1) as beside:
        buying = beside.submit(all_at_once, presses)
        wait_until(lambda: len(provider.calls_seen) >= THREADS * 3 // 4)
        pages, webhooks = times_beside(buying, shop)
    provider.heals()

    assert percentile(pages, 95) < CATALOG_P95
    assert percentile(webhooks, 99) < WEBHOOK_P99
    too_many = [(buyer, link) for buyer, link in buying.result() if not link.startswith(provider.url)]
    assert len(too_many) >= BUYERS - THREADS * 7 // 8
    for buyer, page in too_many:
        assert "Nothing was charged" in buyer.opens(page).text
        paid_at = buyer.sends(buyer.opens(page).form("/pay")).headers["location"]
        assert paid_at.startswith(provider.url)
