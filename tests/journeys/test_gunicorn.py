"""What only the real server can show: bodies in chunks, addresses that are too long, and the log."""

from collections.abc import Iterator

import pytest
import requests

from ..buyer import DETAILS, Buyer
from ..pages import Page
from ..processes import SECRET_KEY, WEBHOOK_TOKEN, Shop
from ..waiting import wait_until

PHONE = "+6281234567890"


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
