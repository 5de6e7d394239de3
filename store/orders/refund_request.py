"""Asking for a refund: which payment, how much of it, and whether there is anything to give back.

Nothing is sent to Xendit here. The row that is written is what `refunds.py` then sends, or the worker does.
"""

from dataclasses import dataclass

from ..database import db, retried, transaction
from ..models import Order, Payment, Refund
from ..models.columns import NOTE_LENGTH
from ..rules.clock import now
from ..rules.money import CURRENCIES, InexactAmount, from_typed, written
from ..rules.schedule import FIRST_REFUND_LOOK
from ..rules.status import RefundStatus
from ..rules.typed import plain
from ..xendit import RefundReason
from . import giving_back
from .finding import lock, order_numbered


class RefundRefused(Exception):
    """The shop gives nothing back. The text is a sentence that says why, for whoever asked."""


class UnderWay(Exception):
    """The same refund is under way already, so no other was made."""

    def __init__(self, refund: Refund) -> None:
        super().__init__(refund.reference)
        self.refund = refund


@dataclass(frozen=True)
class Wish:
    """What somebody asks for: an `amount` as they typed it, or all that is left, of the payment with this id at Xendit.

    With a `note` the money was given back by hand already, and is only to be recorded.
    """

    amount: str | None = None
    payment_id: str | None = None
    reason: RefundReason = RefundReason.REQUESTED_BY_CUSTOMER
    restock: bool = False
    note: str | None = None


@retried
def ask(number: str, wish: Wish) -> Refund:
    """Write down a refund for the order with this number. Raises RefundRefused or UnderWay.

    The order is locked meanwhile, so that two at once make one. What was given back by hand has its effect at once.
    """
    with transaction():
        order = _locked(number)
        payment = _chosen(order, wish.payment_id)
        _see_that_none_is_open(payment, wish)
        amount = _amount(order, payment, wish.amount)
        if wish.restock:
            _see_that_pieces_can_go_back(order, payment, amount)
        refund = _written_down(order, payment, amount, wish)
        if wish.note is not None:
            refund.move_to(RefundStatus.BY_HAND, "recorded by a person")
            giving_back.take_effect(order, refund, "by hand")
            refund.plan_next_check()
    return refund


def _locked(number: str) -> Order:
    order = order_numbered(number)
    if order is None:
        raise RefundRefused(f"There is no order {number}.")
    return lock(order.id)


def _chosen(order: Order, payment_id: str | None) -> Payment:
    """Return the payment that is meant: the one that is named, that is due, or else the newest."""
    captured = [payment for payment in order.payments if payment.is_captured]
    if not captured:
        raise RefundRefused(f"No money was captured for order {order.number}, so there is nothing to give back.")
    if payment_id is not None:
        named = [payment for payment in captured if payment.payment_id == payment_id]
        if not named:
            known = ", ".join(payment.payment_id for payment in captured)
            raise RefundRefused(f"Order {order.number} has no captured payment {payment_id}. It has {known}.")
        return named[0]
    due = [payment for payment in captured if payment.refund_due]
    newest = captured[-1]
    if not due and any(payment.refunded for payment in captured if payment is not newest):
        raise RefundRefused(f"Another payment of order {order.number} was given back already.{_hint(order)}")
    return (due or captured)[-1]


def _see_that_none_is_open(payment: Payment, wish: Wish) -> None:
    refund = payment.open_refund
    if refund is None:
        return
    if wish.note is None and _is_the_same(refund, wish):
        raise UnderWay(refund)
    amount = written(refund.amount, refund.currency)
    raise RefundRefused(f"A refund of {amount}, {refund.reference}, is under way: wait until it has come to its end.")


def _is_the_same(refund: Refund, wish: Wish) -> bool:
    if wish.amount is None:
        return refund.payment.refundable == 0
    return _minor(wish.amount, refund.currency) == refund.amount


def _amount(order: Order, payment: Payment, typed: str | None) -> int:
    left = payment.refundable
    amount = left if typed is None else _minor(typed, payment.currency)
    if left == 0:
        raise RefundRefused(f"Nothing of payment {payment.payment_id} is left to give back.{_hint(order)}")
    if amount > left:
        raise RefundRefused(f"Only {written(left, payment.currency)} of payment {payment.payment_id} is left.")
    return amount


def _hint(order: Order) -> str:
    """Name the other payment, which is never given back without being named."""
    others = [payment for payment in order.payments if payment.refundable > 0]
    return f" For the order's other payment add --payment {others[-1].payment_id}." if others else ""


def _minor(typed: str, currency: str) -> int:
    try:
        amount = from_typed(typed, currency)
    except InexactAmount as error:
        how = "digits, with a point for cents" if CURRENCIES[currency].decimals else "digits alone"
        raise RefundRefused(f"{plain(typed)} is no amount in {currency}: write it as {how}.") from error
    if amount == 0:
        raise RefundRefused("The amount must be above 0.")
    return amount


def _see_that_pieces_can_go_back(order: Order, payment: Payment, amount: int) -> None:
    """Lines are not chosen, so the pieces go back all together, when all of the order's money does."""
    own = order.own_payments
    is_all = payment in own and amount == sum(each.refundable for each in own)
    if not (order.was_paid and order.has_stock and is_all):
        raise RefundRefused("--restock goes with a refund of all that is left of an order whose pieces were sold.")


def _written_down(order: Order, payment: Payment, amount: int, wish: Wish) -> Refund:
    refund = Refund(
        order_id=order.id,
        reference=f"{order.number}-R{1 + sum(len(each.refunds) for each in order.payments)}",
        status=RefundStatus.NEW,
        amount=amount,
        currency=payment.currency,
        reason=wish.reason,
        restock=wish.restock,
        note=_note(wish.note),
        failed_looks=0,
        created_at=now(),
        next_check_at=now() + FIRST_REFUND_LOOK,
    )
    payment.refunds.append(refund)
    db.session.flush()
    return refund


def _note(typed: str | None) -> str | None:
    if typed is None:
        return None
    note = plain(typed)
    if not note or len(note) > NOTE_LENGTH:
        raise RefundRefused(f"A note of up to {NOTE_LENGTH} characters must say how it was given back.")
    return note
