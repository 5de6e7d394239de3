"""The cart's pages: what they show, what they refuse, and what they say when something had to change."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from ...buyer import CATALOG, COFFEE, Buyer
from ...in_process import Shop
from ...pages import Page

FEW = "mahjong-set"  # 2 pieces
FLIP_FLOPS = "blue-flip-flops"
SOLD_OUT = [slug for slug, product in CATALOG.items() if not product["stock"]]
COOKIE_LIMIT = 4_096
BAD_QUANTITIES = [
    "", "-1", "+1", "1.5", "1e3", "NaN", "１", "١٢", " 7 ", "7 ", "1_000", "01", "100", str(2**63), "1\0", "abc",
    "<b>1</b>", "9" * 10_000,
]  # fmt: skip


def cart_count(page: Page) -> int:
    return int(re.search(r"\bCart\s+(\d+)", page.text)[1])


def changes(buyer: Buyer, slug: str, quantity) -> requests.Response:
    """Send a cart line's form with another quantity."""
    forms = [form for form in buyer.opens("/cart").forms if form.fields.get("slug") == slug]
    return buyer.sends(next(form for form in forms if form.action.endswith("/update")), quantity=quantity)


def test_a_cart_adds_changes_removes_and_counts(buyer: Buyer):
    buyer.adds(COFFEE, 2)
    added = buyer.opens(buyer.adds("jasmine-tea", 1).headers["location"])
    changes(buyer, COFFEE, "3")
    changed = buyer.opens("/cart")
    buyer.sends(changed.form("/remove"))
    removed = buyer.opens("/cart")

    assert "Total Rp202.500" in added.text
    assert cart_count(added) == 3
    assert "Rp255.000" in changed.text
    assert "Total Rp287.500" in changed.text
    assert cart_count(changed) == 4
    assert removed.products == ["jasmine-tea"]
    assert "Total Rp32.500" in removed.text
    assert cart_count(removed) == 1


def test_adding_a_product_again_raises_its_quantity(buyer: Buyer):
    buyer.adds(COFFEE, 2)

    buyer.adds(COFFEE, 3)

    assert cart_count(buyer.opens("/")) == 5
    assert buyer.opens("/cart").products == [COFFEE]


def test_zero_removes_a_line_and_an_empty_cart_says_so(buyer: Buyer):
    buyer.adds()

    changes(buyer, COFFEE, "0")
    page = buyer.opens("/cart")

    assert "Your cart is empty" in page.text
    assert "Total" not in page.text
    assert cart_count(page) == 0


def test_an_empty_cart_cannot_check_out(buyer: Buyer):
    page = buyer.opens("/checkout")

    assert urlsplit(page.url).path == "/cart"
    assert "Your cart is empty" in page.text


def test_more_than_there_is_becomes_what_there_is_and_says_so(buyer: Buyer):
    added = buyer.opens(buyer.adds(FEW, 5).headers["location"])
    changed = buyer.opens(changes(buyer, FEW, "99").headers["location"])

    for page in (added, changed):
        assert "Only 2 pieces are left" in page.text
        assert cart_count(page) == 2


def test_what_sold_out_meanwhile_leaves_the_cart_and_says_so(shop: Shop, buyer: Buyer):
    buyer.adds(COFFEE)
    buyer.adds(FLIP_FLOPS, 2)
    stock = shop.stock(FLIP_FLOPS)
    shop.set_stock(FLIP_FLOPS, 0)

    cart, checkout = buyer.opens("/cart"), buyer.opens("/checkout")

    shop.set_stock(FLIP_FLOPS, stock)
    assert "sold out" in cart.text
    assert cart.products == [COFFEE]
    assert "Rp103.000" in checkout.text


@pytest.fixture
def few(shop: Shop) -> Iterator[str]:
    """A product with two pieces, whatever a test makes of them."""
    before = shop.stock(FEW)
    yield FEW
    shop.set_stock(FEW, before)


