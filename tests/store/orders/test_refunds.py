"""Refunds: each state that Xendit's record shows, by look and by webhook, and the looks that the worker makes."""

from datetime import timedelta

import pytest

from store.database import db
from store.models import Order, OutboxRow, WebhookEvent
from store.orders import refunds
from store.orders.refund_request import Wish, ask
from store.rules.clock import now
from store.rules.status import OrderStatus, RefundStatus

from ...in_process import Sandbox
from ...standing_clock import StandingClock
from ..meanwhile import Meanwhile
from .conftest import ALL, Desk


def test_a_refund_is_pending_until_xendit_says_that_it_succeeded(desk: Desk, sandbox: Sandbox, paid: Order):
    refund = desk.gives_back(paid)
    before = (refund.status, paid.status)

    sandbox.delivers()
    desk.looks_at_refunds()

    assert before == (RefundStatus.PENDING, OrderStatus.PAID)
    assert (refund.status, paid.status, refund.next_check_at) == (RefundStatus.SUCCEEDED, OrderStatus.REFUNDED, None)
    made = [(each["reference_id"], each["amount"], each["status"]) for each in sandbox.refunds()]
    assert made == [(f"{paid.number}-R1", paid.amount, "SUCCEEDED")]


def test_its_webhook_ends_a_refund_and_a_copy_of_it_changes_nothing(desk: Desk, sandbox: Sandbox, paid: Order):
    refund = desk.gives_back(paid)
    desk.hears()
    told = db.session.scalar(db.select(WebhookEvent).filter_by(event="refund.succeeded"))
    desk.sets(told, processed_at=None, due_at=now(), tries=0)
    desk.hears()

    assert (refund.status, paid.status) == (RefundStatus.SUCCEEDED, OrderStatus.REFUNDED)


@pytest.mark.parametrize(
    "position", ["on_time", "repeat", "at_once", "never", "forged_token", "odd_ids", "odd_nulls", "odd_extras"]
)
def test_a_refund_ends_once_however_its_webhook_comes(desk: Desk, sandbox: Sandbox, paid: Order, position: str):
    sandbox.turn_dial(position)
    refund = desk.gives_back(paid)

    for _ in range(2):
        desk.hears()
        desk.looks_at_refunds()

    told = db.session.scalars(db.select(OutboxRow).filter_by(kind="refunded"))
    assert (refund.status, paid.status) == (RefundStatus.SUCCEEDED, OrderStatus.REFUNDED)
    assert [row.subject for row in told] == [refund.reference]


def test_a_refund_that_was_done_at_once_has_its_effect_at_once(desk: Desk, sandbox: Sandbox, paid: Order):
    sandbox.spoil("create_refund", "wrong_status", value="SUCCEEDED")

    refund = desk.gives_back(paid)
    at_once = (refund.status, paid.status)
    desk.hears()

    assert at_once == (refund.status, paid.status) == (RefundStatus.SUCCEEDED, OrderStatus.REFUNDED)


def test_a_webhook_that_comes_before_the_answer_is_no_trouble(desk: Desk, sandbox: Sandbox, paid: Order):
    refund = ask(paid.number, Wish())

    refunds.send(refund.id, Meanwhile(desk.provider, desk.hears, "create_refund"), "a test")

    assert (refund.status, paid.status) == (RefundStatus.SUCCEEDED, OrderStatus.REFUNDED)


def test_a_refund_that_xendit_refuses_gives_nothing_back_and_asks_for_a_person(desk: Desk, sandbox: Sandbox):
    order = desk.sells("BCA_VIRTUAL_ACCOUNT")

    refund = desk.gives_back(order)

    assert (refund.status, refund.failure_code) == (RefundStatus.REJECTED, "REFUND_NOT_SUPPORTED")
    assert (order.status, refund.payment.refundable) == (OrderStatus.PAID, order.amount)
    assert "--done-by-hand" in order.attention


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_any_other_definite_refusal_ends_the_refund(desk: Desk, sandbox: Sandbox, paid: Order, status: int):
    sandbox.spoil("create_refund", "error", status=status, error_code="NO_IDEA")

    refund = desk.gives_back(paid)

    assert (refund.status, refund.failure_code) == (RefundStatus.REJECTED, "NO_IDEA")
    assert refund.next_check_at is None


