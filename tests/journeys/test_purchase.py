"""A purchase from the catalog to the paid order, through shop, worker and sandbox."""

from ..buyer import COFFEE, Buyer
from ..processes import Sandbox, Shop
from ..waiting import wait_until


def test_an_order_is_paid_though_the_buyer_never_returns(buyer: Buyer):
    link = buyer.goes_to_pay()

    buyer.pays_by_qris(link)

    assert buyer.waits_until("paid")["payment"] == {"status": "COMPLETED", "failure_code": None}


def test_the_buyer_comes_back_to_a_receipt_and_an_empty_cart(buyer: Buyer):
    link = buyer.goes_to_pay(quantity=2)

    page = buyer.opens(buyer.pays_by_qris(link))

    assert page.url == f"{buyer.order}/complete"
    assert "order is paid" in page.text
    assert "Siti Rahayu" in page.text
    assert "Your cart is empty" in buyer.opens("/cart").text


def test_a_failed_try_shows_its_reason_and_leaves_the_order_payable(shop: Shop, buyer: Buyer):
    link = buyer.goes_to_pay()

    buyer.fails_by_qris(link)
    wait_until(lambda: buyer.status()["payment"]["failure_code"])
    page = buyer.opens(f"{buyer.order}/cancel")

    assert buyer.status()["status"] == "pending"
    assert "try again" in page.text.lower()
    assert buyer.presses("pay").headers["location"] == link


def test_a_canceled_order_gives_its_stock_back_once_the_session_is_closed(shop: Shop, sandbox: Sandbox, buyer: Buyer):
    before = shop.stock(COFFEE)
    buyer.goes_to_pay(quantity=3)
    assert shop.stock(COFFEE) == before - 3

    buyer.presses("cancel")

    assert buyer.status()["status"] == "canceled"
    assert sandbox.session(buyer.session_id)["status"] == "CANCELED"
    assert shop.stock(COFFEE) == before


def test_an_expired_session_closes_the_order_and_gives_the_stock_back_once(shop: Shop, sandbox: Sandbox, buyer: Buyer):
    before = shop.stock(COFFEE)
    buyer.goes_to_pay(quantity=3)

    sandbox.expire(buyer.session_id)

    assert buyer.waits_until("canceled")["payment"]["status"] == "EXPIRED"
    shop.flask("worker", "--once")
    assert shop.stock(COFFEE) == before


def test_the_same_cart_goes_on_with_the_open_order(shop: Shop, buyer: Buyer):
    link = buyer.goes_to_pay()
    number = buyer.status()["number"]

    again = buyer.checks_out()

    assert again.headers["location"] == link
    assert buyer.status()["number"] == number


def test_a_changed_cart_closes_the_open_order_first(shop: Shop, sandbox: Sandbox, buyer: Buyer):
    before = shop.stock(COFFEE)
    buyer.goes_to_pay(quantity=2)
    first, first_session = buyer.order, buyer.session_id

    buyer.goes_to_pay(quantity=1)

    assert buyer.order != first
    assert buyer.opens(first).text.count("canceled")
    assert sandbox.session(first_session)["status"] == "CANCELED"
    assert shop.stock(COFFEE) == before - 3
