"""The webhook door of a shop that is paid through the sandbox: who is let in, what is kept, what is answered."""

import http.client
import itertools
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from ..buyer import Buyer
from ..events import event, payment_event, session_event
from ..processes import SECRET_KEY, WEBHOOK_TOKEN, Sandbox, Shop
from ..waiting import wait_until

COMPLETED = {"event": "payment_session.completed", "data": {"payment_session_id": "ps-1", "status": "COMPLETED"}}

# The token where it does not count: (headers, what follows the path, body)
NO_GOOD_TOKEN = {
    "none": ({}, "", COMPLETED),
    "empty": ({"x-callback-token": ""}, "", COMPLETED),
    "wrong": ({"x-callback-token": "x"}, "", COMPLETED),
    "beginning": ({"x-callback-token": WEBHOOK_TOKEN[:-1]}, "", COMPLETED),
    "longer": ({"x-callback-token": WEBHOOK_TOKEN + "x"}, "", COMPLETED),
    "other case": ({"x-callback-token": WEBHOOK_TOKEN.upper()}, "", COMPLETED),
    "hard space at the end": ({"x-callback-token": WEBHOOK_TOKEN.encode() + b"\xa0"}, "", COMPLETED),
    "quoted": ({"x-callback-token": f'"{WEBHOOK_TOKEN}"'}, "", COMPLETED),
    "not ASCII": ({"x-callback-token": "tökén".encode()}, "", COMPLETED),
    "not UTF-8": ({"x-callback-token": b"\xff\xfe\x80"}, "", COMPLETED),
    "twice in one": ({"x-callback-token": f"{WEBHOOK_TOKEN},{WEBHOOK_TOKEN}"}, "", COMPLETED),
    "in the query": ({}, f"?x-callback-token={WEBHOOK_TOKEN}", COMPLETED),
    "in the body": ({}, "", {**COMPLETED, "x-callback-token": WEBHOOK_TOKEN}),
    "in a cookie": ({"cookie": f"x-callback-token={WEBHOOK_TOKEN}"}, "", COMPLETED),
    "underscores": ({"x_callback_token": WEBHOOK_TOKEN}, "", COMPLETED),
    "other header": ({"x-callback-tokens": WEBHOOK_TOKEN}, "", COMPLETED),
    "basic": ({"authorization": f"Basic {WEBHOOK_TOKEN}"}, "", COMPLETED),
    "the API key": ({"x-callback-token": SECRET_KEY}, "", COMPLETED),
    "with a bad body": ({"x-callback-token": "x"}, "", [1]),
}


def rows(shop: Shop) -> list[tuple]:
    return shop.sql("SELECT key, times FROM webhook_events ORDER BY id")


def is_worked_through(shop: Shop, since: int = 0) -> bool:
    """Tell whether the worker is done with all events but the `since` oldest."""
    newer = "SELECT id FROM webhook_events ORDER BY id LIMIT 1000000 OFFSET ?"
    return shop.sql(f"SELECT 1 FROM webhook_events WHERE processed_at IS NULL AND id IN ({newer})", since) == []


@pytest.mark.parametrize(("headers", "after_path", "body"), NO_GOOD_TOKEN.values(), ids=NO_GOOD_TOKEN.keys())
def test_nothing_is_taken_from_a_stranger(shop: Shop, headers: dict, after_path: str, body):
    before = rows(shop)

    answer = requests.post(f"{shop.url}/webhooks/xendit{after_path}", json=body, headers=headers, timeout=30)

    assert answer.status_code == 401
    assert rows(shop) == before


@pytest.mark.parametrize("tokens", [(WEBHOOK_TOKEN, "x"), ("x", WEBHOOK_TOKEN)], ids=["good first", "good last"])
def test_two_token_headers_count_as_none(shop: Shop, tokens: tuple[str, str]):
    before = rows(shop)
    connection = http.client.HTTPConnection("127.0.0.1", shop.port, timeout=30)
    connection.putrequest("POST", "/webhooks/xendit")
    for token in tokens:
        connection.putheader("x-callback-token", token)
    connection.putheader("content-length", "2")

    connection.endheaders(b"{}")

    assert connection.getresponse().status == 401
    assert rows(shop) == before
    connection.close()


@pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "chunked"])
def test_a_body_over_64_kib_is_refused(shop: Shop, chunked: bool):
    before = rows(shop)
    body = b'{"event": "big", "data": {}}' + b" " * 70_000

    answer = send_chunks(shop, body) if chunked else shop.send_webhook(body)

    assert answer.status_code in (400, 413)
    assert rows(shop) == before


def send_chunks(shop: Shop, body: bytes) -> requests.Response:
    chunks = (body[start : start + 1000] for start in range(0, len(body), 1000))
    headers = {"x-callback-token": WEBHOOK_TOKEN, "content-type": "application/json"}
    return requests.post(f"{shop.url}/webhooks/xendit", data=chunks, headers=headers, timeout=30)


def test_a_chunked_body_is_stored_like_any_other(shop: Shop):
    before = rows(shop)

    answer = send_chunks(shop, json.dumps(event("chunked", {"payment_id": "py-" + "c" * 200})).encode())

    assert answer.status_code == 200
    assert len(rows(shop)) == len(before) + 1


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_only_posts_are_webhooks(shop: Shop, method: str):
    headers = {"x-callback-token": WEBHOOK_TOKEN}

    answer = requests.request(method, f"{shop.url}/webhooks/xendit", headers=headers, json=COMPLETED, timeout=30)

    assert answer.status_code == 405


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/webhooks/xendit/", {}), ("/webhooks/xendit", {"host": "localhost"}), ("/webhooks/xendit?a=b", {})],
    ids=["slash at the end", "under another name", "with a query"],
)
def test_a_webhook_is_never_redirected(shop: Shop, path: str, headers: dict):
    headers = {**headers, "x-callback-token": WEBHOOK_TOKEN}

    answer = requests.post(f"{shop.url}{path}", headers=headers, json=COMPLETED, timeout=30, allow_redirects=False)

    assert answer.status_code == 200


def test_a_paid_order_stays_paid_whatever_comes_later(shop: Shop, sandbox: Sandbox, buyer: Buyer):
    before = rows(shop)
    buyer.pays_by_qris(buyer.goes_to_pay())
    paid = buyer.waits_until("paid")
    session = sandbox.session(buyer.session_id)
    events = [
        session_event("completed", session), session_event("expired", session),
        payment_event("capture", session), payment_event("failure", session),
    ]  # fmt: skip

    for order_of_arrival in itertools.permutations(events):
        assert [shop.send_webhook(each).status_code for each in order_of_arrival] == [200] * 4
    wait_until(lambda: is_worked_through(shop, since=len(before)))

    assert buyer.status() == paid
    assert paid["attention"] is False
    assert len(shop.sql("SELECT 1 FROM payments WHERE payment_id = ?", session["payment_id"])) == 1


def test_a_stolen_token_pays_nothing(shop: Shop, sandbox: Sandbox, buyer: Buyer):
    buyer.goes_to_pay()
    session = sandbox.session(buyer.session_id)
    events = [
        session_event("completed", session, payment_id="py-forged"), session_event("expired", session),
        payment_event("capture", session), payment_event("succeeded", session),
    ]  # fmt: skip

    for order_of_arrival in itertools.permutations(events):
        assert [shop.send_webhook(each).status_code for each in order_of_arrival] == [200] * 4
    wait_until(lambda: looked_at_twice(shop, session["payment_session_id"]))

    status = buyer.status()
    assert (status["status"], status["payment"]["status"], status["attention"]) == ("pending", "ACTIVE", False)
    assert sandbox.session(buyer.session_id)["status"] == "ACTIVE"


