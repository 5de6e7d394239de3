"""Many at once: buyers of the last pieces, one buyer's impatient clicks, and ends that come together."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
import requests

from ..at_once import all_at_once
from ..buyer import COFFEE, DETAILS, Buyer
from ..events import session_event
from ..pages import Page
from ..processes import Shop
from ..spoiling_proxy import RESET_AFTER, Spoiled, SpoilingProxy, delay

ROUNDS = 20
# The session is made, and the shop does not learn it; but Xendit has answered, so however often it comes, calls go on.
MADE_AND_NOT_TOLD = Spoiled(status=503, body=b'{"error_code": "CHANNEL_UNAVAILABLE"}')


@pytest.fixture(scope="module")
def shop(shop_of_provider: Shop) -> Shop:
    return shop_of_provider


def two_products(shop: Shop) -> list[str]:
    return [slug for (slug,) in shop.sql("SELECT slug FROM products WHERE slug != ? LIMIT 2", COFFEE)]


def ready_to_pay(buyer: Buyer) -> Callable[[], requests.Response]:
    """Open the checkout and fill it in; what is returned presses the button."""
    form = buyer.opens("/checkout").form("/checkout")
    cookies = buyer.browser.cookies.copy()
    fields = {**form.fields, **DETAILS}
    return lambda: requests.post(form.action, data=fields, cookies=cookies, timeout=30, allow_redirects=False)


def new_buyer_of(shop: Shop, *slugs: str) -> Buyer:
    buyer = Buyer(shop)
    for slug in slugs:
        assert buyer.adds(slug).status_code == 303
    return buyer


def orders_since(shop: Shop, newest: int) -> list[tuple]:
    return shop.sql("SELECT id, number, status FROM orders WHERE id > ? ORDER BY id", newest)


def newest_order(shop: Shop) -> int:
    return shop.sql("SELECT coalesce(max(id), 0) FROM orders")[0][0]


def test_fifty_buyers_share_five_pieces_and_the_others_are_told_so(shop: Shop, provider: SpoilingProxy):
    slug, _ = two_products(shop)
    shop.set_stock(slug, 5)
    newest = newest_order(shop)
    with ThreadPoolExecutor(10) as pool:
        buyers = list(pool.map(lambda _: new_buyer_of(shop, slug), range(50)))
        presses = list(pool.map(ready_to_pay, buyers))

    answers = all_at_once(presses)

    assert Counter(answer.status_code for answer in answers) == {303: 5, 422: 45}
    links = [answer.headers["location"] for answer in answers if answer.status_code == 303]
    assert all(link.startswith(provider.url) for link in links) and len(set(links)) == 5
    assert all("sold out" in Page(answer).text for answer in answers if answer.status_code == 422)
    assert [status for _, _, status in orders_since(shop, newest)] == ["pending"] * 5
    assert shop.stock(slug) == 0


@pytest.mark.parametrize("seconds", [0, 0.5], ids=["quick provider", "slow provider"])
def test_ten_clicks_on_the_same_checkout_make_one_order_and_one_session(
    shop: Shop, provider: SpoilingProxy, seconds: float
):
    before, newest = shop.stock(COFFEE), newest_order(shop)
    press = ready_to_pay(new_buyer_of(shop, COFFEE))
    provider.will("create", delay(seconds))

    answers = all_at_once([press] * 10)

    orders = orders_since(shop, newest)
    assert len(orders) == 1
    assert provider.created(orders[0][1]) == [f"{orders[0][1]}-A1"]
    link = provider.session_for(f"{orders[0][1]}-A1")["payment_link_url"]
    assert [(answer.status_code, answer.headers.get("location")) for answer in answers] == [(303, link)] * 10
    assert shop.stock(COFFEE) == before - 1


def test_ten_clicks_on_pay_again_make_one_session(shop: Shop, provider: SpoilingProxy, buyer: Buyer):
    buyer.adds()
    provider.will("create", RESET_AFTER)
    buyer.checks_out()
    form = buyer.opens(buyer.order).form("/pay")

    answers = all_at_once([partial(buyer.sends, form)] * 10)

    number = buyer.status()["number"]
    assert provider.created(number) == [f"{number}-A1", f"{number}-A2"]
    link = provider.session_for(f"{number}-A2")["payment_link_url"]
    assert [answer.headers["location"] for answer in answers] == [link] * 10


def test_two_tabs_with_the_same_cart_lead_to_the_same_payment_page(shop: Shop, buyer: Buyer):
    before = shop.stock(COFFEE)
    buyer.adds()
    first, second = (buyer.opens("/checkout").form("/checkout") for _ in range(2))

    answers = [buyer.sends(form, **DETAILS) for form in (first, second)]

    assert answers[0].status_code == 303
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert shop.stock(COFFEE) == before - 1


def test_a_tab_that_shows_an_old_total_asks_again_before_it_takes_an_order(shop: Shop, buyer: Buyer):
    before, newest = shop.stock(COFFEE), newest_order(shop)
    buyer.adds()
    old_tab = buyer.opens("/checkout").form("/checkout")
    buyer.adds()

    answer = buyer.sends(old_tab, **DETAILS)

    assert answer.status_code == 422
    assert orders_since(shop, newest) == []
    assert shop.stock(COFFEE) == before


def test_two_buyers_of_the_same_two_products_in_opposite_order_do_not_block_each_other(shop: Shop):
    slugs = two_products(shop)
    for _ in range(5):
        newest = newest_order(shop)
        for slug in slugs:
            shop.set_stock(slug, 1)
        presses = [ready_to_pay(new_buyer_of(shop, *each)) for each in (slugs, slugs[::-1])]

        answers = all_at_once(presses)

        assert sorted(answer.status_code for answer in answers) == [303, 422]
        assert len(orders_since(shop, newest)) == 1
        assert [shop.stock(slug) for slug in slugs] == [0, 0]


def test_the_last_piece_can_be_bought_by_the_next_once_it_is_given_back(shop: Shop):
    slug, _ = two_products(shop)
    shop.set_stock(slug, 1)
    first, second = new_buyer_of(shop, slug), new_buyer_of(shop, slug)
    press = ready_to_pay(second)
    first.checks_out()
    assert press().status_code == 422

    first.presses("cancel")

    assert new_buyer_of(shop, slug).checks_out().status_code == 303
    assert shop.stock(slug) == 0


def test_an_order_is_never_both_canceled_and_paid(shop: Shop, provider: SpoilingProxy):
    before, ends = shop.stock(COFFEE), Counter()
    for number in range(ROUNDS):
        buyer = Buyer(shop)
        buyer.goes_to_pay()
        cancel, session_id = buyer.opens(buyer.order).form("/cancel"), buyer.session_id
        # From 1 ms to 0.6 s, so that now the one comes first and now the other.
        pay = partial(provider.is_paid_on_its_page, session_id, after=0.001 * 1.4**number)

        all_at_once([partial(buyer.sends, cancel), pay])

        status, session = buyer.status(), provider.record(session_id)
        assert (status["status"], session["status"]) in {("paid", "COMPLETED"), ("canceled", "CANCELED")}
        assert not status["attention"]
        ends[status["status"]] += 1

    assert set(ends) == {"paid", "canceled"}
    assert shop.stock(COFFEE) == before - ends["paid"]


def test_a_payment_page_that_opens_while_the_order_is_canceled_is_closed_again(shop: Shop, provider: SpoilingProxy):
    before, buyers = shop.stock(COFFEE), [Buyer(shop) for _ in range(ROUNDS // 2)]
    for buyer in buyers:
        buyer.adds()
        provider.will("create", MADE_AND_NOT_TOLD)
        buyer.checks_out()
        page = buyer.opens(buyer.order)

        all_at_once([partial(buyer.sends, page.form("/cancel")), partial(buyer.sends, page.form("/pay"))])

    assert {buyer.status()["status"] for buyer in buyers} == {"closing"}
    shop.sql("UPDATE attempts SET expires_at = '2000-01-01' WHERE session_id IS NULL")
    shop.make_everything_due()
    # The running worker may have spent its polls of this minute on the orders of other tests.
    shop.flask("worker", "--once")
    for buyer in buyers:
        buyer.waits_until("canceled")
    shown = [attempt.session_id for buyer in buyers for attempt in buyer.attempts() if attempt.session_id]
    assert {provider.record(session_id)["status"] for session_id in shown} <= {"CANCELED"}
    assert shop.stock(COFFEE) == before


def test_stock_comes_back_once_when_cancel_and_expiry_come_together(shop: Shop, provider: SpoilingProxy):
    before = shop.stock(COFFEE)
    for _ in range(ROUNDS // 2):
        buyer = Buyer(shop)
        buyer.goes_to_pay(quantity=2)
        cancel = buyer.opens(buyer.order).form("/cancel")
        expired = session_event("expired", provider.change(buyer.session_id, status="EXPIRED"))

        all_at_once(
            [
                partial(buyer.sends, cancel),
                partial(shop.send_webhook, expired),
                partial(buyer.opens, f"{buyer.order}/cancel"),
            ]
        )
        buyer.waits_until("canceled")

    shop.make_everything_due()
    shop.flask("worker", "--once")
    assert shop.stock(COFFEE) == before


def test_none_of_this_was_unforeseen(shop: Shop):
    assert "Traceback" not in shop.process.output() + shop.worker.output()
