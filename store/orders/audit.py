"""What an order must prove by itself, whatever Xendit says: its sums, its status, its pieces, and how it moved.

Pure comparisons of rows that were read before; `reconcile.py` reads them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

from ..models import Attempt, Order, OrderEvent, Payment
from ..rules.status import (
    ATTEMPT_MOVES,
    DONE_REFUND,
    OPEN_REFUND,
    ORDER_MOVES,
    PAYMENT_MOVES,
    REFUND_MOVES,
    AttemptStatus,
    CaseKind,
    OrderStatus,
)
from .differences import Difference, Kind, is_explained, of_attempt, of_order, said

HAS_MONEY = frozenset({OrderStatus.PAID, OrderStatus.PARTIALLY_REFUNDED, OrderStatus.REFUNDED})
# Cases that account for money which is not the sum that was asked for, or not the order's own.
ODD_MONEY = (CaseKind.MISMATCH, CaseKind.SECOND_PAYMENT, CaseKind.STOCK_GONE, CaseKind.REFUND_FAILED)
REFUND_IT = "If the shop is not to keep that money, give it back with the refund command."
LOOK_AT_XENDIT = "Look in Xendit's dashboard what came and what went back, and compare with a backup of the database."


def audited(order: Order, events: Iterable[OrderEvent]) -> Iterator[Difference]:
    """Yield what does not agree within the shop's own records of an order; `events` are all of it, oldest first."""
    yield from _lines(order)
    for attempt in order.attempts:
        yield from _attempt(order, attempt)
        for payment in attempt.payments:
            yield from _payment(order, attempt, payment)
    yield from _captured(order)
    yield from _status(order)
    yield from _pieces(order)
    yield from _moves(order, events)


def _lines(order: Order) -> Iterator[Difference]:
    lines = sum(line.total for line in order.lines)
    if not order.lines or lines + order.shipping_fee != order.amount:
        what = (
            f"Its lines come to {said(lines, order.currency)} and shipping to"
            f" {said(order.shipping_fee, order.currency)}, but its total is {said(order.amount, order.currency)}."
        )
        yield of_order(order, Kind.LINES, what)


def _attempt(order: Order, attempt: Attempt) -> Iterator[Difference]:
    if (attempt.amount, attempt.currency) != (order.amount, order.currency):
        asked, total = said(attempt.amount, attempt.currency), said(order.amount, order.currency)
        yield of_order(order, Kind.ATTEMPT, f"{attempt.reference} asked for {asked}, but the total is {total}.")
    if attempt.status == AttemptStatus.COMPLETED and not attempt.payments:
        yield of_order(order, Kind.STATUS, f"{attempt.reference} is COMPLETED without a payment.")
    if attempt.status == AttemptStatus.SUSPECT and not is_explained(order, attempt, *CaseKind):
        what = f"{attempt.reference} is SUSPECT, but no case asks a person to look."
        yield of_attempt(order, attempt, Kind.STATUS, what)


def _payment(order: Order, attempt: Attempt, payment: Payment) -> Iterator[Difference]:
    """A payment is kept for a reason, and no more of it is given back than there is."""
    refunds = [refund for refund in payment.refunds if refund.status in DONE_REFUND | OPEN_REFUND]
    taken = sum(refund.amount for refund in refunds)
    foreign = [refund for refund in refunds if refund.currency != payment.currency]
    if taken > payment.amount or foreign:
        back = said(taken, foreign[0].currency if foreign else payment.currency)
        what = f"Of payment {payment.payment_id} over {said(payment.amount, payment.currency)} {back} are given back."
        yield of_order(order, Kind.REFUNDED, what)
    is_the_orders_own = order.status in HAS_MONEY and payment in order.own_payments
    is_accounted_for = payment.refund_due or payment.is_given_back or is_explained(order, attempt, *ODD_MONEY)
    if payment.is_captured and not is_the_orders_own and not is_accounted_for:
        money = f"{said(payment.amount, payment.currency)} came by {payment.payment_id}"
        what = f"It is {order.status}, but {money}{' as a second payment' * payment.is_surplus}, and no case says why."
        yield of_order(order, Kind.STATUS, what, REFUND_IT)


