"""Bodies and headers that no honest caller sends: every door refuses them with a 4xx in the envelope."""

import json
import socket

import pytest
import requests

from sandbox import OPENAPI

from ..conftest import session_request

UNKNOWN = "00000000-0000-4000-8000-000000000000"
DOCUMENT = json.loads(OPENAPI.read_text(encoding="utf-8"))
DOORS = [
    path.format(payment_id=f"py-{UNKNOWN}", payment_request_id=f"pr-{UNKNOWN}")
    for path, calls in DOCUMENT["paths"].items()
    if "requestBody" in calls.get("post", {})
]
NOT_JSON = {
    "nothing": b"",
    "half an object": b'{"amount": 1',
    "100,000 arrays deep": b"[" * 100_000 + b"]" * 100_000,
    "100,000 objects deep": b'{"a":' * 40_000 + b"1" + b"}" * 40_000,
    "NaN": b'{"amount": NaN}',
    "Infinity": b'{"amount": -Infinity}',
    "5,000 digits": b'{"amount": ' + b"9" * 5000 + b"}",
    "an exponent beyond all": b'{"amount": 1e999999999999}',
    "a lone surrogate": b'{"reference_id": "\\ud800"}',
    "a lone surrogate as key": b'{"\\udfff": 1}',
    "invalid UTF-8": b'{"reference_id": "\xff"}',
    "UTF-16": '{"amount": 1}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "two documents": b"{}{}",
}


@pytest.fixture
def merchant(merchant):
    """One who names the version everywhere, as some doors demand."""
    merchant.http.headers["api-version"] = "2024-11-11"
    return merchant


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON)
def test_what_is_not_json_is_refused(merchant, door, body):
    answer = merchant.post(door, data=body)

    assert (answer.status_code, answer.json()["error_code"]) == (400, "API_VALIDATION_ERROR")
    assert len(answer.content) < 1000


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"7", b"true", b"[" * 20 + b"]" * 20])
def test_a_body_of_another_kind_is_refused(merchant, door, body):
    answer = merchant.post(door, data=body)

    assert (answer.status_code, answer.json()["message"]) == (400, "request/body must be object")


@pytest.mark.parametrize("door", DOORS)
def test_a_huge_body_is_refused(merchant, door):
    answer = merchant.post(door, data=b" " * 300_000)

    assert (answer.status_code, answer.json()["error_code"]) == (413, "REQUEST_TOO_LARGE")


def test_an_endless_body_is_cut_off(merchant):
    def endless():
        while True:
            yield b" " * 65536

    try:
        status = merchant.post("/sessions", data=endless()).status_code
    except OSError:
        status = 413
    assert status == 413
    assert merchant.create()["status"] == "ACTIVE"


@pytest.mark.parametrize(
    "changes",
    [
        {"reference_id": "a\u0000b"},
        {"description": "\u202e\u0007</script>"},
        {"metadata": {"": ""}},
        {"metadata": {"__proto__": "x"}},
        {"channel_properties": {"cards": {"unknown": [{}] * 100}}},
        {"allowed_payment_channels": ["CARDS"] * 1000},
    ],
)
def test_odd_but_valid_text_comes_back_as_it_went(merchant, changes):
    session = merchant.create(**changes)

    assert {name: merchant.session(session)[name] for name in changes} == changes


@pytest.mark.parametrize(
    "changes",
    [
        {"items": [{}] * 1000},
        {"items": [[]]},
        {"items": [None]},
        {"customer": []},
        {"customer": {"individual_detail": None}},
        {"channel_properties": {"cards": []}},
        {"channel_properties": {"cards": None}},
        {"metadata": {"k" * 100_000: "v"}},
        {"success_return_url": "https://[::1"},
        {"success_return_url": "https://shop.example:99999/"},
        {"expires_at": "2099-02-30T00:00:00Z"},
        {"expires_at": "２０９９-01-01T00:00:00Z"},
        {"amount": -0.0},
        {"allowed_payment_channels": [{}]},
        {"payment_link_configuration": []},
        {"components_configuration": {"origins": {}}},
        {"subscription": {"schedule": []}},
    ],
)
def test_odd_shapes_are_refused(merchant, changes):
    assert merchant.refused(**changes).status_code == 400


@pytest.mark.parametrize("amount", ["1e2", "100.0", "1.5e3"])
def test_a_number_may_be_written_in_any_way(merchant, amount):
    body = json.dumps(session_request()).replace("150000", amount)

    assert merchant.post("/sessions", data=body).json()["amount"] == float(amount)


@pytest.mark.parametrize("authorization", ["Basic " + "A" * 60_000, "Basic \xff\xfe", "Basic =", "basic:"])
def test_an_odd_key_is_refused(merchant, authorization):
    headers = {"Authorization": authorization.encode("latin-1")}

    answer = requests.get(f"{merchant.address}/sessions/x", headers=headers, timeout=30)

    assert answer.status_code == 401


@pytest.mark.parametrize("raw", [
    b"POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}",
    b"POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"\x00\x01\x02\r\n\r\n",
])  # fmt: skip
def test_broken_http_leaves_the_server_in_order(merchant, raw):
    host, _, port = merchant.address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(raw)
        line.settimeout(1)
        try:
            answer = line.recv(1000)
        except TimeoutError:
            answer = b""

    assert b" 500 " not in answer
    assert merchant.create()["status"] == "ACTIVE"


@pytest.mark.parametrize(("wish", "told"), [({"Connection": "close"}, "close"), ({}, None)], ids=["ends", "stays"])
def test_a_connection_that_ends_says_so(merchant, wish, told):
    answer = merchant.get("/sessions/ps-000000000000000000000000", headers=wish)

    assert answer.headers.get("Connection") == told


@pytest.mark.parametrize("door", [*DOORS, "/sessions/ps-000000000000000000000000/cancel"])
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", "text/json", "json"]
)
def test_a_body_that_says_it_is_no_json_is_refused(merchant, door, kind):
    answer = merchant.post(door, data=b"{}", headers={"Content-Type": kind})

    assert (answer.status_code, answer.json()) == (
        415,
        {"error_code": "UNSUPPORTED_CONTENT_TYPE", "message": "The content type requested is not supported."},
    )


@pytest.mark.parametrize("kind", [None, "", "application/json", "Application/JSON; charset=UTF-8"])
def test_a_body_that_says_nothing_or_json_is_read_as_json(merchant, kind):
    body = json.dumps(session_request()).encode()

    assert merchant.post("/sessions", data=body, headers={"Content-Type": kind}).status_code == 201


def test_a_call_without_a_body_may_say_what_it_likes(merchant):
    path = f"/sessions/{merchant.create()['payment_session_id']}/cancel"

    assert merchant.post(path, headers={"Content-Type": "application/x-www-form-urlencoded"}).status_code == 200
