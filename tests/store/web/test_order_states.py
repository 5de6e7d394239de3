"""What an order's page tells its buyer in each state: the truth about goods and money, and no second payment."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from store.database import db, transaction
from store.models import Order
from store.rules.status import AttemptStatus, OrderStatus, PaymentStatus, RefundStatus

from ...buyer import Buyer
from ...databases import on_one
from ...in_process import Shop
from .. import money

PLEASE_DO_NOT_PAY = "Please do not pay"


class Scene(NamedTuple):
    """How an order came into a state, and what its page says then."""

    happens: Callable[[Order], object]
    says: tuple[str, ...]


def paid_late(order: Order) -> None:
    money.cancels(order)
    money.pays(order)


def partially_refunded(order: Order) -> None:
    money.goes_back(money.pays(order), amount=3000)
    order.move_to(OrderStatus.PARTIALLY_REFUNDED, money.CAUSE)


def refunded(order: Order) -> None:
    payment = money.pays(order)
    money.goes_back(payment, amount=3000)
    money.goes_back(payment, RefundStatus.BY_HAND, amount=100000)
    order.move_to(OrderStatus.REFUNDED, money.CAUSE)


def refund_failed(order: Order) -> None:
    money.pays(order)
    money.fails_to_go_back(order)


def going_back(order: Order) -> None:
    money.goes_back(money.pays(order), RefundStatus.PENDING)


def accepted(order: Order) -> None:
    money.pays(order, amount=102999)


def paid_twice(order: Order) -> None:
    money.pays(order)
    money.comes_second(order)


def second_is_going_back(order: Order) -> None:
    money.pays(order)
    money.goes_back(money.comes_second(order), RefundStatus.SENT)


def second_is_back(order: Order) -> None:
    money.pays(order)
    money.goes_back(money.comes_second(order))


def second_is_kept(order: Order) -> None:
    money.pays(order)
    money.comes_second(order).refund_due = False


def second_does_not_fit(order: Order) -> None:
    money.pays(order)
    order.add_attempt()
    db.session.flush()
    money.does_not_fit(order)


def refund_due(order: Order) -> None:
    money.cancels(order)
    money.comes_too_late(order)


def refund_due_going_back(order: Order) -> None:
    money.cancels(order)
    money.goes_back(money.comes_too_late(order), RefundStatus.PENDING)


def refund_due_came_back(order: Order) -> None:
    money.cancels(order)
    money.goes_back(money.comes_too_late(order))
    order.move_to(OrderStatus.REFUNDED, money.CAUSE)


def suspect_after_the_end(order: Order) -> None:
    money.cancels(order)
    money.does_not_fit(order)


def reserved(order: Order) -> None:
    money.came(order, status=PaymentStatus.AUTHORIZED)


def reserved_after_the_end(order: Order) -> None:
    money.cancels(order)
    money.came(order, status=PaymentStatus.AUTHORIZED)


def refused_by_a_person(order: Order) -> None:
    money.cancels(order)
    money.came(order, amount=102999, refund_due=True)


def paid_after_another_that_was_refused(order: Order) -> None:
    money.came(order, amount=102999, refund_due=True)
    order.newest_attempt.move_to(AttemptStatus.CANCELED, money.CAUSE)
    order.add_attempt()
    db.session.flush()
    money.pays(order)


def closing(order: Order) -> None:
    order.move_to(OrderStatus.CLOSING, money.CAUSE)


SCENES = {
    "paid": Scene(money.pays, ("Thank you, your order is paid", "We received Rp103.000", "Receipt")),
    "paid late": Scene(paid_late, ("is paid", "after this order had been canceled", "aside for you again")),
    "another sum accepted": Scene(accepted, ("We received Rp102.999", "not the Rp103.000 of the order")),
    "paid twice": Scene(
        paid_twice, ("is paid", "You paid twice", "Second payment, received", "It is given back", PLEASE_DO_NOT_PAY)
    ),
    "the second going back": Scene(second_is_going_back, ("You paid twice", "on its way back to you")),
    "the second is back": Scene(second_is_back, ("You paid twice", "It went back to you", "−Rp103.000")),
    "the second is kept": Scene(second_is_kept, ("You paid twice", "has looked at it")),
    "more money that does not fit": Scene(second_does_not_fit, ("is paid", "a person is looking", PLEASE_DO_NOT_PAY)),
    "a refund under way": Scene(going_back, ("is paid", "On its way back to you since", "−Rp103.000")),
    "a refund failed": Scene(refund_failed, ("is paid", "it did not work", "A person of")),
    "partially refunded": Scene(
        partially_refunded, ("Part of your money went back", "Rp3.000 of the Rp103.000", "Given back on", "Receipt")
    ),
    "refunded": Scene(refunded, ("Your money went back", "Rp103.000", "−Rp3.000", "−Rp100.000", "Receipt")),
    "refund due": Scene(
        refund_due, ("payment came after", "the goods are gone", "money back: Rp103.000", PLEASE_DO_NOT_PAY)
    ),
    "refund due, going back": Scene(refund_due_going_back, ("You get your money back", "It is on its way")),
    "refund due, and back": Scene(refund_due_came_back, ("Your money went back to you", "−Rp103.000")),
    "suspect": Scene(money.does_not_fit, ("looking at your payment", PLEASE_DO_NOT_PAY, "buy other things", "Rp102.999")
    ),
    "suspect after the end": Scene(suspect_after_the_end, ("looking at your payment", "was canceled before")),
    "reserved": Scene(reserved, ("reserved, but not yet taken", "We are waiting for Xendit", PLEASE_DO_NOT_PAY)),
    "reserved after the end": Scene(reserved_after_the_end, ("order was canceled, and then", PLEASE_DO_NOT_PAY)),
    "money that was refused": Scene(
        refused_by_a_person, ("order was canceled", "Rp102.999", "does not fit", "It is given back", PLEASE_DO_NOT_PAY)
    ),
    "paid, and other money refused": Scene(
        paid_after_another_that_was_refused, ("We received Rp103.000", "Rp102.999 came that does not fit")
    ),
    "canceled": Scene(money.cancels, ("This order was canceled", "No money was taken")),
    "canceled, unsure": Scene(money.ends_unsure, ("could not tell us whether it was paid", "your money is not lost")),
    "closing": Scene(closing, ("being canceled", "If a payment came first, the order counts as paid")),
}  # fmt: skip
WITHOUT_MONEY = ("canceled", "closing")
PAGES = ("", "/complete", "/cancel")


def lives_through(shop: Shop, buyer: Buyer, happens: Callable[[Order], object]) -> None:
    """Order something, and let that happen to the order."""
    buyer.goes_to_pay()
    with shop.app.app_context(), transaction():
        happens(db.session.scalars(db.select(Order).order_by(Order.id.desc())).first())


@on_one
@pytest.mark.parametrize("scene", SCENES)
def test_a_page_says_how_goods_and_money_stand_and_asks_for_no_second_payment(shop: Shop, buyer: Buyer, scene: str):
    lives_through(shop, buyer, SCENES[scene].happens)
    # The look at Xendit on the way back is not what is tested here.
    shop.sandbox.spoil("get_session", "error", status=503, count=None)

    pages = [buyer.opens(buyer.order + page) for page in PAGES]

    shop.sandbox.heal()
    for page in pages:
        assert [sentence for sentence in SCENES[scene].says if sentence not in page.text] == []
        assert [form.action for form in page.forms if form.action.startswith(buyer.order)] == []
        assert (scene in WITHOUT_MONEY) or "No money was taken" not in page.text


@on_one
def test_an_order_that_is_not_paid_can_be_paid_or_canceled(shop: Shop, buyer: Buyer):
    lives_through(shop, buyer, lambda order: None)

    page = buyer.opens(buyer.order)

    assert [form.action.rpartition("/")[2] for form in page.forms if form.action.startswith(buyer.order)] == [
        "pay", "cancel",
    ]  # fmt: skip