@pytest.mark.parametrize("path", ["/cart", "/checkout"])
def test_what_is_gone_meanwhile_is_said_as_long_as_it_is_so(shop: Shop, buyer: Buyer, few: str, path: str):
    buyer.adds(COFFEE)
    buyer.adds(few, 2)
    shop.set_stock(few, 1)

    told, again, elsewhere = buyer.opens(path), buyer.opens(path), buyer.opens("/")
    shop.set_stock(few, 2)

    assert told.text.count("Only 1 piece is left") == again.text.count("Only 1 piece is left") == 1
    assert cart_count(told) == cart_count(again) == cart_count(elsewhere) == 2
    assert "Only 1 piece" not in (back := buyer.opens(path)).text
    assert cart_count(back) == 3


def test_what_was_lowered_stays_so_once_the_cart_is_changed(shop: Shop, buyer: Buyer, few: str):
    buyer.adds(few, 2)
    shop.set_stock(few, 1)

    told = buyer.opens(buyer.adds(COFFEE).headers["location"])
    shop.set_stock(few, 2)

    assert told.text.count("Only 1 piece is left") == 1
    assert cart_count(buyer.opens("/cart")) == 2


def test_nothing_is_left_in_the_cart_of_what_could_not_be_ordered(shop: Shop, buyer: Buyer, few: str):
    buyer.adds(few, 2)
    shop.set_stock(few, 1)

    buyer.pays_by_qris(buyer.checks_out().headers["location"])
    buyer.waits_until("paid")
    cart = buyer.opens("/cart")

    assert "Your cart is empty" in cart.text
    assert "sold out" not in cart.text


def test_a_refused_form_also_says_what_was_lowered(shop: Shop, buyer: Buyer, few: str):
    buyer.adds(few, 2)
    form = buyer.opens("/checkout").form("/checkout")
    shop.set_stock(few, 1)

    page = Page(buyer.sends(form))

    assert page.status == 422
    assert page.text.count("Only 1 piece is left") == 1
    assert cart_count(page) == 1


def test_a_checkout_with_nothing_left_leads_to_the_cart_which_says_why(shop: Shop, buyer: Buyer, few: str):
    buyer.adds(few)
    shop.set_stock(few, 0)

    page, elsewhere = buyer.opens("/checkout"), buyer.opens("/")
    shop.set_stock(few, 2)

    assert urlsplit(page.url).path == "/cart"
    assert page.text.count("is sold out, so it was taken out of your cart") == 1
    assert "Your cart is empty" in page.text
    assert cart_count(page) == cart_count(elsewhere) == 0


def test_more_of_one_product_than_a_cart_takes_is_said(buyer: Buyer):
    first = buyer.opens(buyer.adds(COFFEE, 60).headers["location"])
    second = buyer.opens(buyer.adds(COFFEE, 60).headers["location"])

    assert "at most 99" not in first.text
    assert "You can order at most 99 of one product; your cart has been set to 99." in second.text
    assert cart_count(second) == 99


def test_where_there_are_fewer_only_their_number_is_said(buyer: Buyer):
    buyer.adds(FEW, 60)
    page = buyer.opens(buyer.adds(FEW, 99).headers["location"])

    assert "Only 2 pieces are left" in page.text
    assert "at most 99" not in page.text


@pytest.mark.parametrize("quantity", ["7", "0"])
def test_what_is_not_in_the_cart_cannot_be_changed_and_the_page_says_so(buyer: Buyer, quantity: str):
    buyer.opens(buyer.adds(COFFEE, 2).headers["location"])
    form = buyer.opens("/cart").form("/update")

    page = buyer.opens(buyer.sends(form, slug="jasmine-tea", quantity=quantity).headers["location"])

    assert "not in your cart" in page.text
    assert "updated" not in page.text
    assert cart_count(page) == 2


def test_a_bad_quantity_of_what_is_not_in_the_cart_is_still_called_bad(buyer: Buyer):
    buyer.adds(COFFEE, 2)
    form = buyer.opens("/cart").form("/update")

    page = Page(buyer.sends(form, slug="jasmine-tea", quantity="-1"))

    assert page.status == 422
    assert "Enter a quantity from 1 to 99" in page.text
    assert "aria-invalid" not in page.by_id[f"{COFFEE}-quantity"]


