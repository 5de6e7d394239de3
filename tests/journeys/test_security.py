"""What strangers try: other people's orders, forged forms, foreign names, odd requests. And what every answer says."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
import requests

from store import create_app
from store.config import read_settings

from ..buyer import COFFEE, DETAILS, Buyer
from ..pages import Page
from ..processes import SECRET_KEY, WEBHOOK_TOKEN, Sandbox, Shop
from ..waiting import wait_until

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
PERSONAL = {
    "given_names": "Kartini", "surname": "Wulandari", "email": "secret.mailbox@example.com",
    "mobile_number": "0813 9876 5432", "address_line1": "Gang Rahasia 77", "city": "Purwokerto", "postal_code": "53116",
}  # fmt: skip
PHONE = "+6281398765432"


@pytest.fixture(scope="module")
def https_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop behind https, as its proxy sees it."""
    shop = Shop(tmp_path_factory.mktemp("https"), "http://127.0.0.1:1", with_worker=False, PUBLIC_URL=PUBLIC_URL)
    yield shop
    shop.stop()


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str, set[str]]]:
    """Endpoint, path and methods of every route, from the shop's own table: a new one cannot be missed."""
    database: Path = tmp_path_factory.mktemp("routes") / "empty.db"
    app = create_app(
        read_settings(
            {
                "SECRET_KEY": "signs nothing", "XENDIT_SECRET_KEY": SECRET_KEY, "XENDIT_WEBHOOK_TOKEN": WEBHOOK_TOKEN,
                "XENDIT_API_URL": "http://127.0.0.1:1", "DATABASE_URL": f"sqlite:///{database}",
            }
        )
    )  # fmt: skip
    return [(rule.endpoint, rule.rule, rule.methods) for rule in app.url_map.iter_rules()]


@pytest.fixture
def ordered(buyer: Buyer) -> Buyer:
    """A buyer with an unpaid order and a full cart."""
    buyer.adds()
    assert buyer.checks_out(**PERSONAL).status_code == 303
    return buyer


def opens(buyer: Buyer, path: str) -> requests.Response:
    path = path.format(order=(buyer.order or "").removeprefix(buyer.shop.url))
    return buyer.browser.get(buyer.shop.url + path, timeout=10, allow_redirects=False)


def csp(answer: requests.Response) -> dict[str, list[str]]:
    directives = (directive.split() for directive in answer.headers["Content-Security-Policy"].split(";"))
    return {name: sources for name, *sources in directives}


@pytest.mark.parametrize("path", [*PUBLIC_PAGES.values(), *PRIVATE_PAGES.values(), "/static/css/base.css"])
def test_every_answer_has_the_headers_that_keep_browsers_safe(ordered: Buyer, sandbox: Sandbox, path: str):
    answer = opens(ordered, path)

    policy = csp(answer)
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
    assert {"'self'", sandbox.url, "https://xendit.co", "https://*.xendit.co"} <= set(policy["form-action"])
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "*" not in policy["form-action"]
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("path", PRIVATE_PAGES.values(), ids=PRIVATE_PAGES)
def test_no_cache_keeps_what_belongs_to_one_buyer(ordered: Buyer, path: str):
    assert opens(ordered, path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PUBLIC_PAGES.values(), ids=PUBLIC_PAGES)
def test_a_cache_tells_public_pages_apart_by_their_cookie(buyer: Buyer, path: str):
    assert "Cookie" in opens(buyer, path).headers["Vary"]


def test_no_page_runs_scripts_or_loads_from_elsewhere(ordered: Buyer):
    for path in (*PUBLIC_PAGES.values(), *PRIVATE_PAGES.values()):
        html = opens(ordered, path).text

        assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=", html), path
        assert not re.search(r'(?:src|srcset)="\s*(?:https?:)?//', html), path


@pytest.mark.parametrize("path", [*PUBLIC_PAGES.values(), "/cart", "/nope", "/healthz"])
def test_behind_https_browsers_are_told_to_stay_there(https_shop: Shop, path: str):
    answer = requests.get(https_shop.url + path, headers={"host": "shop.example"}, timeout=10)

    max_age = int(re.search(r"max-age=(\d+)", answer.headers["Strict-Transport-Security"])[1])
    assert max_age >= 180 * 24 * 3600


