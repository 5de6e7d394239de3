"""What money does to an order: it is written down, and pays, is late, or is one payment too many."""

from dataclasses import replace
from decimal import Decimal

import pytest

from store.database import transaction
from store.models import Attempt, Order, Payment
from store.orders.crediting import CountsElsewhere, count_as_surplus, credit, note
from store.rules.status import AttemptStatus, CaseKind, OrderStatus, PaymentStatus

from ...buyer import COFFEE
from .conftest import Desk
from .test_matching import PAYMENT

CAPTURED, AUTHORIZED, VOIDED = PaymentStatus.CAPTURED, PaymentStatus.AUTHORIZED, PaymentStatus.VOIDED


@pytest.fixture
def attempt(desk: Desk) -> Attempt:
    return desk.opens().newest_attempt


def noted(attempt: Attempt, status: PaymentStatus = CAPTURED, /, **changes) -> Payment | None:
    with transaction():
        return note(attempt, replace(PAYMENT, **changes), status, "a test")


def credited(attempt: Attempt, **changes) -> Payment:
    payment = noted(attempt, **changes)
    with transaction():
        credit(attempt.order, attempt, payment, "a test")
    return payment


def causes(order: Order) -> list[tuple[str, str]]:
    return [(event.to_status, event.cause) for event in order.events if event.attempt_id is None]


def test_a_payment_is_written_down_as_xendit_has_it(attempt: Attempt):
    payment = noted(attempt)

    assert (payment.payment_id, payment.payment_request_id, payment.channel_code) == ("py-1", "pr-1", "QRIS")
    assert (payment.status, payment.amount, payment.currency) == ("CAPTURED", 188000, "IDR")
    assert attempt.payments == [payment]
    assert (payment.is_surplus, payment.refund_due) == (False, False)


@pytest.mark.parametrize("changes", [{"captured": None}, {"captured": Decimal(0)}, {"currency": "ID"}], ids=repr)
def test_a_payment_that_does_not_say_how_much_it_is_is_not_written_down(attempt: Attempt, changes: dict):
    assert noted(attempt, **changes) is None
    assert attempt.payments == []


def test_what_became_of_a_payment_is_written_down_with_its_sum_until_the_attempt_is_settled(attempt: Attempt):
    payment = noted(attempt, AUTHORIZED, status="AUTHORIZED")

    assert noted(attempt, captured=Decimal(7)) is payment
    assert (payment.status, payment.amount) == ("CAPTURED", 7)
    assert noted(attempt, captured=None).amount == 7
    assert noted(attempt, VOIDED, captured=Decimal(8), currency="VND") is payment
    assert (payment.status, payment.amount, payment.currency) == ("CAPTURED", 8, "VND")
    credited(attempt)
    assert noted(attempt, captured=Decimal(9)).amount == 188000
    assert attempt.payments == [payment]


def test_a_move_of_a_payment_is_written_down_with_its_cause(attempt: Attempt):
    payment = noted(attempt, AUTHORIZED, status="AUTHORIZED")
    noted(attempt)

    (event,) = [event for event in attempt.order.events if event.payment_id]
    assert (event.from_status, event.to_status, event.cause) == ("AUTHORIZED", "CAPTURED", "a test")
    assert (event.payment_id, event.attempt_id) == (payment.id, attempt.id)


def test_a_payment_of_another_attempt_counts_there(desk: Desk, attempt: Attempt):
    noted(attempt)

    with pytest.raises(CountsElsewhere, match=r"^py-1$"):
        noted(desk.opens(buyer="tono").newest_attempt)


