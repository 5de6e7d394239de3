"""Journeys in a real browser on a phone, without scripts; and what a browser finds on the shop's pages."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from ..buyer import CHALLENGE_CARD, COFFEE, DETAILS, Buyer
from ..processes import Sandbox, Shop

LABELS = {
    "given_names": "Given names", "surname": "Surname", "email": "E-mail", "mobile_number": "Mobile number",
    "address_line1": "Address", "city": "City", "postal_code": "Postal code",
}  # fmt: skip
CARD = {"Card number": CHALLENGE_CARD, "Expiry (MM/YY)": "12/39", "CVN": "123", "Name on card": "Siti Rahayu"}
PAY = re.compile("^Pay Rp")
STATES = ["catalog", "product", "sold out", "cart", "empty cart", "checkout", "checkout with errors", "unpaid",
          "failed try", "checking", "paid", "canceled", "not found"]  # fmt: skip
# The waiting page refreshes itself for those without scripts; it has a link that stops it (WCAG 2.2.1).
AXE_OPTIONS = {"rules": {"meta-refresh": {"enabled": False}}}


def fills_cart(page: Page, shop: Shop) -> None:
    page.goto(f"{shop.url}/products/{COFFEE}")
    page.get_by_role("button", name="Add to cart").click()


def fills_in(page: Page, **changes: str) -> None:
    for field, value in {**DETAILS, **changes}.items():
        page.get_by_label(LABELS[field]).fill(value)


def reaches_hosted_page(page: Page, shop: Shop, sandbox: Sandbox) -> None:
    fills_cart(page, shop)
    page.get_by_role("link", name="Go to checkout").click()
    fills_in(page)
    page.get_by_role("button", name=PAY).click()
    expect(page).to_have_url(re.compile(re.escape(f"{sandbox.url}/checkout/")))


def pays_by_card(page: Page, bank_says: str) -> None:
    if not page.get_by_label("Card number").is_visible():
        page.locator("summary", has_text="Credit or debit card").click()
    for label, value in CARD.items():
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name=PAY).click()
    page.get_by_role("radio", name=bank_says).check()
    page.get_by_role("button", name="Continue").click()


def pays_by_qris(page: Page) -> None:
    page.locator("summary", has_text="QRIS").click()
    page.get_by_role("button", name="Simulate: paid").click()


def newest_order(shop: Shop) -> Buyer:
    """The order that the browser has just placed, as its status page tells it."""
    order = Buyer(shop)
    order.order = order.order_page()
    return order


def tabs_to(page: Page, target: Locator) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab never reached {target}")


def has_no_sideways_scroll(page: Page, width: int) -> bool:
    page.set_viewport_size({"width": width, "height": 740})
    return page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_card_that_fails_its_3ds_check_can_try_again_and_pay(page: Page, shop: Shop, sandbox: Sandbox):
    reaches_hosted_page(page, shop, sandbox)

    pays_by_card(page, "UNAUTHENTICATED")
    expect(page.get_by_role("alert")).to_contain_text("failed")
    pays_by_card(page, "Pass AUTHENTICATED")

    expect(page).to_have_url(re.compile(r"/order/[^/]+/complete"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("paid")
    expect(page.get_by_role("main")).to_contain_text("Rp103.000")
    page.goto(f"{shop.url}/cart")
    expect(page.get_by_role("main")).to_contain_text("empty")


def test_no_browser_makes_something_else_of_what_was_typed(page: Page, shop: Shop):
    typed = {"email": "siti@ſhop.example", "address_line1": "Jalan Mawar " * 20, "mobile_number": "0812\u200b" * 20}
    fills_cart(page, shop)
    page.goto(f"{shop.url}/checkout")

    fills_in(page, **typed)
    page.get_by_role("button", name=PAY).click()

    for field, seen in {**typed, "mobile_number": "0812" * 20}.items():
        expect(page.get_by_label(LABELS[field])).to_have_value(seen.strip())
        expect(page.get_by_label(LABELS[field])).to_have_attribute("aria-invalid", "true")


def test_a_buyer_who_left_comes_back_to_the_kept_order_and_pays(page: Page, shop: Shop, sandbox: Sandbox):
    reaches_hosted_page(page, shop, sandbox)

    page.get_by_role("link", name="Back to merchant").click()
    expect(page).to_have_url(re.compile(r"/order/[^/]+/cancel"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("not paid")
    page.get_by_role("button", name=PAY).click()
    pays_by_qris(page)

    expect(page.get_by_role("heading", level=1)).to_contain_text("your order is paid")
    assert newest_order(shop).status()["status"] == "paid"


def test_when_the_time_to_pay_is_over_both_pages_say_so(page: Page, shop: Shop, sandbox: Sandbox):
    reaches_hosted_page(page, shop, sandbox)
    order = newest_order(shop)

    sandbox.expire(order.session_id)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("no longer available")
    order.waits_until("canceled")
    page.get_by_role("link", name="Back to merchant").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("canceled")
    expect(page.get_by_role("main")).to_contain_text("No money was taken")
    expect(page.get_by_role("button", name=PAY)).to_have_count(0)


def test_the_back_button_never_leads_from_paid_to_another_payment(page: Page, shop: Shop, sandbox: Sandbox):
    reaches_hosted_page(page, shop, sandbox)
    pays_by_qris(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("paid")

    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Payment received")
    page.go_back()

    expect(page.get_by_role("button", name=PAY)).to_have_count(0)
    expect(page.get_by_role("main")).to_contain_text("empty")
    assert newest_order(shop).status()["status"] == "paid"


def test_a_double_click_on_pay_makes_one_order(page: Page, shop: Shop, sandbox: Sandbox):
    fills_cart(page, shop)
    page.goto(f"{shop.url}/checkout")
    fills_in(page)
    before = shop.sql("SELECT count(*) FROM orders")[0][0]

    page.get_by_role("button", name=PAY).dblclick()

    expect(page).to_have_url(re.compile(re.escape(f"{sandbox.url}/checkout/")))
    assert shop.sql("SELECT count(*) FROM orders")[0][0] == before + 1
    assert len(newest_order(shop).attempts()) == 1


def test_the_keyboard_alone_leads_from_the_catalog_to_the_hosted_page(page: Page, shop: Shop, sandbox: Sandbox):
    page.goto(shop.url)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    tabs_to(page, page.get_by_role("main").locator(f'a[href="/products/{COFFEE}"]').first)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{shop.url}/products/{COFFEE}")
    tabs_to(page, page.get_by_role("button", name="Add to cart"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{shop.url}/cart")
    tabs_to(page, page.get_by_role("link", name="Go to checkout"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{shop.url}/checkout")
    for field, value in DETAILS.items():
        tabs_to(page, page.get_by_label(LABELS[field]))
        page.keyboard.type(value)

    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(re.escape(f"{sandbox.url}/checkout/")))


def test_after_a_mistake_the_summary_has_the_focus_and_its_links_lead_to_the_fields(page: Page, shop: Shop):
    fills_cart(page, shop)
    page.goto(f"{shop.url}/checkout")
    fills_in(page, email="siti@", city="")

    page.get_by_role("button", name=PAY).click()

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))
    for label, message in (("E-mail", "e-mail"), ("City", "city")):
        summary.get_by_role("link", name=message).click()
        expect(page.get_by_label(label)).to_be_focused()
    expect(page.get_by_label("E-mail")).to_have_value("siti@")


def test_a_visit_to_localhost_ends_at_the_public_name_with_a_working_cart(page: Page, shop: Shop):
    page.goto(f"http://localhost:{shop.port}/products/{COFFEE}?from=mail")
    expect(page).to_have_url(f"{shop.url}/products/{COFFEE}?from=mail")

    page.get_by_role("button", name="Add to cart").click()

    expect(page).to_have_url(f"{shop.url}/cart")
    expect(page.get_by_role("main")).to_contain_text("Rp103.000")


def opens_state(page: Page, buyer: Buyer, state: str) -> None:
    """Bring a buyer into a state without the browser, and open the page that shows it."""
    addresses = {"catalog": "/", "product": f"/products/{COFFEE}", "sold out": "/products/lotus-seed-mooncake",
                 "cart": "/cart", "empty cart": "/cart", "checkout": "/checkout", "checkout with errors": "/checkout",
                 "not found": "/nope"}  # fmt: skip
    if state in addresses:
        if state not in ("catalog", "empty cart"):
            buyer.adds()
        address = buyer.shop.url + addresses[state]
    else:
        address = _order_in_state(buyer, state)
    cookies = [{"name": name, "value": value, "url": buyer.shop.url} for name, value in buyer.browser.cookies.items()]
    page.context.add_cookies(cookies)
    page.goto(address)
    if state == "checkout with errors":
        page.get_by_role("button", name=PAY).click()
        expect(page).to_have_title(re.compile("^Error: "))


def _order_in_state(buyer: Buyer, state: str) -> str:
    link = buyer.goes_to_pay()
    if state == "paid":
        buyer.pays_by_qris(link)
        buyer.waits_until("paid")
    elif state == "canceled":
        buyer.presses("cancel")
        buyer.waits_until("canceled")
    elif state == "failed try":
        buyer.fails_by_qris(link)
        return f"{buyer.order}/cancel"
    return f"{buyer.order}/complete" if state == "checking" else buyer.order


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_that_keeps_anybody_out(scripted_page: Page, buyer: Buyer, state: str):
    opens_state(scripted_page, buyer, state)

    found = Axe().run(scripted_page, options=AXE_OPTIONS)

    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("state", STATES)
def test_no_page_scrolls_sideways(page: Page, buyer: Buyer, state: str):
    opens_state(page, buyer, state)

    assert [width for width in (320, 360, 1280) if not has_no_sideways_scroll(page, width)] == []


def test_a_long_word_or_name_does_not_widen_a_page(page: Page, buyer: Buyer):
    buyer.adds()
    buyer.checks_out(given_names="W" * 100, address_line1="M" * 200, city="m" * 100, email=f"{'w' * 64}@example.com")
    page.context.add_cookies([
        {"name": name, "value": value, "url": buyer.shop.url} for name, value in buyer.browser.cookies.items()
    ])  # fmt: skip

    for address in (buyer.order, f"{buyer.shop.url}/checkout", f"{buyer.shop.url}/?q={'W' * 100}"):
        page.goto(address)

        assert has_no_sideways_scroll(page, 320), address


def test_the_waiting_page_looks_again_by_itself_and_can_be_stopped(page: Page, buyer: Buyer):
    opens_state(page, buyer, "checking")
    refresh = page.locator('meta[http-equiv="refresh"]')
    expect(refresh).to_have_count(1)

    with page.expect_navigation(url=re.compile("looks=1")):
        pass
    page.goto(f"{buyer.order}/complete?looks=12")

    expect(refresh).to_have_count(0)
    expect(page.get_by_role("main")).to_contain_text("stopped")
