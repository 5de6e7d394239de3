"""Deciding: a person ends a case, once, as the readme tells it, and verdict, note and time are kept."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from store.database import transaction
from store.models import Order
from store.orders.deciding import DECISIONS, NOTE_LENGTH, PASSES_BY_ITSELF, Undecidable, decide
from store.rules.clock import now
from store.rules.status import AttemptStatus, CaseKind, OrderStatus, PaymentStatus, RefundStatus, Verdict

from ...buyer import COFFEE
from ...in_process import Sandbox, Shop
from .. import money
from .conftest import Desk

ACCEPT, REJECT = Verdict.ACCEPT, Verdict.REJECT
NOTE = "Siti called; see mail of today"


def happens(order: Order, *steps: Callable[[Order], object]) -> Order:
    """Let these things happen to an order, in one transaction."""
    with transaction():
        for step in steps:
            step(order)
    return order


def sell_out(shop: Shop) -> None:
    shop.set_stock(COFFEE, 0)


def decided(order: Order, verdict: Verdict) -> tuple[str, str | None, bool, str]:
    """Decide, and return where the order stands: its status, its attention, whether its money is due back."""
    outcome = decide(order.number, verdict, NOTE).outcome
    return order.status, order.attention, order.payments[-1].refund_due, outcome


def test_accepting_money_that_does_not_fit_pays_the_order_with_what_came(desk: Desk, shop: Shop):
    before = shop.stock(COFFEE)
    order = happens(desk.opens(), money.does_not_fit)

    status, attention, is_due, outcome = decided(order, ACCEPT)

    assert (status, attention, is_due) == (OrderStatus.PAID, None, False)
    assert (order.newest_attempt.status, order.set_aside) == (AttemptStatus.COMPLETED, False)
    assert (order.payment.amount, order.amount) == (102999, 103000)
    assert "Rp102.999 came, Rp103.000 was asked" in outcome
    assert shop.stock(COFFEE) == before - 1


def test_accepted_money_for_an_order_that_is_canceled_meanwhile_takes_its_goods_again(desk: Desk, shop: Shop):
    before = shop.stock(COFFEE)
    order = happens(desk.opens({COFFEE: 2}), money.cancels, money.does_not_fit)

    assert decided(order, ACCEPT)[:3] == (OrderStatus.PAID, None, False)
    assert shop.stock(COFFEE) == before - 2


def test_money_for_a_canceled_order_whose_goods_are_gone_cannot_be_accepted(desk: Desk, shop: Shop):
    order = happens(desk.opens(), money.cancels, money.does_not_fit)
    sell_out(shop)

    with pytest.raises(Undecidable, match="its goods are gone"):
        decided(order, ACCEPT)

    assert (order.status, order.attention) == (OrderStatus.CANCELED, "It does not fit.")
    assert order.newest_attempt.status == AttemptStatus.SUSPECT


def test_money_that_does_not_fit_and_came_for_a_paid_order_is_a_second_payment_once_accepted(desk: Desk):
    order = happens(desk.opens(), money.pays, Order.add_attempt, money.does_not_fit)

    status, attention, is_due, outcome = decided(order, ACCEPT)

    assert (status, is_due) == (OrderStatus.PAID, True)
    assert "a second payment" in attention
    assert "counts as a second payment now" in outcome


@pytest.mark.parametrize("came", [None, PaymentStatus.AUTHORIZED], ids=["nothing", "reserved"])
def test_money_that_is_not_on_record_cannot_be_accepted(desk: Desk, came: PaymentStatus | None):
    order = happens(desk.opens(), money.does_not_fit)
    desk.sets(order.payments[0], status=came or PaymentStatus.VOIDED)

    with pytest.raises(Undecidable, match="No money that was taken is on record"):
        decided(order, ACCEPT)

    assert order.is_pending


def test_rejecting_money_that_does_not_fit_cancels_the_order_and_its_refund_is_due(desk: Desk, shop: Shop):
    before = shop.stock(COFFEE)
    order = happens(desk.opens(), money.does_not_fit)

    status, attention, is_due, outcome = decided(order, REJECT)

    assert (status, attention, is_due) == (OrderStatus.CANCELED, None, True)
    assert (order.newest_attempt.status, order.set_aside) == (AttemptStatus.CANCELED, False)
    assert "Rp102.999 is due back: flask --app app refund" in outcome
    assert shop.stock(COFFEE) == before


def test_rejecting_where_no_money_came_leaves_nothing_due(desk: Desk):
    order = happens(desk.opens(), money.does_not_fit)
    desk.sets(order.payments[0], status=PaymentStatus.VOIDED)

    assert decided(order, REJECT)[:3] == (OrderStatus.CANCELED, None, False)


def test_rejecting_money_that_does_not_fit_leaves_a_paid_order_paid(desk: Desk, shop: Shop):
    order = happens(desk.opens(), money.pays, Order.add_attempt, money.does_not_fit)
    before = shop.stock(COFFEE)

    assert decided(order, REJECT)[:3] == (OrderStatus.PAID, None, True)
    assert shop.stock(COFFEE) == before


def test_what_was_rejected_is_not_opened_again_by_xendits_record(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    desk.pays(order)
    sandbox.alter(order.newest_attempt.session_id, amount=102999)
    desk.settles(order)
    decided(order, REJECT)

    desk.settles(order)

    assert (order.status, order.attention) == (OrderStatus.CANCELED, None)


def test_accepting_late_money_pays_the_order_if_its_goods_are_there_again(desk: Desk, shop: Shop):
    before = shop.stock(COFFEE)
    order = happens(desk.opens(), money.cancels, money.comes_too_late)

    assert decided(order, ACCEPT)[:3] == (OrderStatus.PAID, None, False)
    assert shop.stock(COFFEE) == before - 1


def test_late_money_cannot_be_accepted_while_the_goods_are_gone(desk: Desk, shop: Shop):
    order = happens(desk.opens(), money.cancels, money.comes_too_late)
    sell_out(shop)

    with pytest.raises(Undecidable, match="its goods are gone"):
        decided(order, ACCEPT)

    assert (order.status, order.attention) == (OrderStatus.REFUND_DUE, "It came too late.")
    assert order.payments[0].refund_due


def test_rejecting_late_money_leaves_its_refund_due(desk: Desk, shop: Shop):
    before = shop.stock(COFFEE)
    order = happens(desk.opens(), money.cancels, money.comes_too_late)

    assert decided(order, REJECT)[:3] == (OrderStatus.REFUND_DUE, None, True)
    assert shop.stock(COFFEE) == before


@pytest.mark.parametrize(("verdict", "is_due"), [(ACCEPT, False), (REJECT, True)])
def test_a_second_payment_is_kept_or_given_back(desk: Desk, verdict: Verdict, is_due: bool):
    order = happens(desk.opens(), money.pays, money.comes_second)

    assert decided(order, verdict)[:3] == (OrderStatus.PAID, None, is_due)


@pytest.mark.parametrize(("verdict", "is_due"), [(ACCEPT, False), (REJECT, True)])
def test_after_a_refund_that_failed_the_money_stays_or_a_new_refund_is_due(desk: Desk, verdict: Verdict, is_due: bool):
    order = happens(desk.opens(), money.pays, money.fails_to_go_back)

    assert decided(order, verdict)[:3] == (OrderStatus.PAID, None, is_due)


def test_it_says_how_much_stays_with_the_shop_after_a_part_went_back(desk: Desk):
    order = happens(desk.opens(), money.pays)
    happens(order, lambda order: money.goes_back(order.payment, amount=3000), money.fails_to_go_back)

    assert decided(order, ACCEPT)[3].startswith("Rp100.000 stays with the shop")


def test_money_for_goods_that_are_gone_stays_due_back_whatever_is_decided_of_its_refund(desk: Desk):
    order = happens(desk.opens(), money.cancels, money.comes_too_late)
    decided(order, REJECT)
    happens(order, money.fails_to_go_back)

    status, attention, is_due, outcome = decided(order, ACCEPT)

    assert (status, attention, is_due) == (OrderStatus.REFUND_DUE, None, True)
    assert f"refund {order.number}" in outcome


@pytest.mark.parametrize("verdict", Verdict)
def test_who_has_looked_at_an_order_that_was_canceled_unsure_says_so(desk: Desk, verdict: Verdict):
    order = happens(desk.opens(), money.ends_unsure)

    decide(order.number, verdict, NOTE)

    assert (order.status, order.attention) == (OrderStatus.CANCELED, None)


@pytest.mark.parametrize("kind", PASSES_BY_ITSELF)
def test_what_passes_by_itself_is_not_decided(desk: Desk, kind: CaseKind):
    order = happens(desk.opens(), lambda order: order.open_case(kind, "Look."))

    with pytest.raises(Undecidable, match="passes by itself"):
        decide(order.number, ACCEPT, NOTE)

    assert order.attention == "Look."


def test_every_kind_of_case_is_decided_or_passes_by_itself():
    assert {kind for kind, _ in DECISIONS} | set(PASSES_BY_ITSELF) == set(CaseKind)


def test_verdict_note_and_time_are_kept(desk: Desk):
    order = happens(desk.opens(), money.pays, money.comes_second)

    decide(order.number, REJECT, f"  {NOTE}\n")

    (case,) = order.cases
    assert (case.verdict, case.note) == (REJECT, NOTE)
    assert now() - case.closed_at < timedelta(minutes=1)


def test_of_several_cases_the_oldest_is_decided_and_the_others_are_named(desk: Desk):
    order = happens(desk.opens(), money.pays, money.comes_second, money.fails_to_go_back)

    first = decide(order.number, ACCEPT, NOTE)
    last = decide(order.number, ACCEPT, NOTE)

    assert (first.question, first.left) == ("It came twice.", ["It failed."])
    assert (last.question, last.left) == ("It failed.", [])


def test_a_case_that_passes_by_itself_does_not_stand_before_one_that_does_not(desk: Desk):
    order = happens(desk.opens(), lambda order: order.open_case(CaseKind.REFUSED, "Refused."), money.does_not_fit)

    assert decide(order.number, REJECT, NOTE).question == "It does not fit."


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("end", [RefundStatus.SENT, RefundStatus.SUCCEEDED])
def test_money_that_went_back_or_is_on_its_way_is_decided_no_more(desk: Desk, verdict: Verdict, end: RefundStatus):
    order = happens(
        desk.opens(), money.pays, money.comes_second, lambda order: money.goes_back(order.payments[-1], end)
    )

    with pytest.raises(Undecidable, match="went back, or is on its way"):
        decide(order.number, verdict, NOTE)


def test_late_money_of_which_some_went_back_pays_a_partially_refunded_order(desk: Desk):
    def goes_back(order: Order) -> None:
        money.goes_back(order.payment, amount=1000)

    order = happens(desk.opens(), money.cancels, money.comes_too_late, goes_back)

    assert decided(order, ACCEPT)[0] == OrderStatus.PARTIALLY_REFUNDED


@pytest.mark.parametrize("verdict", Verdict)
def test_twice_the_same_decision_is_one(desk: Desk, verdict: Verdict):
    order = happens(desk.opens(), money.does_not_fit)
    decided(order, verdict)
    status = order.status

    with pytest.raises(Undecidable, match=f"is {status}, and there is nothing to decide"):
        decided(order, verdict)

    assert order.status == status


@pytest.mark.parametrize("verdict", Verdict)
def test_an_order_that_has_moved_on_is_not_decided(desk: Desk, verdict: Verdict):
    order = happens(desk.opens(), money.cancels, money.comes_too_late)
    desk.sets(order, status=OrderStatus.REFUNDED)

    with pytest.raises(Undecidable, match="has moved on: it is refunded"):
        decided(order, verdict)


@pytest.mark.parametrize(
    ("note", "said"),
    [("", "Write a note"), (" \n\u200b", "Write a note"), ("x" * (NOTE_LENGTH + 1), "has 501 characters")],
)
def test_a_note_is_needed_and_has_an_end(desk: Desk, note: str, said: str):
    order = happens(desk.opens(), money.pays, money.comes_second)

    with pytest.raises(Undecidable, match=said):
        decide(order.number, ACCEPT, note)

    assert order.attention == "It came twice."


def test_an_order_that_nobody_knows_is_said(desk: Desk):
    with pytest.raises(Undecidable, match="There is no order W-NOBODY"):
        decide("W-NOBODY", ACCEPT, NOTE)