def test_money_pays_an_order_and_ends_what_was_unsure_about_it(attempt: Attempt):
    order = attempt.order
    with transaction():
        attempt.problem, order.set_aside = "a problem", True
        order.open_case(CaseKind.MISMATCH, "a mismatch", attempt_id=attempt.id)
        order.open_case(CaseKind.AUTHORIZED, "reserved", attempt_id=attempt.id)
        order.open_case(CaseKind.UNSURE, "unsure")
        order.open_case(CaseKind.REFUND_FAILED, "another matter")

    payment = credited(attempt)

    assert (order.status, attempt.status, attempt.problem) == (OrderStatus.PAID, AttemptStatus.COMPLETED, None)
    assert [case.kind for case in order.open_cases] == [CaseKind.REFUND_FAILED]
    assert order.set_aside is False
    assert (payment.is_surplus, payment.refund_due) == (False, False)
    assert causes(order)[-1] == ("paid", "a test")


def another(desk: Desk, attempt: Attempt) -> Attempt:
    """The next attempt of the same order, after this one was canceled at Xendit."""
    desk.provider.cancel_session(attempt.session_id)
    desk.settles(attempt.order)
    desk.starts(attempt.order)
    return attempt.order.newest_attempt


def test_the_mismatch_of_another_attempt_stays(desk: Desk, attempt: Attempt):
    order, next_one = attempt.order, another(desk, attempt)
    with transaction():
        order.open_case(CaseKind.MISMATCH, "a mismatch", attempt_id=attempt.id)

    credited(next_one)

    assert [case.attempt_id for case in order.open_cases] == [attempt.id]


def test_money_for_an_order_that_is_being_closed_pays_it(desk: Desk, attempt: Attempt):
    desk.closes_later(attempt.order)

    credited(attempt)

    assert attempt.order.status == OrderStatus.PAID


def test_late_money_pays_an_order_whose_goods_are_there(desk: Desk, attempt: Attempt):
    desk.closes(attempt.order)

    payment = credited(attempt)

    assert causes(attempt.order)[-1] == ("paid", "late money: the stock could be taken again (a test)")
    assert (payment.is_surplus, payment.refund_due) == (False, False)
    assert attempt.order.open_cases == []


def test_late_money_for_goods_that_are_gone_is_due_back(desk: Desk, attempt: Attempt, caplog: pytest.LogCaptureFixture):
    order = attempt.order
    desk.closes(order)
    desk.shop.sql("UPDATE products SET stock = 0 WHERE slug = ?", COFFEE)

    payment = credited(attempt)

    reason = f"{attempt.reference}: money came after the order was canceled, and its goods are gone."
    assert (order.status, payment.is_surplus, payment.refund_due) == (OrderStatus.REFUND_DUE, False, True)
    assert causes(order)[-1] == ("refund_due", "a test")
    assert [(case.kind, case.reason, case.payment_id) for case in order.open_cases] == [
        (CaseKind.STOCK_GONE, reason, payment.id)
    ]
    assert f"order {order.number}: {reason}" in caplog.messages


def test_money_for_a_paid_order_is_one_payment_too_many(attempt: Attempt, caplog: pytest.LogCaptureFixture):
    first, second = credited(attempt), noted(attempt, id="py-2")
    order = attempt.order
    with transaction():
        count_as_surplus(order, attempt, second)

    reason = f"{attempt.reference}: a second payment for a paid order."
    assert (order.status, first.refund_due, second.is_surplus, second.refund_due) == (
        OrderStatus.PAID,
        False,
        True,
        True,
    )
    assert [(case.kind, case.reason, case.payment_id) for case in order.open_cases] == [
        (CaseKind.SECOND_PAYMENT, reason, second.id)
    ]
    assert f"order {order.number}: {reason}" in caplog.messages


def test_money_of_a_second_attempt_is_one_payment_too_many(desk: Desk, attempt: Attempt):
    credited(another(desk, attempt))
    second = credited(attempt, id="py-2")

    order = attempt.order
    assert (order.status, attempt.status) == (OrderStatus.PAID, AttemptStatus.COMPLETED)
    assert (second.is_surplus, second.refund_due) == (True, True)
    assert [(case.kind, case.reason, case.payment_id) for case in order.open_cases] == [
        (CaseKind.SECOND_PAYMENT, f"{attempt.reference}: a second payment for a paid order.", second.id)
    ]
