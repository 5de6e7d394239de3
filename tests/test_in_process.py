"""The shop and the sandbox in one process: they meet as over a network, and two pairs of them share nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import requests

from sandbox.clock import Clock
from store.database import transaction
from store.rules import clock

from .buyer import COFFEE, Buyer
from .in_process import Sandbox, Shop
from .standing_clock import StandingClock


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path, Sandbox())


def another_shop(folder: Path) -> Shop:
    (folder / "another").mkdir()
    return Shop(folder / "another", Sandbox())


def test_a_whole_purchase_needs_no_process(shop: Shop):
    buyer = Buyer(shop)

    page = buyer.opens(buyer.pays_by_qris(buyer.goes_to_pay()))

    assert page.url == f"{buyer.order}/complete"
    assert "order is paid" in page.text
    assert "Your cart is empty" in buyer.opens("/cart").text


def test_the_webhooks_and_the_worker_pay_an_order_to_which_nobody_returned(shop: Shop):
    buyer = Buyer(shop)
    buyer.pays_by_qris(buyer.goes_to_pay())
    before = buyer.status()["status"]

    shop.works()

    assert (before, buyer.status()["status"]) == ("pending", "paid")
    assert shop.sql("SELECT count(*) FROM webhook_events WHERE processed_at IS NULL") == [(0,)]


def test_two_shops_and_their_sandboxes_share_nothing(shop: Shop, tmp_path: Path):
    other = another_shop(tmp_path)
    shop.sandbox.spoil("create_session", "error", count=None)
    shop.sandbox.database.clock.jump(timedelta(days=30))
    buyer, other_buyer, stock = Buyer(shop), Buyer(other), shop.stock(COFFEE)

    buyer.adds()
    refused = buyer.checks_out()
    link = other_buyer.goes_to_pay(quantity=2)
    other_buyer.pays_by_qris(link)

    assert refused.headers["location"].startswith("/order/")
    assert (shop.stock(COFFEE), other.stock(COFFEE)) == (stock - 1, stock - 2)
    other.works()
    assert (buyer.status()["status"], other_buyer.status()["status"]) == ("pending", "paid")
    assert abs(other.sandbox.database.clock.now() - shop.sandbox.database.clock.now()) > timedelta(days=29)


def test_a_writer_of_one_shop_does_not_hold_up_another(shop: Shop, tmp_path: Path):
    buyer = Buyer(another_shop(tmp_path))

    with shop.app.app_context(), transaction(), ThreadPoolExecutor(1) as pool:
        link = pool.submit(buyer.goes_to_pay).result()

    assert link.startswith(f"{buyer.shop.sandbox.url}/")


def test_both_go_by_one_clock_so_that_a_call_which_takes_too_long_on_it_is_given_up(tmp_path: Path):
    standing = StandingClock(clock.now())
    shop = Shop(tmp_path, Sandbox(clock=Clock(standing)))
    buyer = Buyer(shop)
    shop.sandbox.spoil("create_session", "delay", milliseconds=60_000)

    with clock.using(standing):
        buyer.adds()
        answer = buyer.checks_out()

    assert answer.headers["location"].startswith("/order/")
    assert [attempt.status for attempt in buyer.attempts()] == ["SENT"]
    assert standing.monotonic() >= 60


def test_at_an_address_that_nobody_has_nobody_answers(shop: Shop):
    with pytest.raises(requests.ConnectionError):
        shop.browser().get("http://127.0.0.1:3/")


@pytest.mark.parametrize("kind", ["reset_before_work", "reset_after_work"])
def test_a_connection_that_breaks_is_an_error_for_its_caller(shop: Shop, kind: str):
    shop.sandbox.spoil("get_session", kind)

    with pytest.raises(requests.ConnectionError):
        shop.sandbox.session("ps-" + "0" * 24)


def test_an_answer_to_HEAD_has_its_headers_and_no_body(shop: Shop):
    answer = shop.browser().head(shop.url)

    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) > 0
    assert answer.content == b""


def test_cookies_and_compression_are_what_they_are_on_the_network(shop: Shop):
    browser = shop.browser()

    with browser.get(f"{shop.url}/products/{COFFEE}", headers={"accept-encoding": "gzip"}, stream=True) as answer:
        compressed = answer.raw.read(decode_content=False)

    assert compressed.startswith(b"\x1f\x8b")
    browser.post(f"{shop.url}/cart", data={"slug": COFFEE, "quantity": "1"}, headers={"Origin": shop.url})
    assert list(browser.cookies)
    assert "Set-Cookie" not in browser.get(f"{shop.url}/healthz").headers
