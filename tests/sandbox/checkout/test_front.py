"""What somebody with a phone meets on the hosted page: all ways at a glance, codes to take along, and a simulator
that nobody takes for the merchant's own button."""

import re

import pytest
import requests
from playwright.sync_api import expect

from sandbox.checkout import monograms, texts
from sandbox.contract import channels

from ..conftest import CHALLENGED_CARD, GOOD_CARD, OTHER_KINDS

PHONE = {"width": 360, "height": 740}
LAST_WAY = ".channels > :last-child"
ITEM = {
    "reference_id": "a",
    "type": "FEE",
    "name": "Kopi Gayo",
    "net_unit_amount": 15000,
    "quantity": 1,
    "category": "",
}
# One channel of each kind whose code a buyer takes along.
TAKEN_ALONG = ("QRIS", "BCA_VIRTUAL_ACCOUNT", "INDOMARET")
SIMULATED = ("/paid", "/failed", "/approve", "/decline", "/dial")


@pytest.fixture(scope="module")
def phone(chromium):
    """A browser without scripts."""
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def scripted(chromium):
    context = chromium.new_context(viewport=PHONE)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_all_ways_to_pay_are_on_the_first_screen_of_a_phone(api, phone, language):
    items = [ITEM | {"name": f"Kopi Gayo {number}"} for number in range(10)]
    phone.goto(api.create(locale=language, description="Two bags of coffee. " * 10, items=items)["payment_link_url"])

    last = phone.locator(LAST_WAY).bounding_box()

    assert phone.locator(".channel").count() == len({row["type"] for row in channels.active("ID", "IDR")})
    assert last["y"] + last["height"] <= PHONE["height"]


def test_what_is_bought_can_be_unfolded(api, phone):
    phone.goto(api.create(description="Two bags", items=[ITEM])["payment_link_url"])

    phone.locator("summary", has_text="Details").click()

    expect(phone.get_by_text("Two bags")).to_be_visible()
    expect(phone.get_by_text("Kopi Gayo")).to_be_visible()


def unfolded(page):
    return re.findall(r'<details class="channel" name="channel" open>.*?channel__type">([^<]*)', page, re.DOTALL)


def test_all_ways_to_pay_are_folded_until_one_is_chosen(api, buyer):
    assert unfolded(buyer.opens(api.create()).text) == []


def test_the_only_way_to_pay_is_unfolded(api, buyer):
    assert unfolded(buyer.opens(api.create(allowed_payment_channels=["QRIS"])).text) == ["QR code"]


def test_the_way_that_was_tried_last_is_unfolded(api, buyer):
    session = api.create()

    buyer.simulates(session, "DANA", "failed", failure_code="USER_DECLINED_PAYMENT")

    assert unfolded(buyer.opens(session).text) == ["E-wallet"]


def test_the_form_with_the_mistake_is_the_one_unfolded(api, buyer):
    session = api.create(allowed_payment_channels=["CARDS", "QRIS"])
    buyer.fails_by_qr(session)

    page = buyer.pays_by_card(session, GOOD_CARD | {"cvn": ""})

    assert unfolded(page.text) == ["Credit or debit card"]


@pytest.mark.parametrize("code", TAKEN_ALONG)
def test_one_click_selects_the_whole_code(api, scripted, code):
    scripted.goto(f"{api.create()['payment_link_url']}/{code.lower()}")
    text = scripted.locator("#copy-text")

    text.click()

    assert scripted.evaluate("getSelection().toString().trim()") == text.inner_text()


@pytest.mark.parametrize("code", TAKEN_ALONG)
def test_without_scripts_there_is_no_copy_button(api, phone, code):
    phone.goto(f"{api.create()['payment_link_url']}/{code.lower()}")

    assert phone.get_by_role("button", name="Copy").count() == 0


@pytest.mark.parametrize("code", TAKEN_ALONG)
def test_the_copy_button_copies_and_says_so(api, scripted, code):
    scripted.context.grant_permissions(["clipboard-read", "clipboard-write"])
    scripted.goto(f"{api.create()['payment_link_url']}/{code.lower()}")

    scripted.get_by_role("button", name="Copy").press("Enter")

    expect(scripted.get_by_role("status")).to_have_text("Copied")
    assert scripted.evaluate("navigator.clipboard.readText()") == scripted.locator("#copy-text").inner_text()


