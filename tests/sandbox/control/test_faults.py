"""Faults of the API: each spoils the calls that it was ordered for, as often as ordered, and no record."""

import socket
from base64 import b64encode

import pytest
import requests

from sandbox.trouble import faults

from ..conftest import session_request

NOWHERE = {"session_id": "ps-000000000000000000000000", "id": "py-00000000-0000-4000-8000-000000000000"}
CALLS = {
    "create_session": ("POST", "/sessions"),
    "get_session": ("GET", "/sessions/{session_id}"),
    "cancel_session": ("POST", "/sessions/{session_id}/cancel"),
    "create_refund": ("POST", "/refunds"),
    "get_refund": ("GET", "/refunds/{id}"),
    "get_refunds": ("GET", "/refunds/"),
    "cancel_refund": ("POST", "/refunds/{id}/cancel"),
    "create_v3_refund": ("POST", "/v3/refunds"),
    "get_v3_refund": ("GET", "/v3/refunds/{id}"),
    "get_payment": ("GET", "/v3/payments/{id}"),
    "capture_payment": ("POST", "/v3/payments/{id}/capture"),
    "cancel_payment": ("POST", "/v3/payments/{id}/cancel"),
    "get_payment_request": ("GET", "/v3/payment_requests/{id}"),
    "simulate_payment": ("POST", "/v3/payment_requests/{id}/simulate"),
    "get_payment_token": ("GET", "/v3/payment_tokens/{id}"),
    "create_customer": ("POST", "/customers"),
    "get_customer": ("GET", "/customers/{id}"),
    "get_customers": ("GET", "/customers"),
    "get_balance": ("GET", "/balance"),
}


def calls(merchant, operation):
    method, path = CALLS[operation]
    url = merchant.address + path.format(**NOWHERE)
    return merchant.http.request(method, url, json={}, headers={"api-version": "2024-11-11"}, timeout=30)


def asks_for_session(merchant):
    return merchant.post("/sessions", json=session_request())


def reads(merchant, session):
    return merchant.get(f"/sessions/{session['payment_session_id']}")


@pytest.mark.parametrize("operation", CALLS)
def test_each_operation_can_fail_by_its_name(merchant, control, operation):
    control.orders("error", operation, status=503, error_code="SERVER_ERROR")

    spoiled, well = calls(merchant, operation), calls(merchant, operation)

    assert (spoiled.status_code, spoiled.json()["error_code"]) == (503, "SERVER_ERROR")
    assert well.json().get("error_code") != "SERVER_ERROR"


# Documented codes that no request brings about here, because they tell of Xendit's or a partner's own state.
ONLY_ON_DEMAND = [
    ("create_session", 500, "SERVER_ERROR"),
    ("get_session", 403, "INELIGIBLE_SESSION_REQUEST"),
    ("get_session", 500, "SERVER_ERROR"),
    ("cancel_session", 500, "SERVER_ERROR"),
    ("create_refund", 400, "TEMPORARILY_UNAVAILABLE"),
    ("create_refund", 400, "INSUFFICIENT_BALANCE"),
    ("create_refund", 400, "PARTIAL_REFUND_COUNTS_EXCEEDED"),
    ("create_refund", 403, "SKIP_3DS_FORBIDDEN"),
    ("create_refund", 403, "INVALID_MERCHANT_SETTINGS"),
    ("create_refund", 503, "CHANNEL_UNAVAILABLE"),
    ("capture_payment", 400, "TEMPORARILY_UNAVAILABLE"),
    ("capture_payment", 403, "INVALID_MERCHANT_SETTINGS"),
    ("capture_payment", 503, "CHANNEL_UNAVAILABLE"),
    ("capture_payment", 503, "ISSUER_UNAVAILABLE"),
    ("cancel_payment", 503, "CHANNEL_UNAVAILABLE"),
]


@pytest.mark.parametrize(("operation", "status", "code"), ONLY_ON_DEMAND)
def test_a_documented_code_that_no_request_brings_about_comes_on_demand(merchant, control, operation, status, code):
    control.orders("error", operation, status=status, error_code=code)

    answer = calls(merchant, operation)

    assert (answer.status_code, answer.json()["error_code"]) == (status, code)
    assert isinstance(answer.json()["message"], str)


def test_each_operation_is_known():
    assert set(faults.OPERATIONS) == set(CALLS)


def test_an_error_before_the_work_makes_nothing(merchant, control):
    control.orders("error", "create_session", status=400, error_code="INVALID_PAYMENT_CHANNEL")

    answer = asks_for_session(merchant)

    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PAYMENT_CHANNEL")
    assert control.ledger()["sessions"] == []


def test_an_error_after_the_work_hides_what_was_made(merchant, control):
    control.orders("error_after_work", "create_session", status=500)

    answer = asks_for_session(merchant)

    assert (answer.status_code, answer.json()["error_code"]) == (500, "SERVER_ERROR")
    assert len(control.ledger()["sessions"]) == 1


@pytest.mark.parametrize(("kind", "made"), [("reset_before_work", 0), ("reset_after_work", 1)])
def test_a_broken_connection_gives_no_answer_at_all(merchant, control, kind, made):
    control.orders(kind, "create_session")

    with pytest.raises(requests.ConnectionError):
        asks_for_session(merchant)

    ledger = control.ledger()
    assert len(ledger["sessions"]) == made
    assert [(call["status"], call["answer"], call["fault"]) for call in ledger["calls"]][-1] == (0, "", kind)


