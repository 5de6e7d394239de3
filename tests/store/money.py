"""Money that came for an order or went back, as rows written by hand: for tests of what is made of them."""

from store.catalog import stock
from store.database import db
from store.models import Order, Payment, Refund
from store.rules.status import AttemptStatus, CaseKind, OrderStatus, PaymentStatus, RefundStatus

CAUSE = "a test"


def came(order: Order, **columns) -> Payment:
    """Write a payment of the newest attempt: captured, and of the right sum, unless the columns say otherwise."""
    attempt = order.newest_attempt
    number = sum(len(each.payments) for each in order.attempts) + 1
    usual = {"status": PaymentStatus.CAPTURED, "amount": attempt.amount, "currency": attempt.currency}
    payment = Payment(payment_id=f"py-{order.number}-{number}", **{**usual, **columns})
    attempt.payments.append(payment)
    db.session.flush()
    return payment


def pays(order: Order, **columns) -> Payment:
    """Let a payment come that pays the order."""
    payment = came(order, **columns)
    order.newest_attempt.move_to(AttemptStatus.COMPLETED, CAUSE)
    order.move_to(OrderStatus.PAID, CAUSE)
    return payment


def comes_second(order: Order) -> Payment:
    """Let a payment come that is one too many."""
    payment = came(order, is_surplus=True, refund_due=True)
    order.open_case(CaseKind.SECOND_PAYMENT, "It came twice.", payment_id=payment.id)
    return payment


def does_not_fit(order: Order) -> Payment:
    """Let a payment come that does not fit: one rupiah less."""
    payment = came(order, amount=order.amount - 1)
    order.newest_attempt.move_to(AttemptStatus.SUSPECT, CAUSE)
    order.set_aside = order.is_pending
    order.open_case(CaseKind.MISMATCH, "It does not fit.", attempt_id=order.newest_attempt.id)
    return payment


def cancels(order: Order) -> None:
    """Cancel an order of which Xendit says that nobody can pay it any more."""
    order.move_to(OrderStatus.CLOSING, CAUSE)
    if order.newest_attempt.is_open:
        order.newest_attempt.move_to(AttemptStatus.CANCELED, CAUSE)
    order.move_to(OrderStatus.CANCELED, CAUSE)
    stock.give_back(order)


def comes_too_late(order: Order) -> Payment:
    """Let a payment come for a canceled order whose goods are gone."""
    payment = came(order, refund_due=True)
    order.newest_attempt.move_to(AttemptStatus.COMPLETED, CAUSE)
    order.move_to(OrderStatus.REFUND_DUE, CAUSE)
    order.open_case(CaseKind.STOCK_GONE, "It came too late.", payment_id=payment.id)
    return payment


def goes_back(payment: Payment, status: RefundStatus = RefundStatus.SUCCEEDED, **columns) -> Refund:
    """Write a refund of all of a payment, unless the columns say otherwise."""
    order, number = payment.attempt.order, len(payment.refunds) + 1
    usual = {"amount": payment.amount, "currency": payment.currency, "reason": "CANCELLATION"}
    refund = Refund(
        order_id=order.id, reference=f"{payment.payment_id}-R{number}", status=status, **{**usual, **columns}
    )
    payment.refunds.append(refund)
    db.session.flush()
    return refund


def fails_to_go_back(order: Order) -> None:
    """Let a refund of the newest payment fail."""
    refund = goes_back(order.payments[-1], RefundStatus.FAILED)
    order.open_case(CaseKind.REFUND_FAILED, "It failed.", payment_id=refund.payment_id, refund_id=refund.id)


def ends_unsure(order: Order) -> None:
    """Cancel an order of which Xendit says nothing."""
    cancels(order)
    order.open_case(CaseKind.UNSURE, "Nobody knows.")
