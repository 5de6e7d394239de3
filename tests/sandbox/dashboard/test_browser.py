"""The dashboard in Chromium: no script needed, no page too wide, nothing for axe to find, all by keyboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from ..conftest import Api, Buyer, new_merchant
from ..controls import Control
from .conftest import UNKNOWN, Dashboard
from .test_pages import settings

PHONE, DESKTOP = 360, 1280
WIDTHS = (320, PHONE, DESKTOP)
HEIGHT = 800
LONG_REFERENCE = "W" * 64


@pytest.fixture(scope="module")
def visitor(chromium):
    """A page of a browser that runs no scripts."""
    context = chromium.new_context(viewport={"width": 360, "height": HEIGHT}, java_script_enabled=False)
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def checker(chromium):
    """A page of a second browser, for axe, which is a script itself."""
    context = chromium.new_context(bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def full(here, receiver):
    """An account with something on each page, and the pages."""
    merchant = new_merchant(here, receiver)
    _fill(here, merchant)
    base = Dashboard(here, merchant).base
    [newest, *_] = Control(here.address, merchant.key).ledger()["sessions"]
    return {
        "sessions": base,
        "nothing found": f"{base}?q=nothing",
        "story": f"{here.address}/dashboard/sessions/{newest['payment_session_id']}?done=dial",
        "webhooks": f"{base}/webhooks",
        "faults": f"{base}/faults",
        "scenarios": f"{base}/scenarios",
        "settings": f"{base}/settings",
        "reset": f"{base}/reset",
        "accounts": f"{here.address}/dashboard/accounts",
        "unknown": f"{here.address}/dashboard/sessions/{UNKNOWN}",
        "empty": Dashboard(here, _new(here)).base,
    }


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_too_wide(full, checker, width):
    checker.set_viewport_size({"width": width, "height": HEIGHT})

    for name, url in full.items():
        checker.goto(url)
        assert checker.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, name


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_axe_finds_nothing(full, checker, width):
    checker.set_viewport_size({"width": width, "height": HEIGHT})

    for name, url in full.items():
        checker.goto(url)
        found = Axe().run(checker)
        assert found.violations_count == 0, f"{name}: {found.generate_report()}"


def test_a_webhook_is_made_late_by_somebody_who_reads_only_the_page(here, merchant, visitor):
    visitor.goto(Dashboard(here, merchant).base)

    visitor.get_by_role("radio", name="late by").check()
    visitor.get_by_role("textbox", name="How many seconds", exact=True).fill("90")
    visitor.get_by_role("button", name="Set", exact=True).click()

    expect(visitor.get_by_role("heading", name="Next webhooks: late by 90 seconds")).to_be_visible()
    assert Control(here.address, merchant.key).does("GET", "dial") == {"position": "late", "number": 90}


def test_the_rarer_positions_are_behind_one_word(here, merchant, visitor):
    visitor.goto(Dashboard(here, merchant).base)

    visitor.get_by_text("More: too early").click()
    visitor.get_by_role("radio", name="with another amount").check()
    visitor.get_by_role("button", name="Set", exact=True).click()

    expect(visitor.get_by_role("radio", name="with another amount")).to_be_checked()


def test_the_dial_is_turned_by_keyboard_alone(here, merchant, visitor):
    visitor.goto(f"{Dashboard(here, merchant).base}#dial")

    visitor.get_by_role("radio", name="on time").focus()
    visitor.keyboard.press("ArrowDown")
    visitor.keyboard.press("Enter")

    expect(visitor.get_by_role("heading", name="Next webhooks: late by 60 seconds")).to_be_visible()


def test_a_reset_can_be_thought_over(here, merchant, visitor):
    session = merchant.create()
    visitor.goto(Dashboard(here, merchant).base)

    visitor.get_by_role("link", name="Settings").click()
    visitor.get_by_role("link", name="Reset…").click()
    visitor.get_by_role("link", name="No, keep it").click()
    assert merchant.session(session)["status"] == "ACTIVE"
    visitor.get_by_role("link", name="Reset…").click()
    visitor.get_by_role("button", name="Yes, forget everything").click()

    expect(visitor.get_by_text("No session yet")).to_be_visible()


def _fill(here, merchant):
    control, dashboard = Control(here.address, merchant.key), Dashboard(here, merchant)
    session = merchant.create(reference_id=LONG_REFERENCE)
    dashboard.sends_to(session, "/dial", position="wrong_amount")
    buyer = Buyer()
    buyer.fails_by_qr(session)
    buyer.pays_by_qr(session)
    merchant.refunds(session)
    control.orders("error", "create_session", status=503, count=None)
    control.turns_dial("at_once", 5)
    dashboard.sends("/settings", **settings(webhook_url=merchant.sets().webhook_url, how="test"))


def _new(here):
    """An account that has nothing yet."""
    merchant = Api(here.address, "xnd_development_with_nothing_yet", here.database)
    merchant.get(f"/sessions/{UNKNOWN}")
    return merchant