@pytest.mark.parametrize("clipboard", ["undefined", "{writeText: () => Promise.reject(new Error('denied'))}"])
def test_who_has_no_clipboard_gets_the_code_selected(api, chromium, clipboard):
    context = chromium.new_context(viewport=PHONE)
    context.add_init_script(f"Object.defineProperty(navigator, 'clipboard', {{value: {clipboard}}});")
    context.add_init_script("document.execCommand = () => false;")
    page = context.new_page()
    page.goto(f"{api.create()['payment_link_url']}/bca_virtual_account")

    page.get_by_role("button", name="Copy").click()

    expect(page.get_by_role("status")).to_have_text("It is selected: copy it by hand.")
    assert page.evaluate("getSelection().toString().trim()") == page.locator("#copy-text").inner_text()
    context.close()


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("code", [*TAKEN_ALONG, "DANA"])
def test_each_kind_tells_in_steps_how_to_pay(api, phone, code, language):
    session = api.create(locale=language)
    phone.goto(f"{session['payment_link_url']}/{code.lower()}")

    told = phone.locator("ol.steps > li").all_inner_texts()

    kind = channels.find("ID", "IDR", code)["kind"]
    assert len(told) == len(texts.steps(kind)) >= 3
    assert not any("{" in step for step in told)
    if kind != "redirect":
        assert texts.say(language, "present.done") in told[-1]


def pages_with_a_simulator(api, buyer):
    session = api.create()
    link = session["payment_link_url"]
    return [
        link,
        *(f"{link}/{code.lower()}" for code in ("CARDS", *TAKEN_ALONG, "DANA")),
        api.address + buyer.begins(session, "DANA").headers["Location"],
        api.address + buyer.pays_by_card(session, CHALLENGED_CARD).headers["Location"],
    ]


def test_whatever_the_simulator_does_is_in_its_box_and_nothing_else_is(api, buyer, phone):
    for url in pages_with_a_simulator(api, buyer):
        phone.goto(url)
        for form in phone.locator("form").all():
            action = form.get_attribute("action") or ""
            chooses = form.locator("[name=result]").count() > 0
            is_in_box = form.locator("xpath=ancestor::*[contains(@class, 'simulator')]").count() > 0
            assert is_in_box == (action.endswith(SIMULATED) or chooses), f"{url} {action}"
            assert form.locator(".button--simulator").count() == int(is_in_box)


@pytest.mark.parametrize("code", OTHER_KINDS)
def test_a_monogram_is_not_read_aloud(api, phone, code):
    session = api.create(**OTHER_KINDS[code])
    name = channels.find(OTHER_KINDS[code]["country"], OTHER_KINDS[code]["currency"], code)["name"]
    phone.goto(f"{session['payment_link_url']}/{code.lower()}")

    tile = phone.locator(".panel__head .tile")

    assert tile.inner_text() == monograms.of(name).letters
    assert tile.get_attribute("aria-hidden") == "true"
    expect(phone.get_by_role("heading", name=name, exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("BCA", "BCA"), ("OVO", "OVO"), ("GoPay", "GP"), ("ShopeePay", "SP"), ("DANA", "DA"), ("Mandiri", "MA"),
        ("Bank Neo Commerce", "BN"), ("7-Eleven", "7E"), ("BRI Direct Debit", "BD"), ("?", "?"),
    ],
)  # fmt: skip
def test_a_monogram_is_what_one_finds_in_the_name(name, letters):
    assert monograms.of(name).letters == letters


def test_every_channel_has_a_monogram_that_fits_its_tile():
    for row in channels.CHANNELS:
        assert 1 <= len(monograms.of(row["name"]).letters) <= monograms.SHORT, row["name"]


@pytest.mark.parametrize("tint", range(monograms.TINTS))
def test_each_tint_has_its_colors(api, tint):
    assert f".tile--{tint} {{" in requests.get(f"{api.address}/static/checkout.css", timeout=30).text
