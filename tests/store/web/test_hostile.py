"""What strangers send: forged forms, odd methods, huge bodies, paths that lead elsewhere."""

import re
from urllib.parse import urlencode

import pytest

from ...buyer import COFFEE, DETAILS, Buyer
from ...in_process import Shop
from ...pages import Page


@pytest.fixture(scope="module")
def routes(shop: Shop) -> list[tuple[str, str, set[str]]]:
    """Endpoint, path and methods of every route, from the shop's own table: a new one cannot be missed."""
    return [(rule.endpoint, rule.rule, rule.methods) for rule in shop.app.url_map.iter_rules()]


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
    ordered.opens("/cart")  # which says once that something is in it
    before = ordered.status(), shop.sql("SELECT count(*) FROM orders"), ordered.opens("/cart").text

    answers = {path: ordered.browser.post(fill(path, ordered), **request_).status_code for path in posts}

    assert len(posts) >= 6
    assert answers == dict.fromkeys(posts, 403)
    assert (ordered.status(), shop.sql("SELECT count(*) FROM orders"), ordered.opens("/cart").text) == before


def test_another_visitors_csrf_token_does_not_count(shop: Shop, ordered: Buyer):
    stranger, neighbor = Buyer(shop), Buyer(shop)
    neighbor.adds()
    tokens = [each.opens(f"/products/{COFFEE}").form("/cart").fields["csrf_token"] for each in (stranger, neighbor)]

    answers = [ordered.browser.post(f"{ordered.order}/cancel", data={"csrf_token": token}) for token in tokens]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert ordered.status()["status"] == "pending"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_at_the_address_of_a_form_leads_to_its_page_and_changes_nothing(ordered: Buyer, routes, method: str):
    posts = [path for endpoint, path, methods in routes if "POST" in methods and endpoint != "webhooks.create"]
    override = {"X-HTTP-Method-Override": "POST"}

    answers = [ordered.browser.request(method, fill(path, ordered), headers=override) for path in posts]

    assert len(posts) >= 6
    assert {answer.status_code for answer in answers} == {200}
    pages = {f"{ordered.shop.url}/cart", f"{ordered.shop.url}/checkout", ordered.order, f"{ordered.order}/cancel"}
    assert {answer.url for answer in answers} == pages
    assert ordered.status()["status"] == "pending"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "ODD"])
def test_other_methods_are_refused(ordered: Buyer, method: str):
    for url in (f"{ordered.shop.url}/", ordered.order, f"{ordered.order}/pay"):
        assert ordered.browser.request(method, url).status_code in (403, 405)


def test_an_answer_to_a_wrong_method_says_which_are_right(ordered: Buyer):
    answers = [
        ordered.browser.request("PUT", f"{ordered.shop.url}{path}") for path in ("/", "/checkout", "/cart/update")
    ]

    assert [answer.status_code for answer in answers] == [405, 405, 405]
    assert ["POST" in answer.headers["Allow"] for answer in answers] == [False, True, True]
    assert all("To the shop" in answer.text for answer in answers)


PART = b'--x\r\nContent-Disposition: form-data; name="slug"\r\n\r\n' + COFFEE.encode()
BROKEN = {
    "another boundary": (PART + b"\r\n--x--", "boundary=y"), "no boundary": (PART, ""), "no end": (PART, "boundary=x"),
    "no header": (b"--x\r\nfoo\r\n\r\nabc\r\n--x--", "boundary=x"), "long boundary": (PART, "boundary=" + "y" * 5000),
}  # fmt: skip


@pytest.mark.parametrize("path", ["/cart", "/cart/update", "/cart/remove", "/checkout", "{order}/pay"])
@pytest.mark.parametrize(("body", "boundary"), BROKEN.values(), ids=BROKEN)
def test_a_form_that_did_not_arrive_whole_is_refused_as_such(ordered: Buyer, path: str, body: bytes, boundary: str):
    before = ordered.status()
    headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": f"multipart/form-data; {boundary}"}

    answer = ordered.browser.post(
        path.format(order=ordered.order) if "{" in path else ordered.shop.url + path, data=body, headers=headers
    )

    assert answer.status_code == 400
    assert "was not understood" in Page(answer).text
    assert ordered.status() == before


@pytest.mark.parametrize("charset", ["utf-16", "nonsense", "\xff"], ids=ascii)
def test_a_form_in_whatever_charset_is_no_fault(ordered: Buyer, charset: str):
    form = ordered.opens("/checkout").form("/checkout")
    headers = {"Content-Type": f"application/x-www-form-urlencoded; charset={charset}".encode("latin-1")}
    fields = {**DETAILS, "csrf_token": form.fields["csrf_token"], "city": "Lam\xf3ngan"}

    page = Page(ordered.browser.post(form.action, data=urlencode(fields, encoding="latin-1"), headers=headers))

    assert page.status == 422
    assert page.by_id["city"]["aria-invalid"] == "true"


HUGE = {
    "10,000 fields": {"data": "a=1&" * 10_000},
    "10,000 different fields": {"data": "&".join(f"f{number}=1" for number in range(10_000))},
    "2,000 parts": {"files": [(f"f{number}", (None, "1")) for number in range(2_000)]},
    "1 MB": {"data": b"quantity=" + b"1" * 1_000_000},
}


@pytest.mark.parametrize("path", ["/cart", "/checkout"])
@pytest.mark.parametrize("kind", HUGE)
def test_a_huge_form_is_refused_and_no_fault(ordered: Buyer, kind: str, path: str):
    headers = {} if "parts" in kind else {"content-type": "application/x-www-form-urlencoded"}

    answer = ordered.browser.post(ordered.shop.url + path, headers=headers, **HUGE[kind])

    assert answer.status_code in (400, 403, 413)
    assert Page(answer).title


def test_ten_thousand_fields_with_a_good_token_are_one_form(ordered: Buyer):
    form = ordered.opens("/checkout").form("/checkout")

    answer = ordered.browser.post(
        form.action, data=f"csrf_token={form.fields['csrf_token']}&" + "a=1&" * 10_000,
        headers={"content-type": "application/x-www-form-urlencoded"},
    )  # fmt: skip

    assert answer.status_code in (400, 413, 422)


@pytest.mark.parametrize("path", ["..%2f..%2fapp.py", "..%2fstore%2fconfig.py", "%2e%2e/app.py", "css/..%2f..%2fapp.py",
                                  "%2fetc%2fpasswd", "..%5capp.py", "css/%00", ""])  # fmt: skip
def test_nothing_outside_the_static_folder_can_be_had(shop: Shop, path: str):
    assert shop.browser().get(f"{shop.url}/static/{path}").status_code == 404


@pytest.mark.parametrize(("length", "status"), [(65_535, 200), (65_536, 200), (65_537, 413), (65_538, 413)])
def test_a_webhook_may_have_64_kib_and_not_a_byte_more(shop: Shop, length: int, status: int):
    assert shop.send_webhook(b'{"event": "big", "data": {}}'.ljust(length)).status_code == status
