"""A completed session is paid only when its payment says so: captured, in full, in the right currency, and ours."""

import pytest

from store.models import Order
from store.rules.status import AttemptStatus, CaseKind, OrderStatus, PaymentStatus
from store.xendit import ProviderUnavailable

from ...buyer import COFFEE
from ...in_process import Sandbox, Shop
from .conftest import Desk

LIES = {
    "half captured": ("payment_half_captured", "captured 51500"),
    "failed": ("payment_failed", "FAILED"),
    "another currency": ("payment_wrong_currency", "captured"),
    "another amount": ("payment_wrong_amount", "captured"),
    "another account": ("payment_wrong_business", "another account"),
}


def paid_but(desk: Desk, sandbox: Sandbox, scenario: str) -> Order:
    """An order that was paid, about whose payment Xendit says something else for a while."""
    order = desk.opens()
    desk.pays(order)
    sandbox.plays(scenario)
    desk.settles(order)
    return order


@pytest.mark.parametrize(("scenario", "words"), LIES.values(), ids=LIES)
def test_a_payment_that_does_not_fit_pays_nothing_until_the_record_is_right(
    desk: Desk, shop: Shop, sandbox: Sandbox, scenario: str, words: str
):
    order = paid_but(desk, sandbox, scenario)
    suspect = order.status, order.newest_attempt.status, order.attention

    sandbox.heal()
    desk.settles(order)

    assert suspect[:2] == (OrderStatus.PENDING, AttemptStatus.SUSPECT)
    assert words in suspect[2]
    assert (order.status, order.newest_attempt.status, order.attention) == (
        OrderStatus.PAID, AttemptStatus.COMPLETED, None
    )  # fmt: skip
    found = [(each.amount, each.currency, each.status) for each in order.payments]
    assert found == [(order.amount, order.currency, PaymentStatus.CAPTURED)]


