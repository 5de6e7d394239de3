"""The one address of each page: under the shop's own name, and without a slash at the end."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import requests
from flask import request, request_started

from ...buyer import COFFEE, Buyer
from ...in_process import Sandbox, Shop
from ...pages import Page
from ...records import ROOT

PUBLIC_URL = "https://shop.example"
OWN_NAMES = ["shop.example", "SHOP.example.", "shop.example:443", "shop.example:8000"]
# What a proxy sends to which nobody said anything: the address that it knows of the shop itself.
OWN_ADDRESS = "127.0.0.1:8000"
FOREIGN_NAMES = [
    "evil.example", "127.0.0.1.evil.example", "evil.example:80", "evil@127.0.0.1", "..", "a b", "", "127.0.0.1/evil",
    "www.evil.example", "shop.example.evil.example", "[::1", "a:b:c", "shop.example:99999", "b\xfccher.example",
]  # fmt: skip
LEADING_AWAY = [
    "//evil.example/", "///evil.example//", "/%2Fevil.example/", "/\\evil.example/", "/%5Cevil.example/",
    "//evil.example/cart/", "/cart//evil.example/", "/products//evil.example/", "/products/%2F%2Fevil.example/",
    "/products/%5Cevil.example/", "/products/javascript:alert(1)/", "/products/%0d%0aX-Evil:1/", "/.//evil.example/",
]  # fmt: skip
MAX_HOPS = 5


@pytest.fixture(scope="module")
def open_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Shop]]:
    """Opens a shop at PUBLIC_URL with further settings, once for each set of them."""
    opened: dict[str, Shop] = {}

    def opens(**settings: str) -> Shop:
        folder: Path = tmp_path_factory.mktemp("public")
        if str(settings) not in opened:
            opened[str(settings)] = Shop(folder, Sandbox(), **{"PUBLIC_URL": PUBLIC_URL, **settings})
        return opened[str(settings)]

    yield opens
    for shop in opened.values():
        shop.stop()


@pytest.fixture(scope="module")
def public_shop(open_shop: Callable[..., Shop]) -> Shop:
    return open_shop()


def asked(shop: Shop, path: str, host: str, method: str = "GET", **headers: str) -> requests.Response:
    """The answer to who asks for this path under this name."""
    headers = {"host": host, **headers}
    return shop.browser().request(method, shop.url + path, headers=headers, allow_redirects=False)


def followed(shop: Shop, path: str, host: str, sent_host: str | None = None, **options: str) -> requests.Response:
    """Where a visitor ends; a proxy on the way sends `sent_host`, whatever name they ask for."""
    for _ in range(MAX_HOPS):
        answer = asked(shop, path, sent_host or host, **options)
        if not answer.is_redirect:
            return answer
        there = urlsplit(answer.headers["location"])
        path, host = f"{there.path}?{there.query}".rstrip("?"), there.netloc or host
    raise AssertionError(f"{MAX_HOPS} redirects, and on to {path}")


@pytest.mark.parametrize("host", FOREIGN_NAMES, ids=ascii)
@pytest.mark.parametrize("path", ["/", "/order/nope", "/nope"])
def test_a_foreign_name_is_answered_with_a_page_that_leads_to_the_shop(public_shop: Shop, host: str, path: str):
    answer = asked(public_shop, path, host.encode("latin-1"))

    assert answer.status_code == 400
    assert PUBLIC_URL in Page(answer).links
    assert "evil" not in answer.text


@pytest.mark.parametrize("host", OWN_NAMES)
def test_the_shops_own_name_has_many_spellings(public_shop: Shop, host: str):
    assert asked(public_shop, "/", host).status_code == 200


@pytest.mark.parametrize(
    ("public_url", "host"),
    [("HTTPS://Shop.Example.:443/", "shop.example"), ("https://b\u00fccher.example", "xn--bcher-kva.example"),
     ("http://[0::1]:8000", "[::1]:8000"), ("http://localhost:8000", "LOCALHOST:8000"),
     ("https://www.shop.example", "WWW.shop.example")],
)  # fmt: skip
def test_a_shop_is_open_under_the_host_of_its_public_url(open_shop: Callable[..., Shop], public_url: str, host: str):
    assert asked(open_shop(PUBLIC_URL=public_url), "/", host).status_code == 200


@pytest.mark.parametrize(
    ("public_url", "host"), [(PUBLIC_URL, "www.shop.example"), ("https://www.shop.example", "Shop.example:443")]
)
@pytest.mark.parametrize("path", ["/", "/cart", "/?q=a%20b&page=1"])
def test_www_or_its_absence_leads_to_the_shop(open_shop: Callable[..., Shop], public_url: str, host: str, path: str):
    shop = open_shop(PUBLIC_URL=public_url)

    answer = asked(shop, path, host)

    assert answer.status_code == 307
    assert answer.headers["location"].startswith(public_url + path)
    assert followed(shop, path, host).status_code == 200


@pytest.mark.parametrize(
    ("public_url", "sent_host"),
    [(PUBLIC_URL, OWN_ADDRESS), (PUBLIC_URL, "localhost"), (PUBLIC_URL, "www.shop.example"),
     ("http://localhost:9000", OWN_ADDRESS)],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_no_redirect_leads_back_to_where_it_came_from(
    open_shop: Callable[..., Shop], public_url: str, sent_host: str, method: str
):
    shop = open_shop(PUBLIC_URL=public_url)

    assert followed(shop, "/cart?x=1", "shop.example", sent_host=sent_host, method=method).status_code == 400


def test_behind_a_proxy_that_hides_the_name_the_page_says_which_header_is_missing(public_shop: Shop):
    page = Page(followed(public_shop, "/", "shop.example", sent_host=OWN_ADDRESS))

    assert "proxy_set_header Host $host;" in page.text
    assert "X-Forwarded-Host" in page.text
    assert "PROXIES=1" in page.text
    assert PUBLIC_URL in page.links


def test_a_proxy_that_leads_to_www_while_the_shop_leads_away_from_it_is_told_so(public_shop: Shop):
    page = Page(followed(public_shop, "/", "shop.example", sent_host="www.shop.example"))

    assert "leads to another name than that in PUBLIC_URL" in page.text


def test_the_mark_of_a_redirect_is_taken_off_under_the_right_name(public_shop: Shop):
    marked = asked(public_shop, "/cart?x=%2F&y", OWN_ADDRESS).headers["location"].removeprefix(PUBLIC_URL)

    clean = asked(public_shop, marked, "shop.example")

    assert marked != "/cart?x=%2F&y"
    assert (clean.status_code, clean.headers["location"]) == (303, f"{PUBLIC_URL}/cart?x=%2F&y")


def test_a_form_with_the_mark_of_a_redirect_is_taken_as_it_is(buyer: Buyer, shop: Shop):
    form = buyer.opens(f"/products/{COFFEE}").form("/cart")

    answer = buyer.browser.post(
        f"{form.action}?led-here=1", data={**form.fields, "quantity": "2"}, allow_redirects=False
    )

    assert (answer.status_code, answer.headers["location"]) == (303, "/cart")


@pytest.mark.parametrize(
    ("proxies", "forwarded", "is_shop"),
    [("0", "shop.example", False), ("1", "shop.example", True), ("1", "evil.example, shop.example", True),
     ("1", "shop.example, evil.example", False), ("2", "shop.example, inner.example", True),
     ("2", "shop.example", False)],
)  # fmt: skip
def test_so_many_forwarded_names_are_believed_as_there_are_proxies(
    open_shop: Callable[..., Shop], proxies: str, forwarded: str, is_shop: bool
):
    shop = open_shop(PROXIES=proxies)

    answer = asked(shop, "/cart", OWN_ADDRESS, **{"X-Forwarded-Host": forwarded, "X-Forwarded-Proto": "nonsense"})

    assert (answer.status_code == 200) == is_shop
    assert "evil.example" not in answer.text + str(answer.headers)


def test_the_proxy_lines_of_the_readme_open_the_shop(open_shop: Callable[..., Shop]):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    nginx = {"$host": "shop.example", "$remote_addr": "192.0.2.1", "$scheme": "https"}
    sent = {name: nginx[value] for name, value in re.findall(r"proxy_set_header (\S+) (\S+);", readme)}
    proxies = re.search(r"set `PROXIES=(\d)`", readme)[1]

    for shop in (open_shop(), open_shop(PROXIES=proxies)):
        assert shop.browser().get(shop.url, headers=sent, allow_redirects=False).status_code == 200
    sent["Host"] = OWN_ADDRESS
    assert shop.browser().get(shop.url, headers=sent, allow_redirects=False).status_code == 200


@pytest.mark.parametrize(("proxies", "address"), [("0", "127.0.0.1"), ("1", "192.0.2.2"), ("2", "192.0.2.1")])
def test_so_many_forwarded_addresses_are_believed_as_there_are_proxies(
    open_shop: Callable[..., Shop], proxies: str, address: str
):
    shop, seen = open_shop(PROXIES=proxies), []

    with request_started.connected_to(lambda _: seen.append(request.remote_addr), shop.app):
        asked(shop, "/", "shop.example", **{"X-Forwarded-For": "192.0.2.1, 192.0.2.2"})

    assert seen == [address]


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "10.1.2.3", *FOREIGN_NAMES], ids=ascii)
def test_probes_and_webhooks_come_under_any_name(public_shop: Shop, host: str):
    webhook = asked(public_shop, "/webhooks/xendit", host.encode("latin-1"), method="POST")

    assert asked(public_shop, "/healthz", host.encode("latin-1")).json() == {"status": "ok"}
    # The token is missing, so the webhook's own page has answered.
    assert webhook.status_code == 401


@pytest.mark.parametrize("path", ["/", "/cart?x=1&y=%2F", f"/products/{COFFEE}", "//evil.example/", "/nope"])
def test_another_name_of_this_machine_leads_to_the_public_one(shop: Shop, path: str):
    answer = shop.browser().get(shop.url + path, headers={"host": f"localhost:{shop.port}"}, allow_redirects=False)

    assert answer.status_code in (307, 308)
    assert answer.headers["location"] == shop.url + path.replace("//", "/")


@pytest.mark.parametrize("path", ["/%0d%0aX-Evil:1", "/products/%0d%0a", "/%0D%0Ax?q=%0d%0aX-Evil:1", "/nope%25"])
def test_a_line_break_in_an_address_stays_out_of_the_headers(shop: Shop, path: str):
    answer = shop.browser().get(shop.url + path, headers={"host": f"localhost:{shop.port}"}, allow_redirects=False)

    assert answer.status_code == 307
    assert unquote(answer.headers["location"]) == unquote(shop.url + path)
    assert "X-Evil" not in answer.headers
    assert shop.browser().get(shop.url + path).status_code == 404


@pytest.mark.parametrize("name", ["X-Forwarded-Host", "X-Forwarded-Server", "X-Host", "Forwarded", "X-Original-URL"])
def test_a_forwarded_name_is_not_believed(ordered: Buyer, name: str):
    for path in ("/", "{order}", "/nope"):
        path = path.format(order=ordered.order.removeprefix(ordered.shop.url))
        answer = ordered.browser.get(ordered.shop.url + path, headers={name: "evil.example"})

        assert "evil.example" not in answer.text


@pytest.mark.parametrize("path", ["/cart", f"/products/{COFFEE}", "{order}", "{order}/complete", "{order}/cancel"])
@pytest.mark.parametrize("query", ["", "?looks=1&x=%2F%2Fevil.example"])
@pytest.mark.parametrize("slashes", ["/", "//"])
def test_a_slash_at_the_end_leads_to_the_page(ordered: Buyer, path: str, query: str, slashes: str):
    page = ordered.opens(path.format(order=ordered.order) + slashes + query)

    assert page.url == ordered.opens(path.format(order=ordered.order) + query).url


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_redirect_to_the_page_is_for_good_and_keeps_the_query(buyer: Buyer, method: str):
    answer = buyer.browser.request(method, f"{buyer.shop.url}/cart/?x=%2F&y", allow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (308, f"{buyer.shop.url}/cart?x=%2F&y")


def test_a_form_sent_to_an_address_with_a_slash_at_the_end_is_taken(buyer: Buyer):
    form = buyer.opens(f"/products/{COFFEE}").form("/cart")

    answer = buyer.browser.post(f"{form.action}/", data={**form.fields, "quantity": "2"}, allow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, "/cart")


@pytest.mark.parametrize("path", LEADING_AWAY)
@pytest.mark.parametrize("host", ["shop.example", "www.shop.example", OWN_ADDRESS])
def test_no_slash_leads_to_another_site(public_shop: Shop, path: str, host: str):
    answer = asked(public_shop, path, host)

    if answer.is_redirect:
        assert answer.headers["location"].startswith(f"{PUBLIC_URL}/")
        assert not answer.headers["location"].removeprefix(PUBLIC_URL).startswith("//")
    assert "X-Evil" not in answer.headers
    assert followed(public_shop, path, host).status_code == 404


def test_behind_https_no_redirect_leads_to_plain_http(public_shop: Shop):
    assert asked(public_shop, "/products//x", "shop.example").headers["location"] == f"{PUBLIC_URL}/products/x"
