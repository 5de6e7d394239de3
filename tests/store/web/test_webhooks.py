"""The webhook door: which bodies are kept, and which are refused."""

import json

import pytest

from ...events import event
from ...in_process import Shop

BAD_BODIES = {
    "empty": b"",
    "white space": b" \n",
    "text": b"hello",
    "form": b"event=payment_session.completed",
    "cut off": b'{"event": "payment_session.comp',
    "two objects": b"{}{}",
    "array": b"[]",
    "null": b"null",
    "string": b'"payment_session.completed"',
    "number": b"1",
    "true": b"true",
    "NaN": b'{"event": "a", "data": {"amount": NaN}}',
    "Infinity": b'{"event": "a", "data": {"amount": -Infinity}}',
    "exponent out of range": b'{"event": "a", "data": {"amount": 1e99999999999999999999}}',
    "exponent out of range, small": b'{"event": "a", "data": {"amount": 1e-99999999999999999999}}',
    "5,000 digits": b'{"event": "a", "data": {"amount": ' + b"9" * 5000 + b"}}",
    "21 deep": b'{"data": ' + b"[" * 20 + b"1" + b"]" * 20 + b"}",
    "9,000 deep": b'{"data": ' + b"[" * 9000 + b"]" * 9000 + b"}",
    "9,000 objects deep": b'{"a":' * 9000 + b"1" + b"}" * 9000,
    "30,000 deep and open": b"[" * 30_000,
    "lone surrogate": b'{"event": "a", "data": {"id": "\\ud800"}}',
    "lone surrogate as a key": b'{"event": "a", "data": {"\\ud800": 1}}',
    "NUL": b'{"event": "a\\u0000", "data": {}}',
    "NUL as a key": b'{"event": "a", "data": {"\\u0000": 1}}',
    "raw NUL": b'{"event": "a\0", "data": {}}',
    "BOM": b"\xef\xbb\xbf{}",
    "UTF-16": '{"event": "a"}'.encode("utf-16"),
    "UTF-32": '{"event": "a"}'.encode("utf-32"),
    "Latin-1": '{"event": "é"}'.encode("latin-1"),
    "key twice": b'{"event": "a", "event": "b", "data": {}}',
    "key twice inside": b'{"event": "a", "data": {"payment_session_id": "ps-1", "payment_session_id": "ps-2"}}',
}

HARMLESS_BODIES = {
    "no event": {"data": {}},
    "event null": {"event": None, "data": {"payment_session_id": "ps-1"}},
    "event a number": {"event": 7, "data": {}},
    "event a list": {"event": ["payment_session.completed"], "data": {}},
    "event empty": {"event": "", "data": {}},
    "event of 300 characters": {"event": "e" * 300, "data": {}},
    "unknown event": event("subscription.activated", {"id": "repl-1"}),
    "nothing at all": {},
    "no data": {"event": "payment_session.completed"},
    "data null": {"event": "payment_session.completed", "data": None},
    "data a list": {"event": "payment_session.completed", "data": [{"payment_session_id": "ps-1"}]},
    "data text": {"event": "payment.capture", "data": "ps-1"},
    "unknown order": event("payment_session.completed", {"payment_session_id": "ps-unknown", "reference_id": "W-NONE"}),
    "ids as numbers": event("payment_session.completed", {"payment_session_id": 7, "payment_id": 1.5, "status": 3}),
    "ids as lists": event("payment.capture", {"payment_id": ["py-1"], "reference_id": {"a": 1}, "failure_code": [1]}),
    "ids of 300 characters": event(
        "payment.failure",
        {name: "x" * 300 for name in ("payment_id", "payment_session_id", "reference_id", "failure_code", "status")},
    ),
    "a path as id": event("payment_session.completed", {"payment_session_id": "../../v3/payments/py-1"}),
    "20 deep": {"event": "deep", "data": json.loads("[" * 18 + "1" + "]" * 18)},
    "a large exponent": event("payment.capture", {"amount": 10**300}),
    "emoji": event("payment_session.completed", {"payment_session_id": "ps-🥥", "reference_id": "é"}),
}


def rows(shop: Shop) -> list[tuple]:
    return shop.sql("SELECT key, times FROM webhook_events ORDER BY id")


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_a_body_that_is_no_plain_json_object_is_refused(shop: Shop, body: bytes):
    before = rows(shop)

    answer = shop.send_webhook(body)

    assert answer.status_code == 400
    assert rows(shop) == before


@pytest.mark.parametrize("body", HARMLESS_BODIES.values(), ids=HARMLESS_BODIES.keys())
def test_any_json_object_is_stored_and_worked_through(shop: Shop, body: dict):
    before = rows(shop)

    first, second = shop.send_webhook(body), shop.send_webhook(body)

    assert (first.status_code, second.status_code) == (200, 200)
    assert len(rows(shop)) == len(before) + 1
    assert rows(shop)[-1][1] == 2
    shop.works()
    assert shop.sql("SELECT 1 FROM webhook_events WHERE processed_at IS NULL") == []


def test_an_exponent_that_no_float_holds_is_no_server_error(shop: Shop):
    answer = shop.send_webhook(b'{"event": "a", "data": {"amount": 1e999}}')

    assert answer.status_code in (200, 400)
