"""What every answer says to browsers, caches and search engines."""

import re

import pytest
import requests

from ...buyer import COFFEE, Buyer
from ...in_process import Sandbox, Shop

PUBLIC_URL = "https://shop.example"
PUBLIC_PAGES = {"catalog": "/", "product": f"/products/{COFFEE}"}
PRIVATE_PAGES = {
    "cart": "/cart", "checkout": "/checkout", "order": "{order}", "complete": "{order}/complete",
    "cancel": "{order}/cancel", "status": "{order}/status", "not found": "/nope", "no such order": "/order/nope",
    "wrong method": "/cart/update", "health": "/healthz", "webhook": "/webhooks/xendit",
}  # fmt: skip
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.fixture(scope="module")
def https_shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop behind https, as its proxy sees it."""
    return Shop(tmp_path_factory.mktemp("https"), Sandbox(), PUBLIC_URL=PUBLIC_URL)


def csp(answer: requests.Response) -> dict[str, list[str]]:
    directives = (directive.split() for directive in answer.headers["Content-Security-Policy"].split(";"))
    return {name: sources for name, *sources in directives}


@pytest.mark.parametrize("path", [*PUBLIC_PAGES.values(), *PRIVATE_PAGES.values(), "/static/css/base.css"])
def test_every_answer_has_the_headers_that_keep_browsers_safe(ordered: Buyer, sandbox: Sandbox, path: str):
    answer = ordered.gets(path)

    policy = csp(answer)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    assert {"'self'", sandbox.url, "https://xendit.co", "https://*.xendit.co"} <= set(policy["form-action"])
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "*" not in policy["form-action"]
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("path", PRIVATE_PAGES.values(), ids=PRIVATE_PAGES)
def test_no_cache_keeps_what_belongs_to_one_buyer(ordered: Buyer, path: str):
    assert ordered.gets(path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PRIVATE_PAGES.values(), ids=PRIVATE_PAGES)
def test_no_search_engine_lists_what_belongs_to_one_buyer(ordered: Buyer, path: str):
    robots = ordered.gets("/robots.txt")

    assert ordered.gets(path).headers["X-Robots-Tag"] == "noindex"
    # Nobody reads the noindex of a page that may not be read, and its address alone is listed.
    assert robots.status_code == 200
    assert not re.search(r"^Disallow: *[^ \n]", robots.text, re.MULTILINE)


@pytest.mark.parametrize("path", [*PUBLIC_PAGES.values(), "/static/css/base.css", "/robots.txt"])
def test_search_engines_may_list_the_catalog(buyer: Buyer, path: str):
    assert "X-Robots-Tag" not in buyer.gets(path).headers


@pytest.mark.parametrize("path", PUBLIC_PAGES.values(), ids=PUBLIC_PAGES)
def test_a_cache_tells_public_pages_apart_by_their_cookie(buyer: Buyer, path: str):
    assert "Cookie" in buyer.gets(path).headers["Vary"]


def test_no_page_runs_scripts_or_loads_from_elsewhere(ordered: Buyer):
    for path in (*PUBLIC_PAGES.values(), *PRIVATE_PAGES.values()):
        html = ordered.gets(path).text

        assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", html), path
        assert not re.search(r'(?:src|srcset)="\s*(?:https?:)?//', html), path


@pytest.mark.parametrize("path", [*PUBLIC_PAGES.values(), "/cart", "/nope", "/healthz"])
def test_behind_https_browsers_are_told_to_stay_there(https_shop: Shop, path: str):
    answer = https_shop.browser().get(https_shop.url + path, headers={"host": "shop.example"})

    max_age = int(re.search(r"max-age=(\d+)", answer.headers["Strict-Transport-Security"])[1])
    assert max_age >= 180 * 24 * 3600


def test_without_https_there_is_no_hsts(buyer: Buyer):
    assert "Strict-Transport-Security" not in buyer.gets("/").headers
