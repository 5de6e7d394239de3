"""Payments and payment requests: what is taken from Xendit's records of them."""

from decimal import Decimal

import pytest

from store.xendit import PaymentRecord, PaymentRequestRecord, ProviderRefused, UntrustedAnswer

from ...in_process import Sandbox
from .calls import Answers, begin_to_pay, client_of, pay, request_until

ANSWER = {
    "payment_id": "py-1",
    "business_id": "5f27a14a9bf05c73dd040bc8",
    "reference_id": "W-TEST22-A1_aB3_x-9Zq0",
    "payment_request_id": "pr-1",
    "currency": "IDR",
    "request_amount": 188000,
    "channel_code": "QRIS",
    "status": "SUCCEEDED",
    "captures": [{"capture_id": "cap-1", "capture_amount": 188000}],
}
REQUEST_ANSWER = {"payment_request_id": "pr-1", "status": "SUCCEEDED", "latest_payment_id": "py-1"}


def payment(**changes) -> PaymentRecord:
    return PaymentRecord.from_json({**ANSWER, **changes})


def without(*names: str, **changes) -> PaymentRecord:
    return PaymentRecord.from_json({name: value for name, value in ANSWER.items() if name not in names} | changes)


def test_an_answer_becomes_a_payment():
    assert payment(failure_code="EXPIRED_CARD") == PaymentRecord(
        "py-1", "SUCCEEDED", "W-TEST22-A1_aB3_x-9Zq0", "pr-1", "5f27a14a9bf05c73dd040bc8", "IDR", "QRIS",
        "EXPIRED_CARD", Decimal(188000), Decimal(188000),
    )  # fmt: skip


@pytest.mark.parametrize("kind", [PaymentRecord, PaymentRequestRecord], ids=["payment", "payment request"])
@pytest.mark.parametrize(
    "changes", [{"status": None}, {"status": 7}, {"id": None}, {"id": ""}, {"id": "x" * 256}], ids=repr
)
def test_an_answer_without_id_or_status_is_no_record(kind, changes: dict):
    names = {"id": "payment_id" if kind is PaymentRecord else "payment_request_id", "status": "status"}
    body = {**ANSWER, **REQUEST_ANSWER, **{names[name]: value for name, value in changes.items()}}

    with pytest.raises(UntrustedAnswer):
        kind.from_json(body)


@pytest.mark.parametrize("kind", [PaymentRecord, PaymentRequestRecord], ids=["payment", "payment request"])
@pytest.mark.parametrize("body", [None, [], "text", 7, {}, [ANSWER]], ids=lambda body: ascii(body)[:20])
def test_an_answer_that_is_no_object_is_no_record(kind, body):
    with pytest.raises(UntrustedAnswer):
        kind.from_json(body)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("SUCCEEDED", "is_captured"), ("CAPTURED", "is_captured"), ("AUTHORIZED", "is_authorized"),
        ("PENDING", "is_pending"), ("FAILED", "has_failed"), ("CANCELED", "was_let_go"), ("EXPIRED", "was_let_go"),
        ("NEW_WORD", None), ("succeeded", None), ("COMPLETED", None),
    ],
)  # fmt: skip
def test_a_status_says_one_thing_and_an_unknown_one_nothing(status: str, told: str | None):
    names = ("is_captured", "is_authorized", "is_pending", "has_failed", "was_let_go")

    assert [name for name in names if getattr(payment(status=status), name)] == ([told] if told else [])


def captures(*amounts) -> list[dict]:
    return [{"capture_id": "cap", "capture_amount": amount} for amount in amounts]


@pytest.mark.parametrize(
    ("sent", "captured"),
    [
        (captures(188000), 188000), (captures(100000, "88000"), 188000),
        (captures(Decimal("0.10"), Decimal("0.2")), Decimal("0.3")), (captures(10000), 10000), (captures(0), 0),
        (captures(188000, None), None), (captures(True), None), (captures("NaN"), None), (captures([1]), None),
        ([188000], None), ({"capture_amount": 188000}, None), ("188000", None), ([{}], None),
    ],
    ids=lambda value: ascii(value)[:60],
)  # fmt: skip
def test_what_was_captured_is_the_sum_of_the_captures_or_unknown(sent, captured):
    assert payment(captures=sent).captured == captured


@pytest.mark.parametrize("none", [None, []], ids=repr)
def test_without_captures_a_payment_that_succeeded_was_captured_as_it_was_asked_for(none):
    assert payment(captures=none).captured == 188000
    assert without("captures", status="CAPTURED").captured == 188000
    assert without("captures", "request_amount").captured is None


@pytest.mark.parametrize("status", ["AUTHORIZED", "PENDING", "FAILED", "CANCELED", "EXPIRED", "NEW_WORD"])
def test_without_captures_no_other_payment_says_that_something_was_captured(status: str):
    assert without("captures", status=status).captured is None


