"""The inbox: events are kept once, taken in turn, and only ever make the worker look at Xendit's record."""

from datetime import timedelta

import pytest

from store.models import Order
from store.orders import inbox
from store.rules.clock import now
from store.rules.schedule import LEASE, WEBHOOK_WAITS
from store.rules.status import AttemptStatus, OrderStatus

from ...events import event, payment_event, session_event
from ...in_process import Sandbox
from ...standing_clock import StandingClock
from .conftest import ALL, Desk, keep

FOREIGN = {"payment_session_id": "ps-x", "reference_id": "of-somebody-else", "currency": "IDR", "amount": 1}


def keep_several(count: int) -> list[int]:
    return [keep(event("test", {"payment_id": f"py-{number}"})).id for number in range(count)]


def record(sandbox: Sandbox, order: Order) -> dict:
    return sandbox.session(order.newest_attempt.session_id)


def test_events_that_have_waited_longest_are_taken_first_and_no_more_than_asked_for(desk: Desk):
    first, second, third = keep_several(3)

    assert inbox.take(2) == [first, second]
    assert inbox.take(2) == [third]
    assert inbox.take(2) == []


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=2)], ids=str)
def test_no_event_waits_for_a_clock_that_went_back(desk: Desk, standing: StandingClock, back: timedelta):
    kept = keep_several(3)
    inbox.take(1)

    standing.jumps(seconds=-back.total_seconds())

    assert sorted(inbox.take(ALL)) == kept
    assert inbox.take(ALL) == []


def test_an_event_that_was_taken_is_taken_again_once_its_lease_is_over(desk: Desk):
    row = keep(event("test", {"payment_id": "py-1"}))
    inbox.take(ALL)

    desk.waits(seconds=LEASE.total_seconds() - 1)
    leased = inbox.take(ALL)
    desk.waits(seconds=1)

    assert leased == []
    assert inbox.take(ALL) == [row.id]
    assert row.tries == 2


def test_an_event_that_was_worked_through_is_not_taken_again(desk: Desk):
    row = keep(event("test", {"payment_id": "py-1"}))
    desk.works_through_inbox()
    desk.waits(days=1)

    assert row.processed_at is not None
    assert inbox.take(ALL) == []


@pytest.mark.parametrize("name", ["payment_session.completed", "payment.capture"])
def test_the_news_of_money_makes_the_order_paid(desk: Desk, sandbox: Sandbox, name: str):
    order = desk.opens()
    desk.pays(order)
    kind, _, what = name.partition(".")
    build = session_event if kind == "payment_session" else payment_event
    row = keep(build(what, record(sandbox, order)))

    desk.works_through_inbox()

    assert (order.is_paid, order.attention) == (True, None)
    assert row.processed_at is not None