@pytest.mark.parametrize("slug", SOLD_OUT)
def test_a_sold_out_product_has_no_form_and_is_refused(buyer: Buyer, slug: str):
    page = buyer.opens(f"/products/{slug}")
    form = buyer.opens(f"/products/{COFFEE}").form("/cart")

    answer = buyer.sends(form, slug=slug)

    assert "Sold out" in page.text
    assert not any(each.action.endswith("/cart") for each in page.forms)
    assert answer.status_code == 422
    assert "sold out" in Page(answer).text
    assert cart_count(buyer.opens("/")) == 0


@pytest.mark.parametrize("quantity", [*BAD_QUANTITIES, "0", ["1", "2"]], ids=lambda text: ascii(text)[:24])
def test_adding_a_bad_quantity_is_refused_beside_the_field(buyer: Buyer, quantity):
    buyer.adds("jasmine-tea", 4)
    form = buyer.opens(f"/products/{COFFEE}").form("/cart")

    page = Page(buyer.sends(form, quantity=quantity))

    assert page.status == 422
    assert page.title.startswith("Error: ")
    assert page.by_id["quantity"]["aria-invalid"] == "true"
    assert page.by_id["quantity"]["aria-describedby"] in page.by_id
    assert buyer.opens("/cart").products == ["jasmine-tea"]
    assert cart_count(buyer.opens("/")) == 4


@pytest.mark.parametrize("quantity", [*BAD_QUANTITIES, ["1", "1"]], ids=lambda text: ascii(text)[:24])
def test_changing_to_a_bad_quantity_is_refused_beside_the_field(buyer: Buyer, quantity):
    buyer.adds(COFFEE, 2)
    buyer.adds("jasmine-tea", 4)

    page = Page(changes(buyer, COFFEE, quantity))

    assert page.status == 422
    assert page.title.startswith("Error: ")
    assert page.by_id[f"{COFFEE}-quantity"]["aria-invalid"] == "true"
    assert page.by_id[f"{COFFEE}-quantity"]["aria-describedby"] in page.by_id
    assert "aria-invalid" not in page.by_id["jasmine-tea-quantity"]
    assert cart_count(buyer.opens("/")) == 6


def test_a_quantity_that_is_missing_is_refused(buyer: Buyer):
    form = buyer.opens(f"/products/{COFFEE}").form("/cart")
    del form.fields["quantity"]

    assert buyer.sends(form).status_code == 422


@pytest.mark.parametrize(
    "slug", ["nope", "", "\0", "x" * 10_000, "' OR 1=1 --", "../cart"], ids=lambda slug: ascii(slug)[:20]
)
def test_a_product_that_does_not_exist_is_not_found(buyer: Buyer, slug: str):
    form = buyer.opens(f"/products/{COFFEE}").form("/cart")

    assert buyer.sends(form, slug=slug).status_code == 404
    assert cart_count(buyer.opens("/")) == 0


def test_a_forged_cart_is_no_cart(buyer: Buyer):
    buyer.adds()
    name = buyer.shop.app.config["SESSION_COOKIE_NAME"]
    forged = buyer.browser.cookies[name].replace(".", ".x", 1)

    page = Page(buyer.shop.browser().get(f"{buyer.shop.url}/cart", cookies={name: forged}))

    assert page.status == 200
    assert "Your cart is empty" in page.text


def test_a_cart_of_the_whole_catalog_fits_into_its_cookie(buyer: Buyer):
    buyer.adds(quantity=2)
    form = buyer.opens(f"/products/{COFFEE}").form("/cart")
    for slug in CATALOG:
        buyer.sends(form, slug=slug, quantity="2")

    assert set(buyer.opens("/cart").products) == set(CATALOG) - set(SOLD_OUT)
    assert len(buyer.browser.cookies[buyer.shop.app.config["SESSION_COOKIE_NAME"]]) < COOKIE_LIMIT * 3 / 4
