"""POST /sessions: what is accepted, what is answered, and every documented refusal."""

import json
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from ..conftest import new_customer, session_request

ITEM = {
    "reference_id": "kopi",
    "type": "PHYSICAL_PRODUCT",
    "name": "Kopi Gayo 250 g",
    "net_unit_amount": 75000,
    "quantity": 2,
    "category": "",
}
SUBSCRIPTION = {"schedule": {"interval": "MONTH", "interval_count": 1, "anchor_date": "2030-01-01"}}
UNKNOWN_CUSTOMER_ID = "cust-00000000-0000-4000-8000-000000000000"


def in_minutes(minutes):
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()


def customer(**changes):
    return new_customer(email="siti@shop.example", mobile_number="+628123456789") | changes


def person(**details):
    return customer(individual_detail=details)


def test_a_new_session_is_active_and_has_a_link(api):
    session = api.create()

    assert re.fullmatch(r"ps-[0-9a-f]{24}", session["payment_session_id"])
    assert session["status"] == "ACTIVE"
    assert session["payment_link_url"] == f"{api.address}/checkout/{session['payment_session_id']}"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", session["created"])
    assert session["created"] == session["updated"]
    assert (session["locale"], session["capture_method"]) == ("en", "AUTOMATIC")
    assert re.fullmatch(r"[0-9a-f]{24}", session["business_id"])


def test_what_was_not_sent_is_absent_from_the_answer(api):
    session = api.create()

    assert None not in session.values()
    assert not {"customer_id", "payment_id", "payment_request_id", "items", "metadata"} & session.keys()


def test_a_session_lives_just_under_half_an_hour_by_default(api):
    session = api.create()

    life = datetime.fromisoformat(session["expires_at"]) - datetime.fromisoformat(session["created"])
    assert timedelta(minutes=29, seconds=59) <= life < timedelta(minutes=30)


def test_what_was_sent_comes_back(api):
    sent = {
        "items": [ITEM],
        "metadata": {"table": "7"},
        "description": "Coffee",
        "locale": "id",
        "allowed_payment_channels": ["QRIS"],
    }

    in_java = datetime.now(timezone(timedelta(hours=7))).replace(microsecond=0) + timedelta(hours=1)

    session = api.create(**sent, expires_at=in_java.isoformat())

    assert {name: session[name] for name in sent} == sent
    assert session["expires_at"] == in_java.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def test_a_customer_is_never_echoed_and_keeps_one_id(api):
    first = api.create(customer=customer())
    second = api.create(customer_id=first["customer_id"])

    assert "customer" not in first
    assert re.fullmatch(r"cust-[0-9a-f-]{36}", first["customer_id"])
    assert first["customer_id"] == second["customer_id"]


def test_a_repeated_reference_makes_another_session(api):
    first, second = api.create(reference_id="again"), api.create(reference_id="again")

    assert first["payment_session_id"] != second["payment_session_id"]


@pytest.mark.parametrize(
    ("country", "currency", "text"),
    [
        ("ID", "IDR", "150000"),
        ("ID", "IDR", "99999999999999999999999999"),
        ("PH", "PHP", "0.1"),
        ("SG", "SGD", "1234567.89"),
    ],
)
def test_amounts_come_back_digit_by_digit(api, country, currency, text):
    body = json.dumps(session_request(country=country, currency=currency)).replace("150000", text)

    answer = api.post("/sessions", data=body)

    assert f'"amount":{text},' in answer.text.replace(" ", "")


