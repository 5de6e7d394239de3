"""Refusals by Xendit that no retry mends: a person is asked for, told what to do, and left alone afterwards."""

import logging

import pytest

from store.database import transaction
from store.orders import checks
from store.orders.paying import PaymentRefused, PaymentUnavailable
from store.orders.records import Hint
from store.rules.status import AttemptStatus, CaseKind
from store.xendit import ProviderRefused

from ...in_process import Sandbox
from .conftest import Desk

REFUSALS = {
    (401, "INVALID_API_KEY"): "XENDIT_SECRET_KEY",
    (403, "REQUEST_FORBIDDEN_ERROR"): "Money-in Write",
    (403, "UNAUTHORIZED_SENDER_IP"): "list of those that may call",
    (400, "INVALID_PAYMENT_CHANNEL"): "INVALID_PAYMENT_CHANNEL",
    (400, "INVALID_EXPIRY_DATE"): "clock",
    (404, "NOT_FOUND"): "API reference",
    (409, "DUPLICATE_ERROR"): "DUPLICATE_ERROR",
}
KEY_REVOKED = {"kind": "error", "status": 401, "error_code": "INVALID_API_KEY"}


@pytest.mark.parametrize(("status", "code"), REFUSALS, ids=lambda value: str(value))
def test_a_refused_session_asks_for_a_person_and_says_once_what_to_do(
    desk: Desk, sandbox: Sandbox, caplog: pytest.LogCaptureFixture, status: int, code: str
):
    order = desk.places()
    sandbox.spoil("create_session", "error", status=status, error_code=code, count=None)

    with caplog.at_level(logging.ERROR):
        for _ in range(2):
            with pytest.raises(PaymentRefused):
                desk.starts(order)

    assert REFUSALS[status, code] in order.attention
    assert [REFUSALS[status, code] in record.getMessage() for record in caplog.records] == [True]


def test_the_next_session_clears_it(desk: Desk, sandbox: Sandbox):
    order = desk.places()
    sandbox.spoil("create_session", **KEY_REVOKED)
    with pytest.raises(PaymentRefused):
        desk.starts(order)

    desk.starts(order)

    assert (order.attention, order.newest_attempt.status) == (None, AttemptStatus.ACTIVE)


@pytest.mark.parametrize(
    "fault",
    [{"kind": "rate_limit"}, {"kind": "error", "status": 408}, {"kind": "error", "status": 503}],
    ids=["429", "408", "503"],
)
def test_an_outage_asks_for_nobody(desk: Desk, sandbox: Sandbox, fault: dict):
    order = desk.places()
    sandbox.spoil("create_session", **fault)

    with pytest.raises(PaymentUnavailable) as told:
        desk.starts(order)

    assert not isinstance(told.value, PaymentRefused)
    assert order.attention is None


def test_too_many_calls_made_no_session_so_nothing_waits_for_one(desk: Desk, sandbox: Sandbox):
    order = desk.places()
    sandbox.spoil("create_session", "rate_limit")
    with pytest.raises(PaymentUnavailable):
        desk.starts(order)

    desk.closes(order)

    assert order.newest_attempt.status == AttemptStatus.REJECTED
    assert order.is_canceled


def test_another_reason_is_neither_hidden_nor_cleared(desk: Desk, sandbox: Sandbox):
    order = desk.places()
    with transaction():
        order.open_case(CaseKind.MISMATCH, "Money that does not fit.")
    sandbox.spoil("create_session", **KEY_REVOKED)
    with pytest.raises(PaymentRefused):
        desk.starts(order)
    hidden = order.attention

    desk.starts(order)

    assert hidden == order.attention == "Money that does not fit."


def test_another_reason_takes_the_place_of_a_refusal(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    sandbox.spoil("get_session", **KEY_REVOKED)
    with pytest.raises(ProviderRefused):
        desk.settles(order)
    desk.pays(order)
    sandbox.alter(order.newest_attempt.session_id, amount=1)

    desk.settles(order)

    assert "Xendit's record shows 1 IDR" in order.attention


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_look_asks_for_a_person_until_one_succeeds(desk: Desk, sandbox: Sandbox, status: int):
    order = desk.opens()
    sandbox.spoil("get_session", "error", status=status)
    desk.waits(seconds=10)
    desk.looks_at_attempts()
    refused = order.attention

    desk.settles(order)

    assert f"HTTP {status}" in refused
    assert order.attention is None


def test_a_key_that_may_look_but_not_cancel_is_noticed_too(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    sandbox.spoil("cancel_session", "error", status=403)

    desk.closes(order, may_wait=True)
    closing, refused = order.is_closing, order.attention
    desk.closes(order)

    assert closing
    assert "Money-in Write" in refused
    assert (order.is_canceled, order.attention) == (True, None)


def test_a_look_does_not_clear_what_was_refused_to_be_made(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    desk.provider.cancel_session(order.newest_attempt.session_id)
    sandbox.spoil("create_session", "error", status=403)
    with pytest.raises(PaymentRefused):
        desk.starts(order)

    first, _ = order.attempts
    checks.check(first.id, desk.provider)

    assert "Money-in Write" in order.attention


def test_an_order_that_closes_unpaid_needs_nobody_any_more(desk: Desk, sandbox: Sandbox):
    order = desk.places()
    sandbox.spoil("*", **KEY_REVOKED, count=None)
    with pytest.raises(PaymentRefused):
        desk.starts(order)

    desk.closes(order)

    assert (order.is_canceled, order.attention) == (True, None)


def test_late_looks_at_orders_that_have_ended_ask_for_nobody(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    desk.closes(order)
    sandbox.spoil("get_session", **KEY_REVOKED)

    with pytest.raises(ProviderRefused):
        desk.settles(order)

    assert order.attention is None


def test_an_id_that_only_a_webhook_named_may_be_refused_and_that_is_nobodys_business(desk: Desk, sandbox: Sandbox):
    order = desk.places()
    sandbox.spoil("create_session", "reset_after_work")
    with pytest.raises(PaymentUnavailable):
        desk.starts(order)
    sandbox.spoil("get_session", "error", status=400, error_code="API_VALIDATION_ERROR")

    with pytest.raises(ProviderRefused):
        desk.settles(order, hint=Hint("ps-of-nobody"))

    assert order.attention is None
