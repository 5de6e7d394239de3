"""Two shops and two workers on one PostgreSQL, and two processes on SQLite: the last pieces are sold once."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from ..at_once import all_at_once
from ..buyer import COFFEE, DETAILS, Buyer
from ..databases import POSTGRESQL
from ..processes import Shop
from ..spoiling_proxy import SpoilingProxy

pytestmark = pytest.mark.alone
BUYERS, PIECES, ROUNDS = 200, 10, 3


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