def test_without_https_there_is_no_hsts(buyer: Buyer):
    assert "Strict-Transport-Security" not in opens(buyer, "/").headers


def test_behind_https_the_cookie_is_bound_to_host_and_https(https_shop: Shop):
    answer = requests.get(f"{https_shop.url}/products/{COFFEE}", headers={"host": "shop.example"}, timeout=10)

    name, *attributes = (part.strip() for part in answer.headers["Set-Cookie"].split(";"))
    assert name.startswith("__Host-")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(attributes)
    assert not any(attribute.lower().startswith("domain") for attribute in attributes)


def test_the_cookie_is_hidden_from_scripts_and_other_sites(buyer: Buyer):
    cookie = opens(buyer, f"/products/{COFFEE}").headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:80", "evil@127.0.0.1", "..", "a b"]
)
@pytest.mark.parametrize("path", ["/", "/order/nope", "/nope"])
def test_a_foreign_name_is_refused(shop: Shop, host: str, path: str):
    answer = requests.get(shop.url + path, headers={"host": host}, timeout=10, allow_redirects=False)

    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["/", "/cart?x=1&y=%2F", f"/products/{COFFEE}", "//evil.example/", "/nope"])
def test_another_name_of_this_machine_leads_to_the_public_one(shop: Shop, path: str):
    answer = requests.get(
        shop.url + path, headers={"host": f"localhost:{shop.port}"}, timeout=10, allow_redirects=False
    )

    assert answer.status_code in (307, 308)
    assert answer.headers["location"] == shop.url + path.replace("//", "/")


@pytest.mark.parametrize("path", ["/%0d%0aX-Evil:1", "/products/%0d%0a", "/%0D%0Ax?q=%0d%0aX-Evil:1", "/nope%25"])
def test_a_line_break_in_an_address_stays_out_of_the_headers(shop: Shop, path: str):
    answer = requests.get(
        shop.url + path, headers={"host": f"localhost:{shop.port}"}, timeout=10, allow_redirects=False
    )

    assert answer.status_code == 307
    assert unquote(answer.headers["location"]) == unquote(shop.url + path)
    assert "X-Evil" not in answer.headers
    assert requests.get(shop.url + path, timeout=10).status_code == 404


@pytest.mark.parametrize("name", ["X-Forwarded-Host", "X-Forwarded-Server", "X-Host", "Forwarded", "X-Original-URL"])
def test_a_forwarded_name_is_not_believed(ordered: Buyer, name: str):
    for path in ("/", "{order}", "/nope"):
        path = path.format(order=ordered.order.removeprefix(ordered.shop.url))
        answer = ordered.browser.get(ordered.shop.url + path, headers={name: "evil.example"}, timeout=10)

        assert "evil.example" not in answer.text


UNKNOWN_TOKENS = ["A" * 32, "a", "x" * 43, "x" * 2000, "%00", "%F0%9F%98%80", "1", "W-7K3M9Q", "'%20OR%201=1--"]


@pytest.mark.parametrize("page", ["", "/complete", "/cancel", "/status"])
def test_every_unknown_token_gets_the_same_answer(shop: Shop, page: str):
    answers = [requests.get(f"{shop.url}/order/{token}{page}", timeout=10) for token in UNKNOWN_TOKENS]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


def test_an_orders_number_does_not_open_it(ordered: Buyer):
    assert opens(ordered, f"/order/{ordered.status()['number']}").status_code == 404


def test_tokens_carry_at_least_128_random_bits(shop: Shop, ordered: Buyer):
    tokens = [token for (token,) in shop.sql("SELECT token FROM orders")]

    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22,}", token) for token in tokens)
    assert len(set(tokens)) == len(tokens)