def _captured(order: Order) -> Iterator[Difference]:
    """What was captured for a paid order is what was asked for, unless a person took another sum for it."""
    own = order.own_payments
    if order.status not in HAS_MONEY or not own:
        return
    is_whole = {payment.currency for payment in own} == {order.currency} and _sum(own) == order.amount
    is_taken = any(case.kind == CaseKind.MISMATCH and case.verdict == "accept" for case in order.cases)
    if not is_whole and not is_taken:
        what = f"{said(_sum(own), own[0].currency)} came for it, but its total is {said(order.amount, order.currency)}."
        yield of_order(order, Kind.CAPTURED, what, REFUND_IT)


def _status(order: Order) -> Iterator[Difference]:
    """The status agrees with what came and what went back."""
    came, back = _sum(order.own_payments), order.refunded
    fits = {
        OrderStatus.PAID: came > 0 and back == 0,
        OrderStatus.PARTIALLY_REFUNDED: 0 < back < came,
        OrderStatus.REFUNDED: came > 0 and back == came,
        OrderStatus.REFUND_DUE: came > 0 and back < came,
    }
    if fits.get(OrderStatus(order.status), True):
        return
    what = (
        f"It is {order.status}, but {said(came, order.currency) if came else 'nothing'} came for it"
        f" and {said(back, order.currency) if back else 'nothing'} went back."
    )
    yield of_order(order, Kind.STATUS, what, LOOK_AT_XENDIT)


def _sum(payments: Iterable[Payment]) -> int:
    return sum(payment.amount for payment in payments)


def _pieces(order: Order) -> Iterator[Difference]:
    """What it took off the shelf and did not give back are the pieces of its lines, or nothing."""
    held: Counter[int] = Counter()
    for movement in order.movements:
        held[movement.product_id] -= movement.pieces
    ordered = {line.product_id: line.quantity for line in order.lines}
    names = {line.product_id: line.slug for line in order.lines}
    gave_back = any(refund.restock for payment in order.payments for refund in payment.refunds)
    for product_id in sorted(held.keys() | ordered.keys()):
        due = ordered.get(product_id, 0) if order.has_stock else 0
        if held[product_id] == due or (gave_back and held[product_id] == 0):
            continue
        product = names.get(product_id, f"a product that is not among its lines ({product_id})")
        what = f"It is {order.status} and should hold {due} of {product}, but its movements say {held[product_id]}."
        yield of_order(order, Kind.PIECES, what)


def _moves(order: Order, events: Iterable[OrderEvent]) -> Iterator[Difference]:
    """Each status was reached from the one before it by a move that is allowed."""
    chains: dict[tuple, list[OrderEvent]] = {}
    for event in events:
        chains.setdefault((event.attempt_id, event.payment_id, event.refund_id), []).append(event)
    yield from _chain(order, "The order", OrderStatus.PENDING, order.status, ORDER_MOVES, chains.get((None,) * 3, []))
    for attempt in order.attempts:
        found = chains.get((attempt.id, None, None), [])
        yield from _chain(order, attempt.reference, AttemptStatus.NEW, attempt.status, ATTEMPT_MOVES, found)
        for payment in attempt.payments:
            found = chains.get((attempt.id, payment.id, None), [])
            first = found[0].from_status if found else payment.status
            yield from _chain(order, f"Payment {payment.payment_id}", first, payment.status, PAYMENT_MOVES, found)
            for refund in payment.refunds:
                found = chains.get((None, None, refund.id), [])
                first = found[0].from_status if found else refund.status
                yield from _chain(order, f"Refund {refund.reference}", first, refund.status, REFUND_MOVES, found)


def _chain(
    order: Order, subject: str, first: str, last: str, moves: Mapping[StrEnum, frozenset], events: list[OrderEvent]
) -> Iterator[Difference]:
    at = first
    for event in events:
        if event.from_status != at or event.to_status not in moves.get(event.from_status, frozenset()):
            what = f"{subject} was {at}; its story then says {event.from_status} -> {event.to_status} ({event.cause})."
            yield of_order(order, Kind.MOVES, what)
            return
        at = event.to_status
    if at != last:
        yield of_order(order, Kind.MOVES, f"{subject} is {last}, but its story ends with {at}.")