@pytest.mark.parametrize(
    "changes",
    [
        {"color": "red", "amount": 150000.0},
        {"items": [ITEM | {"currency": "IDR"}]},
        {"items": [ITEM | {"net_unit_amount": -5000}]},
        {"items": [], "metadata": None},
        {"metadata": {"k" * 40: "v" * 80, **{str(n): "" for n in range(19)}}},
        {"reference_id": "r" * 64, "description": "d" * 1000},
        {"customer": person(given_names="Nur'aini")},
        {"success_return_url": "http://127.0.0.1:8000/x", "cancel_return_url": "http://localhost:8000/x"},
        {"success_return_url": "http://[::1]:8000/x", "cancel_return_url": None},
        {"allowed_payment_channels": []},
        {"expires_at": in_minutes(24 * 60)},
    ],
)
def test_a_good_request_is_accepted(api, changes):
    # `None` here is JSON's null, so the request is built by hand.
    answer = api.post("/sessions", json=session_request() | changes if "metadata" in changes else
                      session_request(**changes))  # fmt: skip

    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    ("error_code", "changes"),
    [
        ("INVALID_AMOUNT", {"amount": 0}),
        ("INVALID_AMOUNT", {"amount": -1}),
        ("INVALID_AMOUNT", {"amount": 1000.5}),
        ("INVALID_AMOUNT", {"amount": 1.001, "currency": "PHP", "country": "PH"}),
        ("INVALID_AMOUNT", {"amount": 5000.5, "currency": "VND", "country": "VN"}),
        ("INVALID_AMOUNT", {"amount": 1, "session_type": "SAVE", "customer": customer()}),
        ("INVALID_PAYMENT_CHANNEL", {"allowed_payment_channels": ["INVALID_CHANNEL"]}),
        ("INVALID_PAYMENT_CHANNEL", {"country": "PH", "currency": "IDR"}),
        ("INVALID_METADATA", {"metadata": {"key": "v" * 81}}),
        ("INVALID_METADATA", {"metadata": {"k" * 41: "value"}}),
        ("INVALID_METADATA", {"metadata": {"key": 7}}),
        ("INVALID_METADATA", {"metadata": {str(n): "" for n in range(21)}}),
        ("INVALID_ITEM_METADATA", {"items": [ITEM | {"metadata": {"key": "v" * 81}}]}),
        ("INVALID_COUNTRY", {"country": "MX"}),
        ("INVALID_CURRENCY", {"currency": "EUR"}),
        ("INVALID_CUSTOMER_ID", {"customer_id": UNKNOWN_CUSTOMER_ID.replace("cust", "user")}),
        ("INVALID_URL", {"success_return_url": "http://shop.example/complete"}),
        ("INVALID_URL", {"cancel_return_url": "javascript:alert(1)"}),
        ("INVALID_URL", {"cancel_return_url": "http://127.0.0.1@shop.example/"}),
        ("INVALID_URL", {"cancel_return_url": "https://shop.example/\r\nX: y"}),
        ("INVALID_URL", {"success_return_url": "https://"}),
        ("MISSING_CUSTOMER", {"session_type": "SAVE", "amount": 0}),
        ("MISSING_CUSTOMER", {"allow_save_payment_method": "FORCED"}),
        ("DISALLOWED_CAPTURE_METHOD", {"session_type": "SAVE", "amount": 0, "capture_method": "AUTOMATIC"}),
        ("INVALID_EXPIRY_DATE", {"expires_at": in_minutes(9.9)}),
        ("INVALID_EXPIRY_DATE", {"expires_at": in_minutes(24 * 60 + 15)}),
        ("INVALID_EXPIRY_DATE", {"expires_at": "2099-01-01T00:00:00Z"}),
        ("INVALID_EXPIRY_DATE", {"expires_at": "0001-01-01T00:00:00+14:00"}),
        ("ITEMS_NOT_SUPPORTED", {"session_type": "SAVE", "amount": 0, "items": [ITEM]}),
        ("SESSION_TYPE_NOT_SUPPORTED", {"session_type": "AUTHORIZATION"}),
        ("SESSION_TYPE_NOT_SUPPORTED", {"session_type": "SUBSCRIPTION", "subscription": SUBSCRIPTION}),
        ("MODE_NOT_SUPPORTED", {"mode": "INVALID_MODE"}),
        ("MODE_NOT_SUPPORTED", {"mode": "CARDS_SESSION_JS", "customer": customer()}),
        ("MISSING_CUSTOMER", {"mode": "CARDS_SESSION_JS"}),
    ],
)
def test_each_broken_rule_has_its_error_code(api, error_code, changes):
    answer = api.refused(**changes)

    assert (answer.status_code, answer.json()["error_code"]) == (400, error_code)
    assert answer.json()["message"]


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        ("/body/reference_id", {"reference_id": None}),
        ("/body/session_type", {"session_type": None}),
        ("/body/mode", {"mode": None}),
        ("/body/amount", {"amount": None}),
        ("/body/currency", {"currency": None}),
        ("/body/country", {"country": None}),
        ("/body/reference_id", {"reference_id": ""}),
        ("/body/reference_id", {"reference_id": "r" * 65}),
        ("/body/reference_id", {"reference_id": 7}),
        ("/body/amount", {"amount": "150000"}),
        ("/body/amount", {"amount": True}),
        ("/body/description", {"description": "d" * 1001}),
        ("/body/locale", {"locale": "eng"}),
        ("/body/capture_method", {"capture_method": "LATER"}),
        ("/body/expires_at", {"expires_at": "tomorrow"}),
        ("/body/expires_at", {"expires_at": "2099-01-01T00:00:00"}),
        ("/body/metadata", {"metadata": ["a"]}),
        ("/body/customer/type", {"customer": customer(type="BUSINESS")}),
        ("/body/customer/reference_id", {"customer": customer(reference_id="r" * 256)}),
        ("/body/customer/email", {"customer": customer(email="siti")}),
        ("/body/customer/email", {"customer": customer(email="s" * 40 + "@shop.example")}),
        ("/body/customer/mobile_number", {"customer": customer(mobile_number="08123456789")}),
        ("/body/customer/individual_detail/given_names", {"customer": person()}),
        ("/body/customer/individual_detail/given_names", {"customer": person(given_names="n" * 51)}),
        ("/body/customer/individual_detail/surname", {"customer": person(given_names="Siti", surname="")}),
        ("/body/items/0/category", {"items": [{k: v for k, v in ITEM.items() if k != "category"}]}),
        ("/body/items/0/type", {"items": [ITEM | {"type": "GIFT"}]}),
        ("/body/items/0/quantity", {"items": [ITEM | {"quantity": 0}]}),
        ("/body/items/0/quantity", {"items": [ITEM | {"quantity": 1.5}]}),
        ("/body/items/0/image_url", {"items": [ITEM | {"image_url": "ftp://shop.example/a"}]}),
        (
            "/body/channel_properties/cards/card_details",
            {"channel_properties": {"cards": {"card_details": {}}}},
        ),
    ],
)
def test_a_wrong_shape_is_located(api, path, changes):
    answer = api.refused(**changes)

    assert (answer.status_code, answer.json()["error_code"]) == (400, "API_VALIDATION_ERROR")
    assert [error["path"] for error in answer.json()["errors"]] == [path]