def test_what_was_asked_for_may_be_missing_where_captures_say_it():
    found = without("request_amount")

    assert (found.asked, found.captured) == (None, 188000)


@pytest.mark.parametrize("odd", [None, True, "", "Rp188.000", "Infinity", [], {}, 188000.0], ids=repr)
def test_an_amount_that_is_no_number_is_none(odd):
    assert without("captures", request_amount=odd).asked is None
    assert without("captures", request_amount=odd).captured is None


@pytest.mark.parametrize(
    ("own", "belongs"),
    [
        ("W-1-A1", True), ("W-1-A1_aB3xx9Zq0-", True), ("W-1-A1__________", True), ("W-1-A10", False),
        ("W-1-A10_aB3xx9Zq01", False), ("w-1-a1_aB3xx9Zq01", False), ("W-1-A", False), ("", False), (None, False),
        ("X_W-1-A1_aB3xx9Zq01", False),
    ],
)  # fmt: skip
def test_a_payments_reference_is_its_sessions_or_begins_with_it(own: str | None, belongs: bool):
    assert payment(reference_id=own).belongs_to("W-1-A1") is belongs


@pytest.mark.parametrize("own", ["", "_aB3xx9Zq01", None])
def test_a_payment_belongs_to_no_session_without_a_reference(own: str | None):
    assert not payment(reference_id=own).belongs_to("")


@pytest.mark.parametrize("odd", [None, "", 7, [], {}, True], ids=repr)
def test_other_fields_of_an_odd_kind_are_left_out(odd):
    names = ("payment_request_id", "business_id", "channel_code", "failure_code", "currency", "reference_id")

    found = payment(**dict.fromkeys(names, odd))

    assert [found.payment_request_id, found.business_id, found.channel_code, found.failure_code] == [None] * 4
    assert (found.currency, found.reference) == ("", "")


def test_a_payment_request_names_its_newest_payment():
    body = {**REQUEST_ANSWER, "reference_id": "W-1-A1_aB3xx9Zq01"}

    assert PaymentRequestRecord.from_json(body) == PaymentRequestRecord(
        "pr-1", "SUCCEEDED", "W-1-A1_aB3xx9Zq01", "py-1"
    )
    assert PaymentRequestRecord.from_json({**body, "latest_payment_id": None}).latest_payment_id is None
    assert PaymentRequestRecord.from_json(REQUEST_ANSWER).reference == ""


def test_a_payment_is_read_by_the_id_that_its_session_names(sandbox: Sandbox):
    client = client_of(sandbox)
    session_id = client.create_session(request_until(30, "W-TEST23-A1")).id
    pay(sandbox, session_id)
    session = client.get_session(session_id)

    found = client.get_payment(session.payment_id)

    assert (found.is_captured, found.captured, found.asked, found.currency) == (True, 85000, 85000, "IDR")
    assert found.belongs_to("W-TEST23-A1")
    assert (found.payment_request_id, found.business_id) == (session.payment_request_id, session.business_id)


def test_a_payment_is_found_by_its_payment_request_before_its_session_names_it(sandbox: Sandbox):
    client = client_of(sandbox)
    begun = begin_to_pay(sandbox, client.create_session(request_until(30, "W-TEST24-A1")).id)

    request = client.get_payment_request(begun["payment_request_id"])

    assert client.get_payment(request.latest_payment_id).is_pending


@pytest.mark.parametrize("method", ["get_payment", "get_payment_request"])
def test_what_xendit_does_not_know_is_refused(sandbox: Sandbox, method: str):
    prefix = "py" if method == "get_payment" else "pr"
    with pytest.raises(ProviderRefused) as told:
        getattr(client_of(sandbox), method)(f"{prefix}-00000000-0000-4000-8000-000000000000")

    assert told.value.is_unknown


@pytest.mark.parametrize(
    ("method", "answer"), [("get_payment", ANSWER), ("get_payment_request", REQUEST_ANSWER)], ids=["payment", "request"]
)
def test_an_answer_about_another_object_is_not_trusted(method: str, answer: dict):
    with pytest.raises(UntrustedAnswer):
        getattr(Answers(answer).client(), method)("another")


def test_the_newer_api_is_told_the_version_that_it_is_asked_in():
    answers = Answers(ANSWER, {"payment_session_id": "ps-1", "status": "ACTIVE"})
    client = answers.client()

    client.get_payment("py-1")
    client.get_session("ps-1")

    assert [call.get("HTTP_API_VERSION") for call in answers.calls] == ["2024-11-11", None]
    assert [call["PATH_INFO"] for call in answers.calls] == ["/v3/payments/py-1", "/sessions/ps-1"]
