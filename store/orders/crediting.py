"""What money does to an order, inside the caller's transaction: writing down a payment, and counting it."""

import logging

from ..catalog import stock
from ..database import db, write_row
from ..models import Attempt, Order, Payment
from ..rules.status import PAYMENT_MOVES, AttemptStatus, CaseKind, OrderStatus, PaymentStatus
from ..xendit import PaymentRecord
from .matching import CURRENCY_LENGTH, money_of

LATE = "late money: the stock could be taken again"

log = logging.getLogger(__name__)


class CountsElsewhere(Exception):
    """This payment is already that of another attempt."""


def note(attempt: Attempt, record: PaymentRecord, status: PaymentStatus, cause: str) -> Payment | None:
    """Write down a payment of an attempt, or what became of it; None if the record does not say how much it is.

    Raises CountsElsewhere.
    """
    amount = money_of(record)
    # What else changes is written once, at the end: others wait meanwhile.
    with db.session.no_autoflush:
        payment = db.session.scalar(db.select(Payment).filter_by(payment_id=record.id))
        if payment is None:
            return _new(attempt, record, status, amount)
    if payment.attempt_id != attempt.id:
        raise CountsElsewhere(record.id)
    if status in PAYMENT_MOVES[PaymentStatus(payment.status)]:
        payment.move_to(status, cause)
    if amount and not attempt.is_settled:
        # Half of it may have been captured first, or the record was wrong for a while.
        payment.amount, payment.currency = amount, record.currency
    return payment


def _new(attempt: Attempt, record: PaymentRecord, status: PaymentStatus, amount: int | None) -> Payment | None:
    if amount is None or len(record.currency) != CURRENCY_LENGTH:
        return None
    row = Payment(
        payment_id=record.id,
        payment_request_id=record.payment_request_id,
        channel_code=record.channel_code,
        status=status,
        amount=amount,
        currency=record.currency,
    )
    write_row(row, attempt_id=attempt.id)
    db.session.expire(attempt, ["payments"])
    return next(payment for payment in attempt.payments if payment.payment_id == record.id)


def credit(order: Order, attempt: Attempt, payment: Payment, cause: str) -> None:
    """Count the captured money of an attempt: it pays the order, is late, or is one payment too many."""
    attempt.move_to(AttemptStatus.COMPLETED, cause)
    attempt.problem = None
    order.close_cases(CaseKind.MISMATCH, CaseKind.AUTHORIZED, attempt_id=attempt.id)
    order.close_cases(CaseKind.UNSURE)
    if order.is_pending or order.is_closing:
        order.move_to(OrderStatus.PAID, cause)
    elif order.is_canceled:
        _take_late_money(order, attempt, payment, cause)
    else:
        count_as_surplus(order, attempt, payment)
    order.set_aside = False


def count_as_surplus(order: Order, attempt: Attempt, payment: Payment) -> None:
    """One payment too many: the order stays as it is, and this payment is due back."""
    payment.is_surplus = payment.refund_due = True
    reason = f"{attempt.reference}: a second payment for a paid order."
    order.open_case(CaseKind.SECOND_PAYMENT, reason, payment_id=payment.id)
    log.error("order %s: %s", order.number, reason)


def _take_late_money(order: Order, attempt: Attempt, payment: Payment, cause: str) -> None:
    if stock.hold_again(order):
        order.move_to(OrderStatus.PAID, f"{LATE} ({cause})")
        return
    payment.refund_due = True
    order.move_to(OrderStatus.REFUND_DUE, cause)
    reason = f"{attempt.reference}: money came after the order was canceled, and its goods are gone."
    order.open_case(CaseKind.STOCK_GONE, reason, payment_id=payment.id)
    log.error("order %s: %s", order.number, reason)