def test_a_missing_field_is_told_as_xendit_tells_it(api):
    answer = api.refused(session_type=None)

    assert answer.json() == {
        "error_code": "API_VALIDATION_ERROR",
        "message": "request/body must have required property 'session_type'",
        "errors": [{"message": "must have required property 'session_type'", "path": "/body/session_type"}],
    }


def test_an_unknown_customer_is_not_found(api):
    answer = api.refused(customer_id=UNKNOWN_CUSTOMER_ID)

    assert (answer.status_code, answer.json()["error_code"]) == (404, "DATA_NOT_FOUND")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe{}",
        b'{"amount": NaN}',
        b'{"amount": 1e999}',
        b'{"amount": 1e-999999999999999999999}',
        b'{"amount": ' + b"9" * 5000 + b"}",
        b'{"reference_id": "\\ud800"}',
        b'{"channel_properties": ' + b"[" * 9000 + b"]" * 9000 + b"}",
        b'{"channel_properties": ' + b'{"a":' * 40 + b"1" + b"}" * 40 + b"}",
    ],
)
def test_a_hostile_body_is_refused(api, body):
    answer = api.post("/sessions", data=body)

    assert answer.status_code == 400
    assert answer.json() == {
        "error_code": "API_VALIDATION_ERROR",
        "message": "request/body must be valid JSON",
    }


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"7"])
def test_a_body_must_be_an_object(api, body):
    answer = api.post("/sessions", data=body)

    assert (answer.status_code, answer.json()["message"]) == (400, "request/body must be object")


def test_a_huge_body_is_refused(api):
    answer = api.post("/sessions", data=b" " * 300_000)

    assert answer.status_code == 413
    assert answer.json()["error_code"]
