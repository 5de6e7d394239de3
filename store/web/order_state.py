"""What an order's page says of it: the state in a few words, and each sum that came or went back."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from ..models import Order, Payment, Refund
from ..rules.status import OrderStatus


class State(NamedTuple):
    """The state of an order as its buyer reads it; `name` is that of its partial, its color and its mark."""

    name: str
    title: str


class Money(NamedTuple):
    """A sum in minor units, what happened to it (the template has the words) and since when that is so."""

    what: str
    amount: int
    currency: str
    since: datetime

    @property
    def is_back(self) -> bool:
        return self.what in ("back", "going_back")


PAID = State("paid", "Thank you, your order is paid")
# These stay true, whatever else comes that does not fit or is only reserved.
SETTLED = {
    OrderStatus.PAID: PAID,
    OrderStatus.PARTIALLY_REFUNDED: State("partially_refunded", "Part of your money went back to you"),
    OrderStatus.REFUNDED: State("refunded", "Your money went back to you"),
    OrderStatus.REFUND_DUE: State("refund_due", "You get your money back"),
}
SUSPECT = State("suspect", "We are looking at your payment")
RESERVED = State("reserved", "Your payment is reserved, but not yet taken")
CLOSING = State("closing", "Your order is being canceled")
CANCELED = State("canceled", "This order was canceled")
CHECKING = State("checking", "We are checking your payment")
UNPAID = State("unpaid", "Your order is not paid yet")


def of(order: Order, is_checking: bool) -> State:
    """Return the state of an order; `is_checking` on the page to which the buyer comes back from paying."""
    if order.status in SETTLED:
        return SETTLED[order.status]
    if order.is_suspect:
        return SUSPECT
    if order.is_authorized:
        return RESERVED
    if order.is_closing:
        return CLOSING
    if order.is_canceled:
        return CANCELED
    return CHECKING if is_checking else UNPAID


def money(order: Order) -> list[Money]:
    """Return what came for an order and what went back of it, in the order in which it came."""
    return [each for payment in order.payments for each in _of_payment(order, payment)]


def _of_payment(order: Order, payment: Payment) -> Iterator[Money]:
    if payment.is_authorized:
        yield _money("reserved", payment, order)
    elif payment.is_captured:
        yield _money("second" if payment.is_surplus else "came", payment, order)
    for refund in payment.refunds:
        if refund.is_open:
            yield _money("going_back", refund, order)
        elif refund.is_done:
            yield _money("back", refund, order)


def _money(what: str, row: Payment | Refund, order: Order) -> Money:
    """The row has the time at which it was written, and the order's log each later change."""
    about = "payment_id" if isinstance(row, Payment) else "refund_id"
    changes = [event for event in order.events if getattr(event, about) == row.id and event.to_status == row.status]
    return Money(what, row.amount, row.currency, changes[-1].created_at if changes else row.created_at)