def looked_at_twice(shop: Shop, session_id: str) -> bool:
    """The second look begins only after the first has ended."""
    tries = shop.sql(
        "SELECT tries FROM webhook_events WHERE session_id = ? AND event = 'payment_session.completed'", session_id
    )
    return tries[0][0] >= 2


@pytest.mark.alone
def test_a_burst_of_500_old_events_is_answered_and_changes_nothing(shop: Shop, sandbox: Sandbox, buyer: Buyer):
    buyer.pays_by_qris(buyer.goes_to_pay())
    buyer.waits_until("paid")
    before = rows(shop)
    session = sandbox.session(buyer.session_id)
    old = [payment_event("capture", session, status=f"OLD-{number}") for number in range(500)]

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(shop.send_webhook, old))

    assert {answer.status_code for answer in answers} == {200}
    wait_until(lambda: is_worked_through(shop, since=len(before)), within=120)
    assert buyer.status()["attention"] is False


def test_a_webhook_that_cannot_be_stored_is_asked_for_again(shop: Shop):
    late = event("payment_session.completed", {"payment_session_id": "ps-locked-out", "status": "COMPLETED"})
    with shop.database.held():
        started = time.monotonic()
        with ThreadPoolExecutor(6) as pool:
            refused = list(pool.map(shop.send_webhook, [late] * 6))
        waited = time.monotonic() - started

    assert {answer.status_code for answer in refused} == {503}
    assert waited < 25, "the waiting adds up, and Xendit does not wait longer than 30 s"
    assert shop.send_webhook(late).status_code == 200
    assert shop.sql("SELECT times FROM webhook_events WHERE session_id = 'ps-locked-out'") == [(1,)]


CANARY = {
    "given_names": "Kenari",
    "surname": "Rahasia",
    "email": "kenari.rahasia@example.com",
    "mobile_number": "+62 813 7654 3210",
    "address_line1": "Gang Burung Kenari 77",
    "city": "Kotakenari",
    "postal_code": "61357",
}
WRITTEN_OTHERWISE = ("+6281376543210", "081376543210")


def test_the_logs_hold_no_secret_and_nothing_personal(shop: Shop, sandbox: Sandbox, buyer: Buyer):
    buyer.adds()
    link = buyer.checks_out(**CANARY).headers["location"]
    buyer.fails_by_qris(link)
    first_token = buyer.order.rpartition("/")[2]
    canary_in_a_body = json.dumps(event("a", CANARY)).encode()
    shop.send_webhook(canary_in_a_body[:-1])
    shop.send_webhook(canary_in_a_body, token=f"{WEBHOOK_TOKEN}x")
    stumble_over_a_locked_database(shop, buyer)
    buyer.opens(f"{buyer.order}/cancel?name={CANARY['surname']}")
    buyer.opens(f"{buyer.order}/nothing-here")
    buyer.presses("cancel")
    buyer.pays_by_qris(buyer.checks_out(**CANARY).headers["location"])
    buyer.waits_until("paid")

    logs = {process.log.name: process.output() for process in (shop.process, shop.worker, sandbox.process)}

    secret = [SECRET_KEY, WEBHOOK_TOKEN, first_token, buyer.order.rpartition("/")[2], shop.environment["SECRET_KEY"]]
    page_id = link.rpartition("/")[2]
    for name, text in logs.items():
        found = [each for each in (*CANARY.values(), *WRITTEN_OTHERWISE, *secret) if each in text]
        assert not found, f"{name} holds {found}"
        assert name == "sandbox.log" or page_id not in text, f"{name} holds the payment link's path"
    assert len(logs) == 3 and all(logs.values())


def stumble_over_a_locked_database(shop: Shop, buyer: Buyer) -> None:
    """An error of the database is written down, and it knows what the shop asked for."""
    with shop.database.held():
        answer = buyer.presses("cancel")
    assert answer.status_code == 503
    assert "Warung" in answer.text, "the shop's own error page needs the database"
