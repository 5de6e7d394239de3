"""The cookies: which answers set one, what it is called, and that a late answer brings back no old cart."""

import re
from pathlib import Path

import pytest
import requests

from store import COOKIE_LIFE
from store.rules import clock
from store.web.visitor import cookie_name

from ...buyer import COFFEE, Buyer
from ...in_process import Sandbox, Shop
from ...pages import Page
from ...standing_clock import StandingClock

READ = ["/", "/?q=tea", f"/products/{COFFEE}", "/cart", "/cart/update", "/checkout", "{order}", "{order}/pay",
        "{order}/complete", "{order}/cancel", "{order}/status", "/nope", "/healthz", "/static/css/base.css",
        "/static/nope"]  # fmt: skip


def cookies_of(answer: requests.Response) -> dict[str, list[str]]:
    """The cookies that an answer sets, with their attributes, by name."""
    found = (line.split("; ") for line in answer.raw.headers.getlist("Set-Cookie"))
    return {first.partition("=")[0]: attributes for first, *attributes in found}


def adds(shop: Shop, browser: requests.Session, slug: str = COFFEE, **headers: str) -> requests.Response:
    """Add a product as a browser does that says where the form comes from."""
    headers = {"Sec-Fetch-Site": "same-origin", **headers}
    form = {"slug": slug, "quantity": "1"}
    return browser.post(f"{shop.url}/cart", data=form, headers=headers, allow_redirects=False)


@pytest.mark.parametrize("path", READ)
def test_an_answer_that_only_reads_sets_no_cookie(ordered: Buyer, path: str):
    ordered.opens("/cart")  # which says once what has been added

    assert cookies_of(ordered.gets(path)) == {}


@pytest.mark.parametrize("path", READ[:-4])
def test_a_first_look_sets_no_cookie(shop: Shop, ordered: Buyer, path: str):
    stranger = Buyer(shop)
    stranger.order = ordered.order

    assert cookies_of(stranger.gets(path)) == {}


def test_a_static_file_is_the_same_for_everybody(ordered: Buyer):
    answer = ordered.gets("/static/css/base.css")

    assert "public" in answer.headers["Cache-Control"]
    assert "Cookie" not in answer.headers.get("Vary", "")


@pytest.mark.parametrize("path", ["/", "/cart", "/static/css/base.css", "{order}"])
def test_a_late_answer_does_not_undo_what_was_put_into_the_cart_meanwhile(ordered: Buyer, path: str):
    late = ordered.gets(path)
    ordered.adds("jasmine-tea")

    for cookie in late.cookies:
        ordered.browser.cookies.set_cookie(cookie)

    assert set(ordered.opens("/cart").products) == {COFFEE, "jasmine-tea"}


def test_a_late_page_of_a_paid_order_does_not_undo_a_new_cart(buyer: Buyer):
    buyer.pays_by_qris(buyer.goes_to_pay())
    buyer.waits_until("paid")
    late = buyer.gets("/")

    buyer.adds("jasmine-tea")
    for cookie in late.cookies:
        buyer.browser.cookies.set_cookie(cookie)

    assert buyer.opens("/cart").products == ["jasmine-tea"]


def test_the_cart_is_without_what_was_paid_whatever_is_done_next(buyer: Buyer):
    link = buyer.goes_to_pay()
    buyer.adds("jasmine-tea")
    buyer.pays_by_qris(link)
    buyer.waits_until("paid")

    looked_at = buyer.opens("/cart")
    buyer.goes_to_pay("rose-soap")

    assert looked_at.products == ["jasmine-tea"]
    assert set(buyer.opens("/cart").products) == {"jasmine-tea", "rose-soap"}


@pytest.mark.parametrize("hours", [1, 48, -1, -48])
def test_a_cart_and_an_order_stay_their_buyers_though_the_clock_is_set(shop: Shop, hours: int):
    standing = StandingClock(clock.now())
    with clock.using(standing):
        buyer = Buyer(shop)
        buyer.goes_to_pay()
        buyer.adds("jasmine-tea")

        standing.jumps(hours=hours)

        assert set(buyer.opens("/cart").products) == {COFFEE, "jasmine-tea"}
        assert "Siti" in buyer.opens(buyer.order).text


