"""What only the real server can show: bodies in chunks, addresses that are too long, a proxy's headers, and the log."""

import socket
from collections.abc import Iterator

import pytest
import requests

from ..buyer import COFFEE, DETAILS, Buyer
from ..pages import Page
from ..processes import SECRET_KEY, WEBHOOK_TOKEN, Shop
from ..waiting import wait_until

PHONE = "+6281234567890"
SENT_BY_PROXIES = [
    {"X-Forwarded-Proto": "https", "X-Forwarded-Protocol": "http", "X-Forwarded-Ssl": "off"},
    {"X-Forwarded-Proto": "http", "X-Forwarded-Protocol": "ssl", "X-Forwarded-Ssl": "on"},
    {"X-Forwarded-Proto": "https, http", "X-Forwarded-Port": "443", "Forwarded": "for=192.0.2.1;proto=https;host=x"},
    {"X-Forwarded-For": "unknown, 192.0.2.1:4711, [2001:db8::1]", "X-Real-IP": "192.0.2.1", "Via": "1.1 proxy"},
    {"X_Forwarded_Host": "evil.example", "Script_Name": "/evil", "Path_Info": "/evil", "X-Forwarded-Prefix": "/evil"},
]


def in_chunks(body: bytes, size: int) -> Iterator[bytes]:
    return (body[start : start + size] for start in range(0, len(body), size))


def test_an_address_of_10_kB_is_refused_and_no_fault(shop: Shop):
    answer = requests.get(f"{shop.url}/?q={'x' * 10_000}", timeout=30)

    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize("path", ["/cart", "/checkout"])
def test_a_form_of_1_MB_in_chunks_is_refused_and_no_fault(buyer: Buyer, path: str):
    headers = {"content-type": "application/x-www-form-urlencoded"}
    body = in_chunks(b"x" * 1_000_000, 10_000)

    answer = buyer.browser.post(buyer.shop.url + path, headers=headers, data=body, timeout=20)

    assert answer.status_code in (400, 403, 413)
    assert Page(answer).title


def test_a_form_in_chunks_counts_whole_or_not_at_all(buyer: Buyer):
    form = f"slug={COFFEE}&quantity=1&x=".encode()
    headers = {"content-type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}

    answers = [
        buyer.browser.post(
            f"{buyer.shop.url}/cart", headers=headers, data=in_chunks(form + b"x" * more, 1_000), timeout=20,
            allow_redirects=False,
        ).status_code for more in (10, 65_536)
    ]  # fmt: skip

    assert answers == [303, 413]


@pytest.mark.parametrize("headers", SENT_BY_PROXIES, ids=" ".join)
def test_nothing_that_a_proxy_sends_changes_what_is_answered(shop: Shop, headers: dict[str, str]):
    for path in ("/", "/cart", "/cart/", "/nope", "/healthz"):
        plain = requests.get(shop.url + path, timeout=30)
        through_proxy = requests.get(shop.url + path, headers=headers, timeout=30)

        assert (through_proxy.status_code, through_proxy.url) == (plain.status_code, plain.url)
        assert "evil" not in through_proxy.text
    # The token is missing, so the webhook's own page has answered.
    assert requests.post(f"{shop.url}/webhooks/xendit", headers=headers, timeout=30).status_code == 401


@pytest.mark.parametrize("host", ["", "Host: \r\n", "Host: a b\r\n", "Host: [::1\r\n", "Host: 10.1.2.3:80\r\n"])
@pytest.mark.parametrize(("path", "status"), [("/healthz", b"200"), ("/", b"400")])
def test_a_probe_needs_no_name_of_the_shop(shop: Shop, host: str, path: str, status: bytes):
    with socket.create_connection(("127.0.0.1", shop.port), timeout=30) as connection:
        connection.sendall(f"GET {path} HTTP/1.0\r\n{host}\r\n".encode())
        answer = connection.makefile("rb").read()

    assert answer.split()[1] == status
    assert b"</html>" in answer or b'{"status":"ok"}' in answer


@pytest.mark.parametrize(("length", "status"), [(65_535, 200), (65_536, 200), (65_537, 413), (65_538, 413)])
def test_a_webhook_in_chunks_may_have_64_kib_and_not_a_byte_more(shop: Shop, length: int, status: int):
    body = b'{"event": "big", "data": {}}'.ljust(length)
    headers = {"x-callback-token": WEBHOOK_TOKEN, "content-type": "application/json"}

    answer = requests.post(f"{shop.url}/webhooks/xendit", data=in_chunks(body, 1_000), headers=headers, timeout=30)

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
    link = buyer.checks_out().headers["location"]
    buyer.opens(buyer.pays_by_qris(link))
    buyer.waits_until("paid")

    logs = shop.process.output() + shop.worker.output()

    token = buyer.order.rpartition("/")[2]
    personal = [detail for field, detail in DETAILS.items() if field != "postal_code"]
    for secret in (SECRET_KEY, WEBHOOK_TOKEN, token, link, *personal, PHONE):
        assert secret not in logs
    assert "paid" in logs
