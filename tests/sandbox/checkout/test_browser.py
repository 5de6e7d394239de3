"""The hosted page in Chromium: each kind at 360 px without scripts, and nothing for axe to find.

Axe's rule `meta-refresh` is left out: without scripts, a page that waits can only look again by reloading
itself. The buyer loses nothing by it: the page that waits has no field to fill in, and the others reload
only once the time to pay is over.
"""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from ..conftest import CHALLENGED_CARD, GOOD_CARD, OTHER_KINDS, PRESENTS, REDIRECTS, new_customer

PHONE = {"width": 360, "height": 740}
NARROWEST = {"width": 320, "height": 640}
DESKTOP = {"width": 1280, "height": 800}
# Any address of this machine will do for the merchant's pages; those of the other tests don't exist.
SHOP = "/static/checkout.css"
LONG_REFERENCE = "W" * 64
AXE_OPTIONS = {"rules": {"meta-refresh": {"enabled": False}}}


@pytest.fixture(scope="module")
def phone(chromium):
    """A page of a browser that runs no scripts."""
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def checker(chromium):
    """A page of a second browser, for axe, which is a script itself."""
    context = chromium.new_context(viewport=PHONE, bypass_csp=True)
    yield context.new_page()
    context.close()


def go_to_channel(phone, session, code):
    """From the first page as a buyer does: unfold the group, choose the brand."""
    phone.goto(session["payment_link_url"])
    link = phone.locator(f'a[href$="/{code.lower()}"]')
    unfold(phone.locator("details", has=link))
    link.click()


def unfold(group):
    if group.get_attribute("open") is None:
        group.locator("summary").click()


def create(api, **changes):
    shop = api.address + SHOP
    return api.create(success_return_url=f"{shop}?complete", cancel_return_url=f"{shop}?cancel", **changes)


def returned(phone):
    expect(phone).to_have_url(re.compile(r"\?complete$"))


@pytest.mark.parametrize("code", [code for code in PRESENTS if OTHER_KINDS[code]["country"] == "ID"])
def test_a_code_or_number_fails_and_then_pays(api, phone, code):
    session = create(api, **OTHER_KINDS[code])
    if code == "QRIS":
        phone.goto(session["payment_link_url"])
        phone.locator("summary", has_text="QRIS").click()
    else:
        go_to_channel(phone, session, code)

    phone.get_by_label("Reason for the failure").select_option("ISSUER_UNAVAILABLE")
    phone.get_by_role("button", name="Simulate: failed").click()
    expect(phone.get_by_role("alert")).to_contain_text("The bank can’t be reached just now.")
    if code != "QRIS":
        go_to_channel(phone, session, code)
    phone.get_by_role("button", name="Simulate: paid").click()

    returned(phone)


@pytest.mark.parametrize("code", REDIRECTS)
def test_a_wallet_or_bank_is_left_declines_and_then_approves(api, phone, code):
    session = create(api, **OTHER_KINDS[code])

    go_to_channel(phone, session, code)
    phone.get_by_role("button", name="Continue to").click()
    phone.get_by_role("link", name="Leave without an answer").click()
    expect(phone.get_by_role("heading", name="Awaiting payment…")).to_be_visible()
    phone.get_by_role("link", name="Go to").click()
    phone.get_by_label("Reason for the failure").select_option("USER_DECLINED_PAYMENT")
    phone.get_by_role("button", name="Decline").click()
    expect(phone.get_by_role("alert")).to_contain_text("Payment failed")
    go_to_channel(phone, session, code)
    phone.get_by_role("button", name="Continue to").click()
    phone.get_by_role("button", name="Approve").click()

    returned(phone)


def test_a_card_fails_with_a_wrong_code_and_then_pays(api, phone):
    session = create(api)
    phone.goto(session["payment_link_url"])

    for code in ("111111", "123456"):
        fill_card(phone, CHALLENGED_CARD)
        phone.get_by_role("button", name="Pay Rp150.000").click()
        phone.get_by_label("One-time code from your bank").fill(code)
        phone.get_by_role("button", name="Confirm the code").click()
        if code == "111111":
            expect(phone.get_by_role("alert")).to_contain_text("The one-time code is wrong.")

    returned(phone)


