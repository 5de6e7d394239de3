"""Refunds of which nobody knows whether Xendit has them: each is found again, and only one is ever made."""

import pytest

from store.models import Order
from store.orders import refunds
from store.orders.refund_request import Wish, ask
from store.rules.clock import now
from store.rules.schedule import LEASE, SEND_REFUND_TIMES, UNKNOWN_LOOKS
from store.rules.status import OrderStatus, RefundStatus

from ...in_process import Sandbox
from .conftest import Desk

# The call worked, but its answer was lost or cannot be trusted.
LOST = ["reset_after_work", "error_after_work", "garbage", "truncated", "wrong_amount", "wrong_reference"]
# It did nothing, and may work later.
DID_NOTHING = {
    "a broken connection": {"kind": "reset_before_work"},
    "down": {"kind": "error", "status": 503},
    "too many calls": {"kind": "rate_limit"},
    "another refund is pending": {"kind": "error", "status": 400, "error_code": "REFUND_IN_PROGRESS"},
    "not now": {"kind": "error", "status": 400, "error_code": "TEMPORARILY_UNAVAILABLE"},
    "the bank does not answer": {"kind": "error", "status": 503, "error_code": "CHANNEL_UNAVAILABLE"},
    "used before": {"kind": "error", "status": 409, "error_code": "DUPLICATE_ERROR"},
}


@pytest.mark.parametrize("kind", LOST)
def test_a_refund_whose_answer_was_lost_is_found_again(desk: Desk, sandbox: Sandbox, paid: Order, kind: str):
    sandbox.spoil("create_refund", kind)
    refund = desk.gives_back(paid)
    before = (refund.status, refund.refund_id)

    sandbox.delivers()
    desk.looks_at_refunds()

    assert before == (RefundStatus.SENT, None)
    assert (refund.status, paid.status) == (RefundStatus.SUCCEEDED, OrderStatus.REFUNDED)
    assert len(sandbox.refunds()) == 1


@pytest.mark.parametrize("status", [403, 404])
def test_where_there_is_no_list_the_same_is_sent_again(desk: Desk, sandbox: Sandbox, paid: Order, status: int):
    sandbox.spoil("create_refund", "reset_after_work")
    sandbox.spoil("get_refunds", "error", status=status, count=None)
    refund = desk.gives_back(paid)

    desk.looks_at_refunds()

    assert refund.status == RefundStatus.PENDING
    assert len(sandbox.refunds()) == 1


def test_where_there_is_no_list_a_refusal_of_the_second_call_says_nothing_of_the_first(
    desk: Desk, sandbox: Sandbox, paid: Order
):
    sandbox.spoil("create_refund", "reset_after_work")
    sandbox.spoil("create_refund", "error", status=400, error_code="REFUND_AMOUNT_EXCEEDED")
    sandbox.spoil("get_refunds", "error", status=404, count=1)
    refund = desk.gives_back(paid)

    desk.looks_at_refunds()
    between = refund.status
    desk.looks_at_refunds()

    assert (between, refund.status) == (RefundStatus.SENT, RefundStatus.PENDING)


@pytest.mark.parametrize("fault", DID_NOTHING.values(), ids=DID_NOTHING)
def test_what_may_work_later_is_sent_again(desk: Desk, sandbox: Sandbox, paid: Order, fault: dict):
    sandbox.spoil("create_refund", **fault)
    refund = desk.gives_back(paid)
    before = refund.status

    desk.looks_at_refunds()

    assert (before, refund.status, paid.attention) == (RefundStatus.SENT, RefundStatus.PENDING, None)


def test_the_webhook_of_a_refund_whose_answer_was_lost_names_it(desk: Desk, sandbox: Sandbox, paid: Order):
    sandbox.spoil("create_refund", "reset_after_work")
    sandbox.spoil("get_refunds", "error", status=404, count=None)
    refund = desk.gives_back(paid)

    desk.hears()

    assert (refund.status, refund.refund_id is None) == (RefundStatus.SUCCEEDED, False)


def test_a_refund_that_was_written_down_and_never_sent_is_sent_by_the_worker(desk: Desk, sandbox: Sandbox, paid: Order):
    refund = ask(paid.number, Wish())

    desk.looks_at_refunds()

    assert refund.status == RefundStatus.PENDING
    assert len(sandbox.refunds()) == 1


def test_a_refund_whose_sender_died_before_the_call_is_sent_again(desk: Desk, sandbox: Sandbox, paid: Order):
    refund = ask(paid.number, Wish())
    desk.sets(refund, status=RefundStatus.SENT, sent_at=now(), next_check_at=now() + LEASE)

    desk.looks_at_refunds()

    assert refund.status == RefundStatus.PENDING