def test_a_broken_connection_is_a_reset_on_the_line(merchant, control):
    control.orders("reset_before_work", "create_session")
    port = int(merchant.address.rpartition(":")[2])

    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        credentials = b64encode(f"{merchant.key}:".encode()).decode()
        line.sendall(f"POST /sessions HTTP/1.1\r\nAuthorization: Basic {credentials}\r\n\r\n".encode())
        with pytest.raises(ConnectionResetError):
            line.recv(1)


def test_a_delay_keeps_the_caller_waiting_and_then_works(merchant, control):
    session = merchant.create()
    control.orders("delay", "get_session", milliseconds=700)

    with pytest.raises(requests.ReadTimeout):
        merchant.http.get(f"{merchant.address}/sessions/{session['payment_session_id']}", timeout=0.3)
    assert reads(merchant, session).json() == session


def test_a_delay_comes_with_any_other_fault(merchant, control):
    control.orders("error", "create_session", milliseconds=300)

    answer = asks_for_session(merchant)

    assert answer.status_code == 500
    assert answer.elapsed.total_seconds() >= 0.3


def test_garbage_is_a_page_of_html_with_a_good_status(merchant, control):
    control.orders("garbage", "create_session")

    answer = asks_for_session(merchant)

    assert (answer.status_code, answer.headers["Content-Type"]) == (201, "text/html")
    assert "<html>" in answer.text
    assert len(control.ledger()["sessions"]) == 1


def test_a_truncated_answer_is_half_of_its_json(merchant, control):
    session = merchant.create()
    control.orders("truncated", "get_session")

    spoiled, well = reads(merchant, session), reads(merchant, session)

    assert spoiled.status_code == 200
    assert well.text.startswith(spoiled.text)
    with pytest.raises(requests.JSONDecodeError):
        spoiled.json()


@pytest.mark.parametrize(("value", "shown"), [(None, 150001), (1, 1), ("150000", "150000"), (9999.5, 9999.5)])
def test_a_wrong_amount_is_in_the_answer_alone(merchant, control, value, shown):
    session = merchant.create()
    control.orders("wrong_amount", "get_session", value=value)

    assert reads(merchant, session).json() == session | {"amount": shown}
    assert reads(merchant, session).json() == session


def test_a_payment_has_the_wrong_amount_in_its_captures_too(merchant, control, buyer):
    session = merchant.create()
    buyer.pays_by_qr(session)
    payment_id = merchant.session(session)["payment_id"]
    control.orders("wrong_amount", "get_payment")

    payment = merchant.get(f"/v3/payments/{payment_id}").json()

    assert payment["request_amount"] == payment["captures"][0]["capture_amount"] == 150001


def test_each_refund_of_a_list_has_the_wrong_amount_and_status(merchant, control, buyer):
    merchant.sets(refund_seconds=60)
    session = merchant.create()
    buyer.pays_by_card(session)
    refund = merchant.refunds(session, amount=1000).json()
    control.orders("wrong_amount", "get_refunds")
    control.orders("wrong_status", "get_refunds")

    amount, status, well = (merchant.get("/refunds/").json() for _ in range(3))

    assert amount["data"] == [refund | {"amount": 1001}]
    assert status["data"] == [refund | {"status": "SUCCEEDED"}]
    assert well == {"data": [refund], "has_more": False}


def test_a_balance_can_be_wrong_and_has_no_status(merchant, control):
    for kind in ("wrong_amount", "wrong_status"):
        control.orders(kind, "get_balance")

    assert [merchant.get("/balance").json() for _ in range(2)] == [{"balance": 1}, {"balance": 0}]


def test_a_wrong_status_is_in_the_answer_alone(merchant, control, buyer):
    session = merchant.create()
    buyer.pays_by_qr(session)
    control.orders("wrong_status", "get_session")

    assert reads(merchant, session).json()["status"] == "ACTIVE"
    assert reads(merchant, session).json()["status"] == "COMPLETED"


def test_a_status_can_be_chosen(merchant, control):
    session = merchant.create()
    control.orders("wrong_status", value="PENDING")

    assert reads(merchant, session).json()["status"] == "PENDING"


@pytest.mark.parametrize("kind", ["wrong_amount", "wrong_status"])
def test_for_any_operation_only_what_is_read_is_wrong(merchant, control, kind):
    control.orders(kind)

    session = merchant.create()

    assert (session["status"], session["amount"]) == ("ACTIVE", 150000)
    assert reads(merchant, session).json() != session


def test_an_error_keeps_its_words_where_an_amount_should_be_wrong(merchant, control):
    control.orders("wrong_amount", "get_session")

    assert calls(merchant, "get_session").json()["error_code"] == "NOT_FOUND"


def test_a_rate_limit_answers_with_its_headers(merchant, control):
    control.orders("rate_limit", "create_session")

    answer = asks_for_session(merchant)

    assert (answer.status_code, answer.json()["error_code"]) == (429, "RATE_LIMIT_EXCEEDED")
    assert answer.headers["Rate-Limit-Limit"] == "60"
    assert answer.headers["Rate-Limit-Remaining"] == "0"
    assert float(answer.headers["Rate-Limit-Reset"]) > 0
    assert control.ledger()["sessions"] == []
