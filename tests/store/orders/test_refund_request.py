"""Asking for a refund: of which payment, how much, and when there is nothing to give back; two at once make one."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from store.database import db, release, transaction
from store.models import Order, Payment, Refund
from store.models.columns import NOTE_LENGTH
from store.orders.finding import lock
from store.orders.refund_request import RefundRefused, UnderWay, Wish, ask
from store.rules.status import OrderStatus, PaymentStatus, RefundStatus

from ...at_once import all_at_once
from ...databases import only_postgresql
from ...in_process import Shop
from ...waiting import PATIENCE, wait_until
from .. import money
from .conftest import Desk, elsewhere

SIDES = 4


def with_second_payment(order: Order) -> Payment:
    with transaction():
        return money.comes_second(order)


def rows() -> list[Refund]:
    return list(db.session.scalars(db.select(Refund)))


def refusal(order: Order, **wish: str | bool | None) -> str:
    """Why the shop gives nothing back."""
    with pytest.raises(RefundRefused) as refused:
        ask(order.number, Wish(**wish))
    return str(refused.value)


def test_without_an_amount_it_is_all_that_is_left(desk: Desk, paid: Order):
    ask(paid.number, Wish(amount="3000", note="by bank"))

    refund = ask(paid.number, Wish())

    assert (refund.amount, refund.currency, refund.status) == (paid.amount - 3000, "IDR", RefundStatus.NEW)
    assert (refund.reference, refund.reason) == (f"{paid.number}-R2", "REQUESTED_BY_CUSTOMER")


@pytest.mark.parametrize(
    "amount", ["0", "103001", "3.000", "3,000", "1.5", "-1", "Rp3000", "", "1e3", "٣٠٠٠", "9" * 30]
)
def test_an_amount_that_is_none_or_too_much_is_refused(desk: Desk, paid: Order, amount: str):
    why = refusal(paid, amount=amount)

    assert why.endswith(".")
    assert rows() == []


def test_what_cannot_be_given_back_is_said(desk: Desk, paid: Order):
    pending = desk.opens(buyer="budi")
    with pytest.raises(RefundRefused, match="There is no order W-000000"):
        ask("W-000000", Wish())

    assert "nothing to give back" in refusal(pending)
    assert "no captured payment py-x" in refusal(paid, payment_id="py-x")
    assert "note" in refusal(paid, note=" ") + refusal(paid, note="x" * (NOTE_LENGTH + 1))


def test_money_that_is_only_reserved_is_not_given_back(desk: Desk):
    order = desk.opens()
    with transaction():
        money.came(order, status=PaymentStatus.AUTHORIZED)

    assert "nothing to give back" in refusal(order)


def test_nothing_is_given_back_twice(desk: Desk, paid: Order):
    ask(paid.number, Wish(note="by bank"))

    assert "is left" in refusal(paid)
    assert "is left" in refusal(paid, note="once more")


def test_of_two_payments_it_is_the_one_that_is_due_and_never_the_other(desk: Desk, paid: Order):
    first, second = paid.payments[0], with_second_payment(paid)

    refund = ask(paid.number, Wish(note="by bank"))
    why = refusal(paid)

    assert refund.payment is second
    assert f"--payment {first.payment_id}" in why


def test_of_two_payments_of_which_none_is_due_it_is_the_newest_unless_one_is_named(desk: Desk, paid: Order):
    first, second = paid.payments[0], with_second_payment(paid)
    desk.sets(second, refund_due=False)

    newest = ask(paid.number, Wish(note="by bank"))
    named = ask(paid.number, Wish(note="by bank", payment_id=first.payment_id))

    assert (named.payment, newest.payment) == (first, second)


def test_once_one_of_two_payments_went_back_the_other_must_be_named(desk: Desk, paid: Order):
    second = with_second_payment(paid)
    desk.sets(second, refund_due=False)
    ask(paid.number, Wish(note="by bank", payment_id=paid.payments[0].payment_id))

    assert f"--payment {second.payment_id}" in refusal(paid)


def test_one_that_is_under_way_keeps_nobody_from_giving_back_what_is_due(desk: Desk, paid: Order):
    second = with_second_payment(paid)
    ask(paid.number, Wish(payment_id=paid.payments[0].payment_id))

    assert ask(paid.number, Wish()).payment is second


def test_the_one_that_is_due_comes_before_the_newest(desk: Desk, paid: Order):
    with_second_payment(paid)
    first = paid.payments[0]
    desk.sets(first, refund_due=True)
    desk.sets(paid.payments[1], refund_due=False)

    assert ask(paid.number, Wish()).payment is first


@pytest.mark.parametrize("amount", [None, "3000"])
def test_the_same_once_more_while_one_is_under_way_makes_no_other(desk: Desk, paid: Order, amount: str | None):
    first = ask(paid.number, Wish(amount=amount))

    with pytest.raises(UnderWay) as under_way:
        ask(paid.number, Wish(amount=amount))

    assert under_way.value.refund is first
    assert rows() == [first]


def test_while_one_is_under_way_nobody_gives_back_the_other_payment_by_asking_again(desk: Desk, paid: Order):
    with_second_payment(paid)
    first = ask(paid.number, Wish())

    with pytest.raises(UnderWay):
        ask(paid.number, Wish())

    assert rows() == [first]


@pytest.mark.parametrize("wish", [{}, {"amount": "4000"}, {"note": "by bank"}, {"note": "by bank", "amount": "3000"}])
def test_another_one_waits_until_the_first_has_ended(desk: Desk, paid: Order, wish: dict):
    ask(paid.number, Wish(amount="3000"))

    assert "is under way" in refusal(paid, **wish)


def test_two_payments_may_be_given_back_at_the_same_time(desk: Desk, paid: Order):
    second = with_second_payment(paid)

    refunds = [ask(paid.number, Wish(payment_id=each.payment_id)) for each in (paid.payments[0], second)]

    assert [refund.reference for refund in refunds] == [f"{paid.number}-R1", f"{paid.number}-R2"]


@pytest.mark.parametrize("is_second", [False, True], ids=["part", "second payment"])
def test_pieces_go_back_with_all_of_the_orders_own_money_alone(desk: Desk, paid: Order, is_second: bool):
    if is_second:
        with_second_payment(paid)

    assert "--restock" in refusal(paid, restock=True, amount=None if is_second else "3000")


@pytest.mark.parametrize("status", [OrderStatus.REFUND_DUE, OrderStatus.CANCELED])
def test_pieces_that_are_back_on_the_shelf_do_not_go_back_again(desk: Desk, paid: Order, status: OrderStatus):
    desk.sets(paid, status=status)

    assert "--restock" in refusal(paid, restock=True)


def test_two_at_once_make_one(desk: Desk, shop: Shop, paid: Order):
    number = paid.number
    release()

    def asks() -> str:
        try:
            return ask(number, Wish()).reference
        except UnderWay as other:
            return f"{other.refund.reference} is under way"

    said = all_at_once([elsewhere(shop, asks)] * SIDES)

    assert sorted(said) == [f"{number}-R1", *[f"{number}-R1 is under way"] * (SIDES - 1)]
    assert len(rows()) == 1


@only_postgresql
def test_who_asks_while_another_one_does_waits_and_then_sees_it(desk: Desk, shop: Shop, paid: Order):
    number, waiting = paid.number, "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"

    with ThreadPoolExecutor(1) as pool, transaction():
        money.goes_back(lock(paid.id).payments[0], RefundStatus.SENT)
        other = pool.submit(elsewhere(shop, partial(ask, number, Wish())))
        wait_until(lambda: shop.database.run(f"{waiting} AND datname = current_database()"))
        db.session.commit()

        with pytest.raises(UnderWay):
            other.result(PATIENCE)
