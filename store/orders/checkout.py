"""From a cart to an order: placing it, or going on with the one that is open."""

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from ..catalog import stock
from ..config import Settings
from ..database import db, retried, transaction
from ..models import Order, OrderLine
from ..rules import chance
from ..rules.cart import Cart
from ..rules.clock import now
from ..rules.schedule import session_end
from ..rules.status import OrderStatus
from ..shop import Shop
from ..xendit import Client
from . import settling
from .finding import open_order, orders_that_hold, set_aside_orders
from .summary import CartLine, Summary, summarize

# Easy to read aloud: no I, L, O, U, 0 or 1.
NUMBER_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
NUMBER_LENGTH = 6
TOKEN_BYTES = 24


class CartChanged(Exception):
    """The cart cannot be ordered as the buyer saw it: prices or stock changed, or it is empty."""


class AlreadyPaid(Exception):
    """The buyer's earlier order turned out to be paid, so no other order was placed."""

    def __init__(self, order: Order) -> None:
        super().__init__(order.number)
        self.order = order


class EarlierOrderClosing(Exception):
    """Pieces in the cart are still held by the buyer's earlier order, of which Xendit has not confirmed the end yet."""

    def __init__(self, order: Order) -> None:
        super().__init__(order.number)
        self.order = order


@dataclass(frozen=True)
class BuyerDetails:
    """As typed, but for `mobile_number`, which is E.164."""

    given_names: str
    surname: str
    email: str
    mobile_number: str
    address_line1: str
    city: str
    postal_code: str


def place_order(
    cart: Cart,
    details: BuyerDetails,
    buyer_key: str,
    provider: Client,
    settings: Settings,
    seen_amount: int | None = None,
) -> Order:
    """Place an order for the cart, or go on with the open order that this browser has for the same cart.

    Stock is held and the order, its lines and its first attempt are written in one transaction.
    An open order for another cart, or whose time is up, is closed first; one for this cart whose money does not fit,
    or is only reserved, is returned. The buyer agreed to `seen_amount`. Raises CartChanged, AlreadyPaid or
    EarlierOrderClosing.
    """
    _make_room(_agreed(cart, buyer_key, settings.shop, seen_amount), buyer_key, provider, settings.shop)
    try:
        return _placed(cart, details, buyer_key, settings.shop, seen_amount)
    except IntegrityError:
        # PostgreSQL lets two clicks begin at once and turns the second away: it goes on with the order of the first.
        return _placed(cart, details, buyer_key, settings.shop, seen_amount)


@retried
def _placed(cart: Cart, details: BuyerDetails, buyer_key: str, shop: Shop, seen_amount: int | None) -> Order:
    with transaction():
        summary = _agreed(cart, buyer_key, shop, seen_amount)
        order = open_order(buyer_key) or _in_question(summary, buyer_key)
        if order is None:
            return _new_order(summary, details, buyer_key, shop)
        if not _is_for(order, summary):
            raise CartChanged
        _keep_details(order, details)
        return order


def _agreed(cart: Cart, buyer_key: str, shop: Shop, seen_amount: int | None) -> Summary:
    """Return what the cart comes to, if that is what the buyer saw. Raises CartChanged."""
    summary = summarize(cart, buyer_key, shop)
    if not summary.lines or not _is_as_seen(summary, seen_amount):
        raise CartChanged
    return summary


def _is_as_seen(summary: Summary, seen_amount: int | None) -> bool:
    """Tell whether the buyer saw this total; where none was seen, whether nothing had to be lowered."""
    if seen_amount is None:
        return not summary.shortages
    return summary.amount == seen_amount


def _make_room(summary: Summary, buyer_key: str, provider: Client, shop: Shop) -> None:
    """Close the buyer's own orders that stand in the way of this one."""
    for order in orders_that_hold(buyer_key):
        if _stands_in_the_way(order, summary, shop):
            settling.close(order.id, provider, "canceled by the buyer", may_wait=True)
            if order.was_paid:
                raise AlreadyPaid(order)
            if order.is_closing and order.active_attempt:
                # Its page at Xendit may still take money: with a second one the buyer could pay twice.
                raise EarlierOrderClosing(order)


def _stands_in_the_way(order: Order, summary: Summary, shop: Shop) -> bool:
    """An open order does if it is for another cart, or if its time is up and no page to pay on can be made for it.

    One that is closing does while it can still be paid, or if it holds what is missing on the shelf.
    """
    if order.is_pending:
        end = session_end(order.hold_expires_at, order.created_at, shop.hold_minutes, now())
        return not _is_for(order, summary) or (end is None and order.active_attempt is None)
    if order.active_attempt and not order.is_authorized:
        return True
    return any(line.product.slug in order.quantities for line in summary.lines if line.product.stock < line.quantity)


def _is_for(order: Order, summary: Summary) -> bool:
    return order.quantities == summary.cart and order.amount == summary.amount


def _in_question(summary: Summary, buyer_key: str) -> Order | None:
    """Return the buyer's order for this very cart whose money does not fit, or is only reserved."""
    return next((order for order in set_aside_orders(buyer_key) if _is_for(order, summary)), None)


def _new_order(summary: Summary, details: BuyerDetails, buyer_key: str, shop: Shop) -> Order:
    order = Order(
        number=_unused_number(),
        token=chance.token(TOKEN_BYTES),
        buyer_key=buyer_key,
        status=OrderStatus.PENDING,
        amount=summary.amount,
        shipping_fee=summary.shipping_fee,
        currency=summary.currency,
        hold_expires_at=now() + shop.hold,
    )
    _keep_details(order, details)
    # Always in the same order, so that two buyers of the same two products cannot block each other.
    for line in sorted(summary.lines, key=lambda line: line.product.id):
        order.lines.append(_frozen(line))
        try:
            stock.hold(order, line.product.id, line.quantity)
        except stock.OutOfStock as error:
            raise _why_missing(line, buyer_key) from error
    order.add_attempt()
    db.session.add(order)
    return order


def _why_missing(line: CartLine, buyer_key: str) -> EarlierOrderClosing | CartChanged:
    """No other order of the buyer's is open now, so those that hold stock are closing."""
    holding = (order for order in orders_that_hold(buyer_key) if line.product.slug in order.quantities)
    return next(map(EarlierOrderClosing, holding), CartChanged())


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


def _keep_details(order: Order, details: BuyerDetails) -> None:
    for name, value in vars(details).items():
        setattr(order, name, value)


def _unused_number() -> str:
    while True:
        number = "W-" + chance.word(NUMBER_LETTERS, NUMBER_LENGTH)
        if db.session.scalar(db.select(Order.id).filter_by(number=number)) is None:
            return number
