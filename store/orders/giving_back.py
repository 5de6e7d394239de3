"""What a refund does to its order, inside the caller's transaction: the money is back, or it was not given back."""

import logging

from ..catalog import stock
from ..database import db
from ..models import Order, OutboxRow, Payment, Refund
from ..rules.money import written
from ..rules.status import CaseKind, OrderStatus

# Xendit was asked for long, and has never said that it has it. A code of our own, in the place of one of Xendit's.
NEVER_CONFIRMED = "NEVER_CONFIRMED"
BY_HAND = "Give it back by hand and record it with --done-by-hand NOTE."
ADVICE = {
    "PARTIAL_REFUND_NOT_SUPPORTED": "This channel gives all or nothing back: refund all of it, or by hand with"
    " --done-by-hand NOTE.",
    "INSUFFICIENT_BALANCE": "Top up the balance at Xendit, then refund again.",
    "REFUND_AMOUNT_EXCEEDED": "Less of it is left at Xendit: see its dashboard.",
    NEVER_CONFIRMED: "See Xendit's dashboard before you give it back again.",
}

log = logging.getLogger(__name__)


def take_effect(order: Order, refund: Refund, cause: str) -> None:
    """The money of a refund is back with the buyer: the order, its cases and its stock follow. Once for each refund."""
    payment = refund.payment
    db.session.add(OutboxRow(kind=OrderStatus.REFUNDED, order_id=order.id, subject=refund.reference))
    order.close_cases(CaseKind.REFUND_FAILED, payment_id=payment.id)
    if payment.refunded >= payment.amount:
        _nothing_is_due(order, payment)
    if payment in order.own_payments:
        _follow(order, refund, f"{refund.reference} ({cause})")


def note_failure(order: Order, refund: Refund) -> None:
    """No money of a refund went back: a person must see to it. One case for each payment, about its last refund."""
    code = refund.failure_code or refund.status
    asked = written(refund.amount, refund.currency)
    reason = f"{refund.reference}: {asked} was not given back, {code}. {ADVICE.get(code, BY_HAND)}"
    order.close_cases(CaseKind.REFUND_FAILED, payment_id=refund.payment_id)
    order.open_case(CaseKind.REFUND_FAILED, reason, payment_id=refund.payment_id, refund_id=refund.id)
    log.error("order %s: %s", order.number, reason)


def _nothing_is_due(order: Order, payment: Payment) -> None:
    payment.refund_due = False
    order.close_cases(CaseKind.SECOND_PAYMENT, CaseKind.STOCK_GONE, payment_id=payment.id)
    if order.is_canceled:
        order.close_cases(CaseKind.MISMATCH, attempt_id=payment.attempt_id)


def _follow(order: Order, refund: Refund, cause: str) -> None:
    own = order.own_payments
    if sum(each.refunded for each in own) >= sum(each.amount for each in own):
        order.move_to(OrderStatus.REFUNDED, cause)
        if refund.restock:
            stock.give_back(order)
    elif order.is_paid:
        order.move_to(OrderStatus.PARTIALLY_REFUNDED, cause)
