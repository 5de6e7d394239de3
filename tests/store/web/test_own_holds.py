"""What a buyer reads of the pieces that their own orders hold: never that they are gone."""

from ...buyer import Buyer
from ...in_process import Sandbox, Shop
from ...pages import Page

LAST = "jasmine-tea"


def test_the_buyers_own_last_piece_is_never_sold_out_to_them(shop: Shop, sandbox: Sandbox, buyer: Buyer):
    shop.set_stock(LAST, 1)
    buyer.goes_to_pay(LAST)
    buyer.adds(quantity=1)
    sandbox.spoil("cancel_session", "error", status=503)

    answer = buyer.checks_out(city="Surabaya")
    page = Page(answer)

    assert answer.status_code == 503
    assert "is still being canceled" in page.text
    assert 'value="Surabaya"' in page.html
    for address in ("/cart", "/checkout", f"/products/{LAST}"):
        assert "sold out" not in buyer.opens(address).text.lower()
    assert LAST in buyer.opens("/cart").html
    assert buyer.checks_out().headers["location"].startswith(sandbox.url)
    assert shop.stock(LAST) == 0


def test_a_piece_that_another_buyer_holds_is_sold_out(shop: Shop, buyer: Buyer):
    shop.set_stock(LAST, 1)
    Buyer(shop).goes_to_pay(LAST)

    assert "sold out" in buyer.opens(f"/products/{LAST}").text.lower()
