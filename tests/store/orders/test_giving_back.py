"""What a refund does to its order: status, cases, stock and outbox follow the money, once and whichever way it went."""

import pytest

from store.database import db, transaction
from store.models import Order, OutboxRow, Payment
from store.orders import giving_back
from store.orders.refund_request import Wish, ask
from store.rules.status import CaseKind, OrderStatus, RefundStatus

from ...buyer import COFFEE
from ...in_process import Sandbox, Shop
from .. import money
from .conftest import Desk


def refunded(order: Order, **wish: str | bool | None) -> None:
    """Record what a person gave back by hand: it has the effects of any refund."""
    ask(order.number, Wish(note="by bank", **wish))


def outbox() -> list[tuple[str, str]]:
    rows = db.session.scalars(db.select(OutboxRow).filter_by(kind="refunded").order_by(OutboxRow.id))
    return [(row.kind, row.subject) for row in rows]


def with_second_payment(order: Order) -> Payment:
    with transaction():
        return money.comes_second(order)


def test_parts_leave_an_order_partially_refunded_until_all_of_it_went_back(desk: Desk, paid: Order):
    stands = []

    for amount in ("3000", "100000"):
        refunded(paid, amount=amount)
        stands.append(paid.status)

    assert stands == [OrderStatus.PARTIALLY_REFUNDED, OrderStatus.REFUNDED]
    assert outbox() == [("refunded", f"{paid.number}-R1"), ("refunded", f"{paid.number}-R2")]


def test_parts_go_back_through_xendit_too(desk: Desk, sandbox: Sandbox, paid: Order):
    for amount in ("3000", None):
        desk.gives_back(paid, amount=amount)
        desk.hears()

    assert [refund.amount for refund in paid.payments[0].refunds] == [3000, paid.amount - 3000]
    assert (paid.status, paid.refunded) == (OrderStatus.REFUNDED, paid.amount)


def test_a_second_payment_that_went_back_leaves_the_order_paid_and_ends_its_case(desk: Desk, paid: Order):
    second = with_second_payment(paid)
    refunded(paid, amount="1000")
    between = (paid.status, second.refund_due, paid.attention)

    refunded(paid)

    assert between == (OrderStatus.PAID, True, "It came twice.")
    assert (paid.status, second.refund_due, paid.attention) == (OrderStatus.PAID, False, None)


def test_late_money_whose_goods_are_gone_is_refund_due_until_all_of_it_went_back(desk: Desk, shop: Shop):
    order = desk.opens()
    with transaction():
        money.cancels(order)
        payment = money.comes_too_late(order)
    stock = shop.stock(COFFEE)
    stands = []

    for amount in ("3000", None):
        refunded(order, amount=amount)
        stands.append((order.status, order.attention, payment.refund_due))

    assert stands == [(OrderStatus.REFUND_DUE, "It came too late.", True), (OrderStatus.REFUNDED, None, False)]
    assert shop.stock(COFFEE) == stock


def test_rejected_money_that_went_back_leaves_the_order_canceled_with_nothing_due(desk: Desk):
    order = desk.opens()
    with transaction():
        payment = money.came(order, amount=1, refund_due=True)
        money.cancels(order)
        order.open_case(CaseKind.MISMATCH, "too little", attempt_id=order.newest_attempt.id)

    refunded(order)

    assert (order.status, order.attention, payment.refund_due) == (OrderStatus.CANCELED, None, False)


def test_money_that_did_not_fit_counts_neither_for_nor_against_the_order(desk: Desk, paid: Order):
    with transaction():
        attempt = paid.add_attempt()
        db.session.flush()
        odd = money.came(paid, amount=5000)

    refunded(paid, payment_id=odd.payment_id)

    assert (attempt.is_settled, paid.status) == (False, OrderStatus.PAID)


def test_pieces_go_back_with_all_of_the_money_if_that_is_asked_for(desk: Desk, shop: Shop, paid: Order):
    before = shop.stock(COFFEE)

    refunded(paid, restock=True)

    assert shop.stock(COFFEE) == before + 1
    assert sum(movement.pieces for movement in paid.movements) == 0


@pytest.mark.parametrize("wish", [{}, {"amount": "103000"}])
def test_pieces_stay_where_they_are_if_nobody_asks(desk: Desk, shop: Shop, paid: Order, wish: dict):
    before = shop.stock(COFFEE)

    refunded(paid, **wish)

    assert (paid.status, shop.stock(COFFEE)) == (OrderStatus.REFUNDED, before)


def test_pieces_go_back_only_once_the_money_did(desk: Desk, sandbox: Sandbox, shop: Shop, paid: Order):
    before = shop.stock(COFFEE)
    desk.gives_back(paid, restock=True)
    between = shop.stock(COFFEE)

    for _ in range(2):
        desk.hears()

    assert (between, shop.stock(COFFEE)) == (before, before + 1)


def test_a_failure_is_one_case_for_each_payment_however_often_it_happens(desk: Desk, sandbox: Sandbox):
    order = desk.sells("BCA_VIRTUAL_ACCOUNT")

    last = [desk.gives_back(order) for _ in range(3)][-1]

    assert [case.refund_id for case in order.open_cases] == [last.id]


def test_what_was_given_back_by_hand_ends_the_case_of_what_failed(desk: Desk, sandbox: Sandbox):
    order = desk.sells("BCA_VIRTUAL_ACCOUNT")
    failed = desk.gives_back(order)

    refunded(order)

    assert (failed.status, order.status, order.attention) == (RefundStatus.REJECTED, OrderStatus.REFUNDED, None)


@pytest.mark.parametrize("code", [*giving_back.ADVICE, "X" * 64, None])
def test_what_to_do_about_a_failure_fits_the_place_for_it(desk: Desk, paid: Order, code: str | None):
    with transaction():
        refund = money.goes_back(paid.payments[0], RefundStatus.FAILED, failure_code=code)
        giving_back.note_failure(paid, refund)

    assert paid.attention.endswith(giving_back.ADVICE.get(code, giving_back.BY_HAND))