def test_the_webhooks_that_the_sandbox_sends_make_the_order_paid_once(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    desk.pays(order)
    sandbox.delivers()

    taken = desk.works_through_inbox()

    assert len(taken) >= 2
    assert order.is_paid
    assert desk.works_through_inbox() == []


def test_the_news_of_an_expired_session_cancels_the_order(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    sandbox.expire(order.newest_attempt.session_id)
    keep(session_event("expired", record(sandbox, order)))

    desk.works_through_inbox()

    assert order.is_canceled


@pytest.mark.parametrize("what", ["completed", "expired"])
def test_news_that_xendit_does_not_confirm_moves_nothing(desk: Desk, sandbox: Sandbox, what: str):
    order = desk.opens()
    keep(session_event(what, record(sandbox, order), payment_id="py-forged"))

    desk.works_through_inbox()

    assert (order.status, order.newest_attempt.status) == (OrderStatus.PENDING, AttemptStatus.ACTIVE)


def test_news_of_money_that_is_not_seen_yet_is_looked_at_again_after_growing_waits_and_then_left(
    desk: Desk, sandbox: Sandbox
):
    order = desk.opens()
    row = keep(session_event("completed", record(sandbox, order)))
    waits = []

    while desk.works_through_inbox() and not row.processed_at:
        waits.append(row.due_at - now())
        desk.waits(seconds=waits[-1].total_seconds())

    assert tuple(waits) == WEBHOOK_WAITS
    assert order.is_pending


def test_while_xendit_does_not_answer_an_event_waits(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    desk.pays(order)
    row = keep(session_event("completed", record(sandbox, order)))
    sandbox.spoil("get_session", "error", status=503)

    desk.works_through_inbox()
    waiting = order.status, row.processed_at
    desk.waits(seconds=1)
    desk.works_through_inbox()

    assert waiting == (OrderStatus.PENDING, None)
    assert order.is_paid


def test_a_failed_try_leaves_its_reason_and_nothing_else(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    keep(payment_event("failure", record(sandbox, order), failure_code="CARD_DECLINED"))

    desk.works_through_inbox()

    assert (order.status, order.failure_code) == (OrderStatus.PENDING, "CARD_DECLINED")


def test_news_of_a_failed_try_that_comes_after_the_money_changes_nothing(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    desk.pays(order)
    desk.settles(order)
    keep(payment_event("failure", record(sandbox, order)))
    calls = sandbox.calls("GET")

    desk.works_through_inbox()

    assert (order.is_paid, order.newest_attempt.failure_code) == (True, None)
    assert sandbox.calls("GET") == calls


def test_a_payment_is_recognized_by_a_reference_that_begins_with_ours(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    desk.pays(order)
    session = record(sandbox, order)
    keep(payment_event("capture", session, reference_id=f"{session['reference_id']}-0001"))

    desk.works_through_inbox()

    assert order.is_paid


def test_news_of_a_payment_that_nobody_knows_makes_the_worker_look_at_all_open_attempts(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    keep(payment_event("capture", record(sandbox, order), reference_id="of-somebody-else"))

    desk.works_through_inbox()

    assert order.newest_attempt.next_check_at <= now()
    assert order.is_pending


def test_such_news_makes_each_attempt_due_once_a_minute_however_often_it_comes(desk: Desk, sandbox: Sandbox):
    attempt = desk.opens().newest_attempt
    hints = []

    for number in range(5):
        keep(payment_event("capture", {**FOREIGN, "payment_id": f"py-{number}"}))
        desk.works_through_inbox()
        hints.append(attempt.next_check_at <= now())
        desk.sets(attempt, next_check_at=now() + timedelta(hours=1))
        desk.waits(seconds=20)

    assert hints == [True, False, False, True, False]


def test_such_news_sends_nobody_back_who_waits_already(desk: Desk):
    attempt = desk.opens().newest_attempt
    desk.waits(seconds=60)
    waiting_since = attempt.next_check_at

    keep(payment_event("capture", FOREIGN))
    desk.works_through_inbox()

    assert attempt.next_check_at == waiting_since


@pytest.mark.parametrize("payment_id", ["py-forged", "py-00000000-0000-4000-8000-000000000000"])
def test_money_that_only_a_webhook_claims_changes_nothing_about_an_ended_order(
    desk: Desk, sandbox: Sandbox, payment_id: str
):
    order = desk.opens()
    session = record(sandbox, order)
    desk.closes(order)
    keep(session_event("completed", session, payment_id=payment_id))

    desk.works_through_inbox()

    assert (order.status, order.attention) == (OrderStatus.CANCELED, None)


def test_a_payment_of_another_order_that_a_webhook_names_is_not_believed(desk: Desk, sandbox: Sandbox):
    other = desk.opens(buyer="budi")
    desk.pays(other)
    order = desk.opens()
    keep(session_event("completed", {**record(sandbox, order), "payment_id": record(sandbox, other)["payment_id"]}))

    desk.works_through_inbox()

    assert (order.status, order.newest_attempt.status) == (OrderStatus.PENDING, AttemptStatus.ACTIVE)


def test_an_ended_order_is_left_alone_by_the_payment_of_another_that_a_webhook_names(desk: Desk, sandbox: Sandbox):
    other = desk.opens(buyer="budi")
    desk.pays(other)
    order = desk.opens()
    session = record(sandbox, order)
    desk.closes(order)
    keep(session_event("completed", {**session, "payment_id": record(sandbox, other)["payment_id"]}))

    desk.works_through_inbox()

    assert (order.status, order.newest_attempt.status) == (OrderStatus.CANCELED, AttemptStatus.CANCELED)
