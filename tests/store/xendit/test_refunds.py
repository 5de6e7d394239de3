"""Refunds: asked for once, found again, and taken for what was asked for only if they are."""

from dataclasses import replace
from decimal import Decimal

import pytest

from store.xendit import (
    ChannelUnavailable,
    ProviderRefused,
    ProviderUnavailable,
    RefundReason,
    RefundRecord,
    RefundRequest,
    UntrustedAnswer,
)

from ...in_process import Sandbox
from .calls import Answers, client_of, pay, request_until

REQUEST = RefundRequest("W-1-R1", "pr-1", 85000, "IDR", RefundReason.REQUESTED_BY_CUSTOMER)
ANSWER = {
    "id": "rfd-1", "payment_request_id": "pr-1", "reference_id": "W-1-R1", "amount": 85000, "currency": "IDR",
    "status": "PENDING", "failure_code": None,
}  # fmt: skip


def paid(sandbox: Sandbox, client, number: int, channel_code: str = "CARDS", amount: int = 85000) -> RefundRequest:
    """A payment, and the request to give so much of it back."""
    session = client.create_session(request_until(30, f"W-RFND{number}-A1"))
    payment = pay(sandbox, session.id, channel_code)
    return replace(
        REQUEST, reference=f"W-RFND{number}-R1", payment_request_id=payment["payment_request_id"], amount=amount
    )


def test_an_answer_becomes_a_refund():
    refund = RefundRecord.from_json({**ANSWER, "status": "FAILED", "failure_code": "ACCOUNT_NOT_FOUND"})

    assert refund == RefundRecord("rfd-1", "FAILED", "W-1-R1", "pr-1", Decimal(85000), "IDR", "ACCOUNT_NOT_FOUND")


def test_a_refund_may_be_called_by_the_newer_name_of_its_id():
    assert RefundRecord.from_json({"refund_id": "rfd-2", "status": "PENDING"}).id == "rfd-2"


def test_what_an_answer_leaves_out_is_empty():
    found = RefundRecord.from_json({"id": "rfd-1", "status": "PENDING"})

    assert found == RefundRecord("rfd-1", "PENDING", "", None, None, "", None)


def test_a_request_says_all_that_it_is_given():
    assert REQUEST.to_json() == {
        "reference_id": "W-1-R1", "payment_request_id": "pr-1", "amount": 85000, "currency": "IDR",
        "reason": "REQUESTED_BY_CUSTOMER",
    }  # fmt: skip


@pytest.mark.parametrize("body", [None, [], {}, {"id": "rfd-1"}, {"status": "PENDING"}, {**ANSWER, "id": 7}], ids=repr)
def test_an_answer_without_id_or_status_is_no_refund(body):
    with pytest.raises(UntrustedAnswer):
        RefundRecord.from_json(body)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("PENDING", "is_pending"), ("SUCCEEDED", "has_succeeded"), ("FAILED", "has_failed"),
        ("CANCELLED", "was_canceled"), ("CANCELED", "was_canceled"), ("NEW_WORD", None),
    ],
)  # fmt: skip
def test_a_status_says_one_thing_and_an_unknown_one_nothing(status: str, told: str | None):
    refund = RefundRecord.from_json({**ANSWER, "status": status})

    names = ("is_pending", "has_succeeded", "has_failed", "was_canceled")
    assert [name for name in names if getattr(refund, name)] == ([told] if told else [])


def test_a_refund_is_made_read_and_found_again(sandbox: Sandbox):
    client = client_of(sandbox)
    request = paid(sandbox, client, 1, amount=5000)

    refund = client.create_refund(request)

    assert (refund.is_pending, refund.amount, refund.reference) == (True, 5000, request.reference)
    assert client.get_refund(refund.id) == client.find_refund(request.reference) == refund


def test_the_same_request_makes_one_refund_even_if_its_answer_was_lost(sandbox: Sandbox):
    client = client_of(sandbox)
    request = paid(sandbox, client, 2, amount=5000)
    sandbox.spoil("create_refund", "reset_after_work")
    with pytest.raises(ProviderUnavailable) as told:
        client.create_refund(request)

    refund = client.create_refund(request)

    assert not told.value.did_nothing
    assert client.find_refund(request.reference) == refund


