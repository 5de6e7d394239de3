"""What tests share: one sandbox and one shop with its worker for the whole run, a new buyer for each test."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from .buyer import Buyer
from .databases import DATABASES
from .ports import free_port
from .processes import Sandbox, Shop
from .programs import needed
from .waiting import PATIENCE

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PHONE = {"width": 360, "height": 740}
BROWSER_PATIENCE_MS = PATIENCE * 1000
expect.set_options(timeout=BROWSER_PATIENCE_MS)
# All that tests talk to is on this machine, whatever proxy it has for the rest.
for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[name]


@pytest.fixture(scope="module", params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """Which database this shop is to have: whoever asks for it is run on each of them."""
    return request.param


@pytest.fixture(scope="session")
def shop_port() -> int:
    return free_port()


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory, shop_port: int) -> Iterator[Sandbox]:
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox"), shop_port)
    yield sandbox
    sandbox.process.stop()


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox, shop_port: int) -> Iterator[Shop]:
    folder: Path = tmp_path_factory.mktemp("shop")
    shop = Shop(folder, sandbox.url, shop_port)
    yield shop
    shop.stop()


@pytest.fixture
def buyer(shop: Shop) -> Buyer:
    return Buyer(shop)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium."""
    path = needed(*CHROMIUM_NAMES)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, shop: Shop, sandbox: Sandbox) -> Iterator[Page]:
    """A phone without scripts. No page may ask another host for anything or break its own CSP."""
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    yield from _watched_page(context, {urlsplit(shop.url).port, urlsplit(sandbox.url).port})


@pytest.fixture
def scripted_page(browser: Browser, shop: Shop, sandbox: Sandbox) -> Iterator[Page]:
    """The same phone with scripts, for tools that look at pages by script."""
    context = browser.new_context(viewport=PHONE)
    yield from _watched_page(context, {urlsplit(shop.url).port, urlsplit(sandbox.url).port})


def _watched_page(context: BrowserContext, ports: set[int]) -> Iterator[Page]:
    asked, complaints = [], []
    context.set_default_timeout(BROWSER_PATIENCE_MS)
    context.on("request", lambda request: asked.append(request.url))
    context.on("console", lambda message: complaints.append(message.text))
    yield context.new_page()
    context.close()
    known_names = ("127.0.0.1", "localhost")
    foreign = [url for url in asked if not url.startswith("data:") and (
        urlsplit(url).hostname not in known_names or urlsplit(url).port not in ports
    )]  # fmt: skip
    assert foreign == []
    assert [text for text in complaints if "Content Security Policy" in text] == []