@pytest.mark.parametrize("page", ["", "/complete", "/cancel", "/status"])
@pytest.mark.parametrize("visitor", ["without a cookie", "another buyer"])
def test_others_see_an_orders_state_but_nothing_personal(shop: Shop, ordered: Buyer, page: str, visitor: str):
    other = Buyer(shop)
    if visitor == "another buyer":
        other.adds()
        other.checks_out()

    seen = other.browser.get(ordered.order + page, timeout=10)

    assert seen.status_code == 200
    assert ordered.status()["number"] in seen.text
    for text in (*PERSONAL.values(), PHONE, PHONE[3:], "secret.mailbox"):
        assert text not in seen.text


def test_the_buyer_sees_the_details_that_were_given(ordered: Buyer):
    text = ordered.opens(ordered.order).text

    assert all(detail in text for field, detail in PERSONAL.items() if field != "mobile_number")
    assert PHONE in text


@pytest.mark.parametrize("query", ["status=PAID", "status=COMPLETED&payment_id=py-1", "looks=12", "looks=999999999999"])
def test_the_return_page_believes_xendits_record_and_not_its_address(ordered: Buyer, query: str):
    page = ordered.opens(f"{ordered.order}/complete?{query}")

    assert page.status == 200
    assert "not paid" in page.text
    assert "Thank you" not in page.text
    assert ordered.status()["status"] == "pending"


def test_the_return_page_tells_why_a_try_failed(buyer: Buyer):
    buyer.fails_by_qris(buyer.goes_to_pay())
    wait_until(lambda: buyer.status()["payment"]["failure_code"])

    left, returned = buyer.opens(f"{buyer.order}/cancel"), buyer.opens(f"{buyer.order}/complete")

    (reason,) = re.findall(r'"notice notice--problem">([^<]+)<', left.html)
    assert "We are checking your payment" in returned.text
    assert reason in returned.html


def fill(path: str, buyer: Buyer) -> str:
    token = buyer.order.rpartition("/")[2]
    return buyer.shop.url + re.sub(r"<[^>]+>", "x", path.replace("<token>", token))


CONTENT_TYPES = {
    "form": {"data": {**DETAILS, "slug": COFFEE, "quantity": "1"}},
    "plain text": {"data": f"slug={COFFEE}&quantity=1", "headers": {"content-type": "text/plain"}},
    "multipart": {"files": {"slug": (None, COFFEE), "quantity": (None, "1")}},
    "JSON": {"json": {"slug": COFFEE, "quantity": "1"}},
    "forged token": {"data": {**DETAILS, "slug": COFFEE, "quantity": "1", "csrf_token": "x"}},
}


@pytest.mark.parametrize("request_", CONTENT_TYPES.values(), ids=CONTENT_TYPES)
def test_every_change_needs_a_csrf_token(shop: Shop, ordered: Buyer, routes, request_: dict):
    posts = [path for endpoint, path, methods in routes if "POST" in methods and endpoint != "webhooks.create"]
    before = ordered.status(), shop.sql("SELECT count(*) FROM orders"), ordered.opens("/cart").text

    answers = {path: ordered.browser.post(fill(path, ordered), timeout=10, **request_).status_code for path in posts}

    assert len(posts) >= 6
    assert answers == dict.fromkeys(posts, 403)
    assert (ordered.status(), shop.sql("SELECT count(*) FROM orders"), ordered.opens("/cart").text) == before


def test_another_visitors_csrf_token_does_not_count(shop: Shop, ordered: Buyer):
    token = Buyer(shop).opens(f"/products/{COFFEE}").form("/cart").fields["csrf_token"]

    answer = ordered.browser.post(f"{ordered.order}/cancel", data={"csrf_token": token}, timeout=10)

    assert answer.status_code == 403
    assert ordered.status()["status"] == "pending"


def test_looking_at_an_address_that_changes_something_changes_nothing(ordered: Buyer, routes):
    readable = {path for _, path, methods in routes if "GET" in methods}
    posts = [path for _, path, methods in routes if "POST" in methods and path not in readable]
    override = {"X-HTTP-Method-Override": "POST"}

    answers = {path: ordered.browser.get(fill(path, ordered), headers=override, timeout=10) for path in posts}

    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(posts, 405)
    assert ordered.status()["status"] == "pending"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "ODD"])