def test_a_cart_is_kept_for_its_time_and_no_longer(shop: Shop):
    standing = StandingClock(clock.now())
    with clock.using(standing):
        buyer = Buyer(shop)
        buyer.adds()

        standing.jumps(seconds=COOKIE_LIFE.total_seconds())
        kept = buyer.opens("/cart").products
        standing.jumps(seconds=1)

        assert (kept, buyer.opens("/cart").products) == ([COFFEE], [])


def test_a_notice_is_said_once_and_on_its_page_alone(shop: Shop):
    browser = shop.browser()
    adds(shop, browser)

    elsewhere, told, again = (browser.get(shop.url + path).text for path in ("/", "/cart", "/cart"))

    assert "is in your cart" not in elsewhere
    assert told.count("is in your cart") == 1
    assert "is in your cart" not in again


def test_a_notice_that_was_said_on_a_page_below_its_own_is_not_said_again(shop: Shop):
    browser = shop.browser()
    adds(shop, browser)

    own = {"Sec-Fetch-Site": "same-origin"}
    told = browser.post(f"{shop.url}/cart/update", data={"slug": COFFEE, "quantity": "x"}, headers=own)
    again = browser.get(f"{shop.url}/cart")

    assert told.status_code == 422
    assert told.text.count("is in your cart") == 1
    assert "is in your cart" not in again.text


@pytest.mark.parametrize("value", ["", "x", "W10.x", '["<b>"]', "\xff"])
def test_a_forged_notice_is_not_shown(buyer: Buyer, value: str):
    name = cookie_name(buyer.shop.url) + "-notices"

    answer = buyer.browser.get(f"{buyer.shop.url}/cart", headers={"cookie": f"{name}={value}".encode("latin-1")})

    assert answer.status_code == 200
    assert 'class="notice"' not in answer.text


def test_whose_browser_keeps_no_cookies_reads_why_the_cart_is_empty(shop: Shop):
    answer = adds(shop, shop.browser())

    page = Page(shop.browser().get(shop.url + answer.headers["location"]))

    assert "Your cart is empty" in page.text
    assert "Please allow cookies for this shop" in page.text


def test_whose_cart_is_empty_and_browser_keeps_cookies_reads_nothing_of_them(buyer: Buyer):
    buyer.adds()
    buyer.sends(buyer.opens("/cart").form("/remove"))

    assert "cookies" not in buyer.opens("/cart").text


@pytest.mark.parametrize(
    ("public_url", "name"),
    [
        ("http://127.0.0.1:8000", "warung-8000"), ("http://127.0.0.1:8080", "warung-8080"),
        ("http://shop.example", "warung"), ("https://shop.example", "__Host-warung"),
        ("https://shop.example:8443", "__Host-warung-8443"),
    ],
)  # fmt: skip
def test_a_cookie_is_named_for_the_shop_and_its_port(public_url: str, name: str):
    assert cookie_name(public_url) == name


def test_cookies_are_hidden_from_scripts_and_other_sites(shop: Shop):
    cookies = cookies_of(adds(shop, shop.browser()))

    assert list(cookies) == [f"warung-{shop.port}-notices", f"warung-{shop.port}"]
    for attributes in cookies.values():
        assert {"HttpOnly", "SameSite=Lax"} <= set(attributes)


def test_behind_https_cookies_are_bound_to_host_and_https(tmp_path: Path):
    shop = Shop(tmp_path, Sandbox(), PUBLIC_URL="https://shop.example")

    cookies = cookies_of(adds(shop, shop.browser(), host="shop.example"))

    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookies["__Host-warung"])
    assert {"Secure", "HttpOnly", "Path=/cart", "SameSite=Lax"} <= set(cookies["__Secure-warung-notices"])
    assert not re.search("domain", str(cookies), re.IGNORECASE)