def test_money_in_a_currency_that_the_shop_does_not_know_is_suspect_and_told(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    desk.pays(order)
    sandbox.spoil("get_payment", "wrong_currency", value="JPY")

    desk.settles(order)

    assert (order.status, order.newest_attempt.status) == (OrderStatus.PENDING, AttemptStatus.SUSPECT)
    assert "JPY" in order.attention
    assert order.payments == []


def test_a_record_that_names_no_sum_is_told_as_such(desk: Desk, sandbox: Sandbox):
    order = paid_but(desk, sandbox, "payment_gaps")

    assert order.newest_attempt.status == AttemptStatus.SUSPECT
    assert "captured a sum that its record does not name." in order.attention


def test_money_that_does_not_fit_stays_so_while_xendit_names_no_payment(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    desk.closes(order)
    sandbox.pay_late(order.newest_attempt.session_id)
    sandbox.spoil("get_payment", "half_captured")
    desk.settles(order)

    sandbox.spoil("get_payment_request", "error", status=404, error_code="DATA_NOT_FOUND")
    desk.settles(order)

    assert order.newest_attempt.status == AttemptStatus.SUSPECT
    assert "captured 51500" in order.attention


def test_a_number_that_is_too_long_for_a_sentence_is_told_in_part(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    desk.pays(order)
    sandbox.spoil("get_session", "wrong_amount", value="9" * 250)

    desk.settles(order)

    assert order.newest_attempt.status == AttemptStatus.SUSPECT
    assert "shows 9999" in order.attention


def test_a_payment_that_is_pending_is_waited_for(desk: Desk, sandbox: Sandbox):
    order = paid_but(desk, sandbox, "payment_pending")
    waiting = order.newest_attempt.status, order.attention

    desk.waits(minutes=31)
    sandbox.plays("payment_pending")
    desk.settles(order)

    assert waiting == (AttemptStatus.ACTIVE, None)
    assert order.newest_attempt.status == AttemptStatus.SUSPECT
    assert "PENDING" in order.attention


def test_a_payment_that_cannot_be_read_pays_nothing(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    desk.pays(order)
    sandbox.spoil("get_payment", "error", status=404, error_code="DATA_NOT_FOUND")

    with pytest.raises(ProviderUnavailable):
        desk.settles(order)
    unread = order.status
    desk.settles(order)

    assert (unread, order.status) == (OrderStatus.PENDING, OrderStatus.PAID)


def reserved(desk: Desk, sandbox: Sandbox) -> Order:
    """An order whose money is only reserved."""
    order = desk.opens()
    sandbox.pay(order.newest_attempt.session_id, authorize=True)
    desk.settles(order)
    return order


def test_money_that_is_only_reserved_is_not_paid_until_it_is_captured(desk: Desk, sandbox: Sandbox):
    order = reserved(desk, sandbox)
    waiting = order.status, order.can_be_paid, order.payments[0].status

    sandbox.capture(order.payments[0].payment_id, order.amount)
    desk.settles(order)

    assert waiting == (OrderStatus.PENDING, False, PaymentStatus.AUTHORIZED)
    assert (order.status, order.payments[0].status) == (OrderStatus.PAID, PaymentStatus.CAPTURED)


def test_reserved_money_keeps_its_goods_at_the_end_of_the_hold_and_a_person_must_look(
    desk: Desk, shop: Shop, sandbox: Sandbox
):
    order = reserved(desk, sandbox)
    before = shop.stock(COFFEE)
    desk.waits(hours=30)

    for _ in range(2):
        desk.closes(order)
        desk.settles(order)

    assert (order.is_pending, shop.stock(COFFEE)) == (True, before)
    assert [case.kind for case in order.open_cases] == [CaseKind.AUTHORIZED]


def test_reserved_money_that_is_voided_after_the_hold_closes_the_order_at_once(
    desk: Desk, shop: Shop, sandbox: Sandbox
):
    order = reserved(desk, sandbox)
    before = shop.stock(COFFEE)
    desk.waits(minutes=31)
    desk.settles(order)
    sandbox.void(order.payments[0].payment_id)

    desk.settles(order)

    assert (order.is_canceled, order.attention, shop.stock(COFFEE)) == (True, None, before + 1)
    assert order.payments[0].status == PaymentStatus.VOIDED


def shows(sandbox: Sandbox, status: str) -> None:
    """Let Xendit's record of each payment show this status from now on."""
    sandbox.heal()
    sandbox.spoil("get_payment", "wrong_status", value=status, count=None)


@pytest.mark.parametrize("less", ["AUTHORIZED", "CANCELED", "FAILED", "PENDING"])
def test_a_record_that_says_less_does_not_undo_what_was_taken(desk: Desk, sandbox: Sandbox, less: str):
    order = paid_but(desk, sandbox, "payment_half_captured")

    shows(sandbox, less)
    desk.settles(order)
    status, kinds = order.newest_attempt.status, [case.kind for case in order.open_cases]
    sandbox.heal()
    desk.settles(order)

    assert (status, kinds) == (AttemptStatus.SUSPECT, [CaseKind.MISMATCH])
    assert (order.status, order.payments[0].status) == (OrderStatus.PAID, PaymentStatus.CAPTURED)


@pytest.mark.parametrize("ending", ["CANCELED", "EXPIRED"])
def test_money_counts_though_a_wrong_record_had_let_it_go(desk: Desk, sandbox: Sandbox, ending: str):
    order = reserved(desk, sandbox)
    shows(sandbox, ending)
    desk.settles(order)
    shows(sandbox, "AUTHORIZED")
    desk.settles(order)

    sandbox.heal()
    sandbox.capture(order.payments[0].payment_id, order.amount)
    desk.settles(order)

    assert (order.status, order.payments[0].status) == (OrderStatus.PAID, PaymentStatus.CAPTURED)


def test_a_session_of_another_account_pays_nothing_though_its_payment_is_of_the_same(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    desk.pays(order)
    for operation in ("get_session", "get_payment"):
        sandbox.spoil(operation, "wrong_business", value="b" * 24)

    desk.settles(order)

    assert order.newest_attempt.status == AttemptStatus.SUSPECT
    assert "the session at Xendit belongs to another account" in order.attention