def test_other_methods_are_refused(ordered: Buyer, method: str):
    for url in (f"{ordered.shop.url}/", ordered.order, f"{ordered.order}/pay"):
        assert ordered.browser.request(method, url, timeout=10).status_code in (403, 405)


HUGE = {
    "10,000 fields": {"data": "a=1&" * 10_000},
    "10,000 different fields": {"data": "&".join(f"f{number}=1" for number in range(10_000))},
    "2,000 parts": {"files": [(f"f{number}", (None, "1")) for number in range(2_000)]},
    "1 MB": {"data": b"quantity=" + b"1" * 1_000_000},
    "1 MB in chunks": {"data": (b"x" * 10_000 for _ in range(100))},
}


@pytest.mark.parametrize("path", ["/cart", "/checkout"])
@pytest.mark.parametrize("kind", HUGE)
def test_a_huge_form_is_refused_and_no_fault(ordered: Buyer, kind: str, path: str):
    headers = {} if "parts" in kind else {"content-type": "application/x-www-form-urlencoded"}

    answer = ordered.browser.post(ordered.shop.url + path, headers=headers, timeout=20, **HUGE[kind])

    assert answer.status_code in (400, 403, 413)
    assert Page(answer).title


def test_ten_thousand_fields_with_a_good_token_are_one_form(ordered: Buyer):
    form = ordered.opens("/checkout").form("/checkout")

    answer = ordered.browser.post(
        form.action, data=f"csrf_token={form.fields['csrf_token']}&" + "a=1&" * 10_000, timeout=20,
        headers={"content-type": "application/x-www-form-urlencoded"},
    )  # fmt: skip

    assert answer.status_code in (400, 413, 422)


@pytest.mark.parametrize("path", ["..%2f..%2fapp.py", "..%2fstore%2fconfig.py", "%2e%2e/app.py", "css/..%2f..%2fapp.py",
                                  "%2fetc%2fpasswd", "..%5capp.py", "css/%00", ""])  # fmt: skip
def test_nothing_outside_the_static_folder_can_be_had(shop: Shop, path: str):
    assert requests.get(f"{shop.url}/static/{path}", timeout=10).status_code == 404


@pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "chunked"])
@pytest.mark.parametrize(("length", "status"), [(65_535, 200), (65_536, 200), (65_537, 413), (65_538, 413)])
def test_a_webhook_may_have_64_kib_and_not_a_byte_more(shop: Shop, length: int, status: int, chunked: bool):
    body = b'{"event": "big", "data": {}}'.ljust(length)
    parts = (body[start : start + 1000] for start in range(0, length, 1000))

    answer = requests.post(
        f"{shop.url}/webhooks/xendit", data=parts if chunked else body, timeout=10,
        headers={"x-callback-token": WEBHOOK_TOKEN, "content-type": "application/json"},
    )  # fmt: skip

    assert answer.status_code == status


def test_an_events_name_cannot_write_lines_of_its_own_into_the_log(shop: Shop):
    known = shop.send_webhook({"event": "payment_session.completed", "data": {"payment_session_id": "ps-log"}})
    odd = shop.send_webhook({"event": "a\norder W-FORGED: pending -> paid\x1b[31m", "data": {"id": "ps-forged"}})

    assert (known.status_code, odd.status_code) == (200, 200)
    wait_until(lambda: "webhook of another kind stored" in shop.process.output())
    assert "webhook payment_session.completed stored" in shop.process.output()
    assert "W-FORGED" not in shop.process.output()
    assert "\x1b" not in shop.process.output()


def test_nothing_secret_or_personal_stands_in_the_logs(shop: Shop, buyer: Buyer):
    buyer.adds()
    link = buyer.checks_out(**PERSONAL).headers["location"]
    buyer.opens(buyer.pays_by_qris(link))
    buyer.waits_until("paid")

    logs = shop.process.output() + shop.worker.output()

    token = buyer.order.rpartition("/")[2]
    personal = [detail for field, detail in PERSONAL.items() if field != "postal_code"]
    for secret in (SECRET_KEY, WEBHOOK_TOKEN, token, link, *personal, PHONE):
        assert secret not in logs
    assert "paid" in logs