def test_the_outcome_of_the_banks_question_can_be_chosen(api, phone):
    session = create(api)
    phone.goto(session["payment_link_url"])
    fill_card(phone, CHALLENGED_CARD)
    phone.get_by_role("button", name="Pay Rp150.000").click()

    phone.get_by_role("radio", name="AUTHENTICATION_REJECTED").check()
    phone.get_by_role("button", name="Continue").click()

    expect(phone.get_by_role("alert")).to_contain_text("The card’s owner was not confirmed.")


def test_a_card_is_saved_by_a_tick(api, phone):
    session = create(api, allow_save_payment_method="OPTIONAL", customer=new_customer())
    phone.goto(session["payment_link_url"])

    fill_card(phone, GOOD_CARD)
    phone.get_by_label("Save for faster payment next time").check()
    phone.get_by_role("button", name="Pay Rp150.000").click()

    returned(phone)
    assert api.session(session)["payment_token_id"]


def test_leaving_goes_to_the_merchant(api, phone):
    phone.goto(create(api)["payment_link_url"])

    phone.get_by_role("link", name="Back to merchant").click()

    expect(phone).to_have_url(re.compile(r"\?cancel$"))


def test_who_waits_is_taken_along_when_the_payment_comes(api, phone):
    session = create(api)
    go_to_channel(phone, session, "BCA_VIRTUAL_ACCOUNT")
    phone.get_by_role("button", name="I’ve made this payment").click()
    payment_id = phone.url.rpartition("/")[2]
    request_id = api.get(f"/v3/payments/{payment_id}").json()["payment_request_id"]

    api.post(f"/v3/payment_requests/{request_id}/simulate", json={})

    phone.wait_for_url("**?complete")


@pytest.mark.parametrize("size", [NARROWEST, PHONE, DESKTOP], ids=["320", "360", "1280"])
def test_no_page_is_wider_than_the_screen(api, buyer, checker, size):
    checker.set_viewport_size(size)

    for name, url in pages(api, buyer, "th").items():
        checker.goto(url)
        overflow = checker.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert overflow <= 0, name


# One language of each script; that no text is missing in any is tested without a browser.
@pytest.mark.parametrize("language", ["en", "th"])
def test_axe_finds_nothing_on_any_page(api, buyer, checker, language):
    checker.set_viewport_size(PHONE)

    for name, url in pages(api, buyer, language).items():
        checker.goto(url)
        found = Axe().run(checker, options=AXE_OPTIONS)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"


def fill_card(phone, card):
    unfold(phone.locator("details.channel", has_text="Credit or debit card"))
    for name, value in card.items():
        phone.locator(f"[name={name}]").fill(value)


def pages(api, buyer, language):
    """Each kind of page once: name and address."""
    session = api.create(locale=language, description="Two bags of coffee", reference_id=LONG_REFERENCE)
    link = session["payment_link_url"]
    challenged = buyer.pays_by_card(session, CHALLENGED_CARD).headers["Location"]
    provider = buyer.begins(session, "DANA").headers["Location"]
    saving = api.create(locale=language, session_type="SAVE", amount=0, customer=new_customer())
    optional = api.create(locale=language, allow_save_payment_method="OPTIONAL", customer=new_customer())
    small = api.create(locale=language, amount=500)
    return {
        "first": link,
        "out of range": small["payment_link_url"],
        "card": f"{optional['payment_link_url']}/cards",
        "qr": f"{link}/qris",
        "account": f"{link}/bca_virtual_account",
        "counter": f"{link}/indomaret",
        "wallet": f"{optional['payment_link_url']}/dana",
        "saving": saving["payment_link_url"],
        "provider": api.address + provider,
        "waiting": api.address + provider.removesuffix("/provider"),
        "authentication": api.address + challenged,
        "failed": failed(api, buyer, language),
        **ended(api, buyer, language),
    }


def failed(api, buyer, language):
    session = api.create(locale=language)
    buyer.simulates(session, "DANA", "failed", failure_code="USER_DECLINED_PAYMENT")
    return session["payment_link_url"]


def ended(api, buyer, language):
    paid = api.create(locale=language, reference_id=LONG_REFERENCE)
    expired = api.create(locale=language)
    buyer.simulates(paid, "QRIS", "paid")
    api.expire(expired)
    return {
        "paid": paid["payment_link_url"],
        "expired": f"{expired['payment_link_url']}?late=True",
        "unknown": f"{api.address}/checkout/ps-000000000000000000000000",
    }