def test_a_key_that_came_with_another_request_is_a_repeat(sandbox: Sandbox):
    client = client_of(sandbox)
    request = paid(sandbox, client, 3, amount=5000)
    client.create_refund(request)

    with pytest.raises(ProviderRefused) as told:
        client.create_refund(replace(request, amount=6000))

    assert told.value.is_repeat


def test_while_one_refund_is_pending_the_next_may_work_later(sandbox: Sandbox):
    client = client_of(sandbox)
    request = paid(sandbox, client, 4, amount=5000)
    client.create_refund(request)

    with pytest.raises(ProviderRefused) as told:
        client.create_refund(replace(request, reference="W-RFND4-R2"))

    assert (told.value.may_work_later, told.value.is_repeat) == (True, False)


def test_a_way_to_pay_that_gives_nothing_back_refuses(sandbox: Sandbox):
    client = client_of(sandbox)
    request = paid(sandbox, client, 5, "BNI_VIRTUAL_ACCOUNT")

    with pytest.raises(ProviderRefused) as told:
        client.create_refund(request)

    assert (told.value.code, told.value.may_work_later) == ("REFUND_NOT_SUPPORTED", False)


@pytest.mark.parametrize(
    ("status", "code", "may_work_later"),
    [
        (403, "PARTIAL_REFUND_NOT_SUPPORTED", False), (400, "TEMPORARILY_UNAVAILABLE", True),
        (400, "REFUND_AMOUNT_EXCEEDED", False), (400, "INSUFFICIENT_BALANCE", False),
        (404, "DATA_NOT_FOUND", False), (403, "INVALID_MERCHANT_SETTINGS", False),
    ],
)  # fmt: skip
def test_a_definite_refusal_says_whether_the_same_may_work_later(status: int, code: str, may_work_later: bool):
    with pytest.raises(ProviderRefused) as told:
        Answers((status, {"error_code": code}, {})).client().create_refund(REQUEST)

    assert (told.value.may_work_later, told.value.did_nothing) == (may_work_later, True)


def test_a_bank_that_does_not_work_leaves_open_what_became_of_the_refund():
    with pytest.raises(ChannelUnavailable) as told:
        Answers((503, {"error_code": "CHANNEL_UNAVAILABLE"}, {})).client().create_refund(REQUEST)

    assert not told.value.did_nothing


def test_the_reference_is_the_key_that_makes_a_refund_once():
    answers = Answers(ANSWER)

    answers.client().create_refund(REQUEST)

    [call] = answers.calls
    assert call["HTTP_IDEMPOTENCY_KEY"] == "W-1-R1"


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 85001}, {"amount": None}, {"currency": "USD"}, {"reference_id": "W-1-R2"}, {"reference_id": None},
        {"payment_request_id": "pr-2"}, {"id": None},
    ],
    ids=repr,
)  # fmt: skip
def test_an_answer_about_another_refund_is_not_trusted(changes: dict):
    with pytest.raises(UntrustedAnswer):
        Answers({**ANSWER, **changes}).client().create_refund(REQUEST)


@pytest.mark.parametrize("changes", [{"payment_request_id": None}, {"amount": "85000.00"}], ids=repr)
def test_what_xendit_may_leave_out_or_write_otherwise_is_no_difference(changes: dict):
    assert Answers({**ANSWER, **changes}).client().create_refund(REQUEST).id == "rfd-1"


def test_a_refund_is_read_by_its_own_id_only():
    with pytest.raises(UntrustedAnswer):
        Answers(ANSWER).client().get_refund("rfd-2")


@pytest.mark.parametrize(
    "listed", [[], [None, 7, {"reference_id": ["W-1-R1"]}], [{**ANSWER, "reference_id": "W-1-R10"}]]
)
def test_a_refund_that_is_not_listed_is_not_found(listed: list):
    assert Answers({"data": listed, "has_more": True}).client().find_refund("W-1-R1") is None


@pytest.mark.parametrize("body", [[], {}, {"data": None}, {"data": {}}], ids=repr)
def test_an_answer_without_a_list_does_not_say_that_there_is_no_refund(body):
    with pytest.raises(UntrustedAnswer):
        Answers(body).client().find_refund("W-1-R1")
