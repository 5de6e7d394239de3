"""Two shops and two workers on one PostgreSQL, and two processes on SQLite: nothing is sold or counted twice."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
import requests

from ..at_once import all_at_once
from ..buyer import COFFEE, DETAILS, Buyer
from ..databases import POSTGRESQL
from ..events import session_event
from ..processes import Shop
from ..spoiling_proxy import SpoilingProxy
from ..waiting import wait_until

pytestmark = pytest.mark.alone
BUYERS, PIECES, ROUNDS = 200, 10, 3
COPIES = 100


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory, provider: SpoilingProxy, database: str) -> Iterator[list[Shop]]:
    """One of two processes; on PostgreSQL another one beside it, with the same database."""
    shops = [Shop(tmp_path_factory.mktemp("shop"), provider.url, database=database)]
    if database == POSTGRESQL:
        shops.append(Shop(tmp_path_factory.mktemp("other"), provider.url, database=shops[0].database))
    yield shops
    for shop in reversed(shops):
        shop.end()
    shops[0].database.drop()


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


def test_of_200_buyers_ten_get_the_last_ten_pieces_each_time(shops: list[Shop]):
    with ThreadPoolExecutor(8) as pool:
        presses = list(pool.map(ready_to_pay, (shops * BUYERS)[:BUYERS]))
    for _ in range(ROUNDS):
        forget_orders(shops[0])

        answers = all_at_once(presses)

        assert Counter(answer.status_code for answer in answers) == {303: PIECES, 422: BUYERS - PIECES}
        assert not [answer for answer in answers if "locked" in answer.text]
        assert shops[0].sql("SELECT count(*) FROM orders WHERE status = 'pending'") == [(PIECES,)]
        assert shops[0].stock(COFFEE) == 0
    assert "Traceback" not in "".join(process.output() for shop in shops for process in (shop.process, shop.worker))


def test_a_hundred_copies_of_one_event_count_once(shops: list[Shop], provider: SpoilingProxy):
    shop, buyer = shops[0], Buyer(shops[0])
    shop.set_stock(COFFEE, PIECES)
    buyer.goes_to_pay()
    session = provider.complete(buyer.session_id)
    copy, of_it = session_event("completed", session), (session["payment_session_id"],)

    answers = all_at_once([partial(shop.send_webhook, copy) for shop in (shops * COPIES)[:COPIES]])

    assert [answer.status_code for answer in answers] == [200] * COPIES
    buyer.waits_until("paid")
    wait_until(lambda: not shop.sql("SELECT id FROM webhook_events WHERE processed_at IS NULL"))
    assert shop.sql("SELECT times FROM webhook_events WHERE session_id = ?", *of_it) == [(COPIES,)]
    order = "FROM attempts a JOIN {} ON {}.order_id = a.order_id WHERE a.session_id = ?"
    moves = shop.sql(f"SELECT to_status {order.format('order_events e', 'e')}", *of_it)
    assert moves.count(("paid",)) == 1
    assert shop.sql(f"SELECT kind {order.format('outbox o', 'o')}", *of_it) == [("paid",)]
    assert shop.sql("SELECT count(*) FROM payments WHERE payment_id = ?", session["payment_id"]) == [(1,)]
    assert shop.stock(COFFEE) == PIECES - 1
