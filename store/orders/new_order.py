"""A new order: its rows are built before the transaction begins, so that others wait for the writing of them alone."""

from typing import NamedTuple

from ..catalog import stock
from ..config import Settings
from ..database import retried, transaction, write_row
from ..models import Attempt, Order, OrderEvent, OrderLine
from ..rules import chance
from ..rules.clock import now
from ..rules.status import OrderStatus
from ..xendit import SessionRequest
from .session_request import fingerprint, session_request
from .summary import CartLine, Summary

# Easy to read aloud: no I, L, O, U, 0 or 1.
NUMBER_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
NUMBER_LENGTH = 6
TOKEN_BYTES = 24


class NewOrder(NamedTuple):
    """Rows that no session of the database knows yet; `sent` tells of the first attempt's call, if it is to be made."""

    order: Order
    request: SessionRequest | None = None
    sent: OrderEvent | None = None

    @property
    def attempt(self) -> Attempt:
        return self.order.attempts[0]


def build(summary: Summary, buyer_key: str, settings: Settings, details: dict[str, str], pays: bool) -> NewOrder:
    """Return the rows of an order for what the cart comes to; if the buyer `pays`, its first call is reserved."""
    placed_at = now()
    order = Order(
        number="W-" + chance.word(NUMBER_LETTERS, NUMBER_LENGTH),
        token=chance.token(TOKEN_BYTES),
        buyer_key=buyer_key,
        status=OrderStatus.PENDING,
        amount=summary.amount,
        shipping_fee=summary.shipping_fee,
        currency=summary.currency,
        created_at=placed_at,
        hold_expires_at=placed_at + settings.shop.hold,
        **details,
    )
    # Always in the same order, so that two buyers of the same two products cannot block each other.
    order.lines.extend(_frozen(line) for line in sorted(summary.lines, key=lambda line: line.product.id))
    order.movements.extend(stock.held(line.product_id, line.quantity) for line in order.lines)
    attempt = order.add_attempt()
    if not pays:
        return NewOrder(order)
    sent = attempt.sent()
    request = session_request(order, attempt, settings)
    attempt.told = fingerprint(request)
    return NewOrder(order, request, sent)


@retried
def write(new: NewOrder) -> tuple[int, int]:
    """Take the stock and write the rows; return the ids of the order and its attempt.

    Raises OutOfStock if a product has not as many pieces, or not the price that the buyer saw; IntegrityError if the
    browser has an open order by now, or another order has its number.
    """
    with transaction():
        for line in new.order.lines:
            stock.take(line.product_id, line.quantity, at_price=line.unit_price)
        order_id = write_row(new.order)
        for row in (*new.order.lines, *new.order.movements):
            write_row(row, order_id=order_id)
        attempt_id = write_row(new.attempt, order_id=order_id)
        if new.sent:
            write_row(new.sent, order_id=order_id, attempt_id=attempt_id)
    return order_id, attempt_id


def _frozen(line: CartLine) -> OrderLine:
    return OrderLine(
        product_id=line.product.id,
        slug=line.product.slug,
        name=line.product.name,
        category=line.product.category.name,
        picture=line.product.picture,
        tint=line.product.tint,
        unit_price=line.product.price,
        quantity=line.quantity,
    )