def test_a_refund_that_fails_asks_for_a_person_and_the_next_that_succeeds_ends_that(
    desk: Desk, sandbox: Sandbox, paid: Order
):
    sandbox.change_account(refund_failure_code="INSUFFICIENT_BALANCE")
    failed = desk.gives_back(paid)
    desk.hears()
    between = (failed.status, paid.status, "INSUFFICIENT_BALANCE" in paid.attention)
    sandbox.change_account(refund_failure_code=None)

    second = desk.gives_back(paid)
    desk.hears()

    assert between == (RefundStatus.FAILED, OrderStatus.PAID, True)
    assert (second.status, paid.status, paid.attention) == (RefundStatus.SUCCEEDED, OrderStatus.REFUNDED, None)


def test_a_refund_that_is_canceled_in_xendits_dashboard_asks_for_a_person(desk: Desk, sandbox: Sandbox, paid: Order):
    sandbox.change_account(refund_seconds=1000)
    refund = desk.gives_back(paid)
    sandbox.cancel_refund(refund.refund_id)

    desk.looks_at_refunds()

    assert (refund.status, paid.status) == (RefundStatus.CANCELED, OrderStatus.PAID)
    assert "CANCELED" in paid.attention


@pytest.mark.parametrize("kind", ["wrong_amount", "wrong_currency", "wrong_reference"])
def test_a_record_that_does_not_fit_changes_nothing_until_it_does(desk: Desk, sandbox: Sandbox, paid: Order, kind: str):
    refund = desk.gives_back(paid)
    sandbox.delivers()
    sandbox.spoil("get_refund", kind)

    desk.looks_at_refunds()
    between = (refund.status, paid.attention is None)
    desk.looks_at_refunds()

    assert between == (RefundStatus.PENDING, False)
    assert (refund.status, paid.attention) == (RefundStatus.SUCCEEDED, None)


def test_a_record_that_fits_again_ends_its_case_though_the_refund_is_still_pending(
    desk: Desk, sandbox: Sandbox, paid: Order
):
    sandbox.change_account(refund_seconds=1000)
    refund = desk.gives_back(paid)
    sandbox.spoil("get_refund", "wrong_amount")

    desk.looks_at_refunds()
    between = paid.attention is None
    desk.looks_at_refunds()

    assert (between, refund.status, paid.attention) == (False, RefundStatus.PENDING, None)


def test_a_status_that_nobody_knows_is_pending(desk: Desk, sandbox: Sandbox, paid: Order):
    sandbox.spoil("create_refund", "wrong_status", value="REVIEWED")

    refund = desk.gives_back(paid)

    assert refund.status == RefundStatus.PENDING


@pytest.mark.parametrize("fault", [{"kind": "reset_before_work"}, {"kind": "error", "status": 404}])
def test_a_look_that_fails_is_made_again(desk: Desk, sandbox: Sandbox, paid: Order, fault: dict):
    refund = desk.gives_back(paid)
    sandbox.delivers()
    sandbox.spoil("get_refund", **fault)

    desk.looks_at_refunds()
    between = (refund.status, refund.failed_looks)
    desk.looks_at_refunds(minutes=1)

    assert between == (RefundStatus.PENDING, 1)
    assert (refund.status, refund.failed_looks) == (RefundStatus.SUCCEEDED, 0)


def test_refunds_that_have_waited_longest_are_taken_first_and_by_one_worker(desk: Desk, sandbox: Sandbox):
    first, second = (ask(desk.sells("CARDS", buyer=buyer).number, Wish()).id for buyer in ("siti", "budi"))
    early = refunds.take(ALL)
    desk.waits(minutes=1)

    assert early == []
    assert [refunds.take(1), refunds.take(ALL), refunds.take(ALL), refunds.take(0)] == [[first], [second], [], []]


@pytest.mark.parametrize("back", [timedelta(hours=36), timedelta(days=9)], ids=str)
def test_no_refund_waits_for_a_clock_that_went_back(desk: Desk, standing: StandingClock, paid: Order, back: timedelta):
    refund = desk.gives_back(paid)

    standing.jumps(seconds=-back.total_seconds())

    assert refunds.take(ALL) == [refund.id]