def test_only_one_of_several_sends_it(desk: Desk, sandbox: Sandbox, paid: Order):
    refund = ask(paid.number, Wish())

    for _ in range(3):
        refunds.send(refund.id, desk.provider, "a test")

    assert sandbox.calls("POST").count("/refunds") == 1


def test_one_that_xendit_never_had_is_given_up_after_a_day_and_many_calls(desk: Desk, sandbox: Sandbox, paid: Order):
    sandbox.spoil("create_refund", "error", status=503, count=None)
    refund = desk.gives_back(paid)
    stands = []

    for _ in range(SEND_REFUND_TIMES):
        desk.looks_at_refunds()
        stands.append(refund.status)

    assert stands == [RefundStatus.SENT] * (SEND_REFUND_TIMES - 1) + [RefundStatus.REJECTED]
    assert "dashboard" in paid.attention


def test_one_that_was_given_up_and_succeeded_after_all_counts(desk: Desk, sandbox: Sandbox, paid: Order):
    sandbox.spoil("create_refund", "reset_after_work")
    refund = desk.gives_back(paid)
    desk.sets(refund, status=RefundStatus.REJECTED, next_check_at=None)

    desk.hears()

    assert (refund.status, paid.status, paid.attention) == (RefundStatus.SUCCEEDED, OrderStatus.REFUNDED, None)


def test_a_payment_of_an_earlier_version_is_refunded_by_what_xendit_knows_of_it(
    desk: Desk, sandbox: Sandbox, paid: Order
):
    desk.sets(paid.payments[0], payment_request_id=None)
    sandbox.spoil("get_payment", "error", status=404)
    refund = desk.gives_back(paid)
    before = refund.status

    desk.looks_at_refunds()

    assert (before, refund.status) == (RefundStatus.SENT, RefundStatus.PENDING)


@pytest.mark.parametrize(("code", "status"), [(None, RefundStatus.SUCCEEDED), ("REFUND_FAILED", RefundStatus.FAILED)])
def test_where_refunds_cannot_be_read_their_webhook_tells_how_they_ended(
    desk: Desk, sandbox: Sandbox, paid: Order, code: str | None, status: RefundStatus
):
    sandbox.spoil("get_refund", "error", status=404, count=None)
    sandbox.change_account(refund_failure_code=code)
    refund = desk.gives_back(paid)

    desk.hears()
    at_first = refund.status
    desk.sets(refund, failed_looks=UNKNOWN_LOOKS)
    desk.waits(minutes=10)
    desk.hears()

    assert at_first == RefundStatus.PENDING
    assert (refund.status, refund.failure_code) == (status, code)


@pytest.mark.parametrize(
    "changes", [{"refund_id": "rfd-x"}, {"refund_id": None}, {"event": "refund.pending"}, {"event": "refund.created"}]
)
def test_a_webhook_about_anything_else_is_not_believed(desk: Desk, sandbox: Sandbox, paid: Order, changes: dict):
    sandbox.spoil("get_refund", "error", status=404, count=None)
    refund = desk.gives_back(paid)
    desk.sets(refund, failed_looks=UNKNOWN_LOOKS)
    news = {"event": "refund.succeeded", "refund_id": refund.refund_id, "reference": refund.reference, **changes}

    is_over = refunds.hear(refunds.News(**news), desk.provider)

    assert (is_over, refund.status) == (False, RefundStatus.PENDING)


@pytest.mark.parametrize("fault", [{"kind": "error", "status": 503}, {"kind": "reset_before_work"}, {"kind": "gaps"}])
def test_a_webhook_is_not_believed_while_xendit_is_only_out_of_reach(
    desk: Desk, sandbox: Sandbox, paid: Order, fault: dict
):
    refund = desk.gives_back(paid)
    desk.sets(refund, failed_looks=UNKNOWN_LOOKS)
    sandbox.spoil("get_refund", **fault)

    refunds.hear(refunds.News("refund.succeeded", refund.refund_id, refund.reference), desk.provider)

    assert refund.status == RefundStatus.PENDING


def test_the_webhook_of_a_refund_that_is_not_ours_is_nobodys(desk: Desk, sandbox: Sandbox, paid: Order):
    desk.gives_back(paid)

    assert refunds.hear(refunds.News("refund.succeeded", "rfd-x", "of-somebody-else"), desk.provider)
    assert sandbox.calls("GET").count("/refunds/rfd-x") == 0
