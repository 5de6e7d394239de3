"""A person ends the case of an order, as the table in the readme tells it: `decide accept` and `decide reject`.

What a case asks is whether money that came may stay. No call to Xendit is made: what is due back is given back by
`flask --app app refund`.
"""

from collections.abc import Callable
from typing import NamedTuple

from ..catalog import stock
from ..database import db, retried, transaction
from ..models import Attempt, Case, Order, Payment, Refund
from ..models.columns import NOTE_LENGTH
from ..rules.money import written
from ..rules.status import AttemptStatus, CaseKind, OrderStatus, Verdict
from ..rules.typed import plain
from . import closing, crediting
from .finding import lock, order_numbered

GOODS_GONE = "its goods are gone, so it cannot be filled. Give the money back: flask --app app refund {}"
PASSES_BY_ITSELF = {
    CaseKind.AUTHORIZED: "capture or void the payment in Xendit's dashboard; the shop sees it by itself",
    CaseKind.REFUSED: "mend what Xendit refuses; the next success ends it",
}


class Undecidable(Exception):
    """There is nothing to decide, or it cannot be decided like that; the text says why, to a person."""


class Decided(NamedTuple):
    """What was asked, what came of the verdict, and what else is open; all for a person."""

    question: str
    outcome: str
    left: list[str]


@retried
def decide(number: str, verdict: Verdict, note: str) -> Decided:
    """End the oldest open case of an order, and keep the verdict, its note and its time. Raises Undecidable."""
    note = _checked(note)
    found = order_numbered(number)
    if found is None:
        raise Undecidable(f"There is no order {number}.")
    with transaction():
        order = lock(found.id)
        case = _oldest(order)
        outcome = DECISIONS[case.kind, verdict](order, case)
        order.decide_case(case, verdict, note)
        return Decided(case.reason, outcome, [each.reason for each in order.open_cases])


def _checked(note: str) -> str:
    note = plain(note)
    if not note:
        raise Undecidable("Write a note that says why; it is kept with the decision.")
    if len(note) > NOTE_LENGTH:
        raise Undecidable(f"The note has {len(note)} characters; at most {NOTE_LENGTH} are kept.")
    return note


def _oldest(order: Order) -> Case:
    """Return the oldest open case that a person can end."""
    for case in order.open_cases:
        if case.kind not in PASSES_BY_ITSELF:
            return case
    if order.open_cases:
        case = order.open_cases[0]
        raise Undecidable(f"That passes by itself: {PASSES_BY_ITSELF[case.kind]}. ({case.reason})")
    raise Undecidable(f"Order {order.number} is {order.status}, and there is nothing to decide about it.")


def _accept_mismatch(order: Order, case: Case) -> str:
    attempt = db.session.get_one(Attempt, case.attempt_id)
    if attempt.status != AttemptStatus.SUSPECT:
        raise Undecidable(f"{attempt.reference} is not suspect any more, it is {attempt.status}.")
    payment = next((each for each in attempt.payments if each.is_captured), None)
    if payment is None:
        raise Undecidable(f"No money that was taken is on record for {attempt.reference}: reject it instead.")
    _must_be_here(payment)
    if order.is_canceled:
        _take_goods_again(order)
        attempt.move_to(AttemptStatus.COMPLETED, _cause(Verdict.ACCEPT))
        attempt.problem = None
    else:
        crediting.credit(order, attempt, payment, _cause(Verdict.ACCEPT))
    if payment.is_surplus:
        return f"{_sum(payment)} counts as a second payment now, because order {order.number} is {order.status}."
    asked = written(order.amount, order.currency)
    return f"Order {order.number} is {_paid(order)}: {_sum(payment)} came, {asked} was asked."


def _reject_mismatch(order: Order, case: Case) -> str:
    attempt = db.session.get_one(Attempt, case.attempt_id)
    if attempt.status != AttemptStatus.SUSPECT:
        raise Undecidable(f"{attempt.reference} is not suspect any more, it is {attempt.status}.")
    cause = _cause(Verdict.REJECT)
    attempt.move_to(AttemptStatus.CANCELED, cause)
    attempt.problem = None
    due = [payment for payment in attempt.payments if payment.refundable]
    for payment in due:
        payment.refund_due = True
    if order.is_pending:
        closing.begin(order, cause)
    else:
        closing.finish_if_clear(order, cause)
    order.set_aside = False
    return " ".join([f"Order {order.number} is {order.status}.", *(_is_due(order, payment) for payment in due)])


def _accept_late_money(order: Order, case: Case) -> str:
    payment = _payment(order, case)
    if not order.is_refund_due:
        raise Undecidable(f"Order {order.number} has moved on: it is {order.status}.")
    _must_be_here(payment)
    _take_goods_again(order)
    payment.refund_due = False
    return f"Order {order.number} is {_paid(order)}, and its goods are taken from stock again."


def _reject_late_money(order: Order, case: Case) -> str:
    if not order.is_refund_due:
        raise Undecidable(f"Order {order.number} has moved on: it is {order.status}.")
    return f"Order {order.number} stays {order.status}. {_is_due(order, _payment(order, case))}"


def _keep(order: Order, case: Case) -> str:
    payment = _payment(order, case)
    _must_be_here(payment)
    if order.is_refund_due and payment in order.own_payments:
        return f"Order {order.number} stays {order.status}. {_is_due(order, payment)}"
    payment.refund_due = False
    kept = written(payment.amount - payment.refunded, payment.currency)
    return f"{kept} stays with the shop; order {order.number} stays {order.status}."


def _give_back(order: Order, case: Case) -> str:
    payment = _payment(order, case)
    _must_be_here(payment)
    payment.refund_due = True
    return _is_due(order, payment)


def _acknowledge(order: Order, _case: Case) -> str:
    return f"Order {order.number} stays {order.status}. Money that still comes for it is seen all the same."


DECISIONS: dict[tuple[CaseKind, Verdict], Callable[[Order, Case], str]] = {
    (CaseKind.MISMATCH, Verdict.ACCEPT): _accept_mismatch,
    (CaseKind.MISMATCH, Verdict.REJECT): _reject_mismatch,
    (CaseKind.STOCK_GONE, Verdict.ACCEPT): _accept_late_money,
    (CaseKind.STOCK_GONE, Verdict.REJECT): _reject_late_money,
    (CaseKind.SECOND_PAYMENT, Verdict.ACCEPT): _keep,
    (CaseKind.SECOND_PAYMENT, Verdict.REJECT): _give_back,
    (CaseKind.REFUND_FAILED, Verdict.ACCEPT): _keep,
    (CaseKind.REFUND_FAILED, Verdict.REJECT): _give_back,
    (CaseKind.UNSURE, Verdict.ACCEPT): _acknowledge,
    (CaseKind.UNSURE, Verdict.REJECT): _acknowledge,
}


def _payment(order: Order, case: Case) -> Payment:
    if case.payment_id:
        return db.session.get_one(Payment, case.payment_id)
    return db.session.get_one(Refund, case.refund_id).payment


def _must_be_here(payment: Payment) -> None:
    """What is on its way back cannot be kept, nor given back once more."""
    if payment.is_going_back or payment.is_given_back:
        raise Undecidable(f"{_sum(payment)} of payment {payment.payment_id} went back, or is on its way.")


def _take_goods_again(order: Order) -> None:
    if not stock.hold_again(order):
        raise Undecidable(f"Order {order.number} stays {order.status}: {GOODS_GONE.format(order.number)}")
    order.move_to(OrderStatus.PAID, _cause(Verdict.ACCEPT))


def _paid(order: Order) -> str:
    """Return the status of an order that has just been paid, of which some may have gone back before."""
    if order.refunded:
        order.move_to(OrderStatus.PARTIALLY_REFUNDED, _cause(Verdict.ACCEPT))
    return order.status


def _cause(verdict: Verdict) -> str:
    return f"a person decided: {verdict}"


def _is_due(order: Order, payment: Payment) -> str:
    left = written(payment.refundable, payment.currency)
    return f"{left} is due back: flask --app app refund {order.number} --payment {payment.payment_id}"


def _sum(payment: Payment) -> str:
    return written(payment.amount, payment.currency)
