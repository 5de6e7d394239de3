"""From a cart to an order: placing it, or going on with the one that is open."""

from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy.exc import IntegrityError

from ..catalog import stock
from ..config import Settings
from ..database import retried, transaction
from ..models import Order
from ..rules.cart import Cart
from ..rules.clock import now
from ..rules.schedule import session_end
from ..shop import Shop
from ..xendit import Client
from . import settling
from .finding import lock, unfinished_orders
from .new_order import NewOrder, build, write
from .paying import Claim
from .summary import Summary, held_by, summarize

# So often a press of the button begins anew because another click of the same buyer came first.
MOST_CLICKS = 5


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


class Placed(NamedTuple):
    """What became of a cart: the order, what of the cart it took, and the call that is reserved for it, if one is."""

    order_id: int
    token: str
    cart: Cart
    claim: Claim | None = None


class _Overtaken(Exception):
    """Another click of this buyer came first."""


def place_order(
    cart: Cart,
    details: BuyerDetails,
    buyer_key: str,
    provider: Client,
    settings: Settings,
    seen_amount: int | None = None,
    pays: bool = False,
) -> Placed:
    """Place an order for the cart, or go on with the open order that this browser has for the same cart.

    Stock is held and all rows are written in one transaction; if the buyer `pays` at once, the call is reserved in it.
    An open order for another cart, or whose time is up, is closed first; one for this cart is gone on with, though its
    money may not fit. The buyer agreed to `seen_amount`. Raises CartChanged, AlreadyPaid or EarlierOrderClosing.
    """
    for _ in range(MOST_CLICKS):
        orders, summary = _room_for(cart, buyer_key, provider, settings.shop, seen_amount)
        # The second of two clicks at once is turned away by the database: it goes on with the order of the first.
        with suppress(_Overtaken, IntegrityError):
            if same := next((order for order in orders if order.is_pending and _is_for(order, summary)), None):
                return _gone_on_with(same, summary, details)
            return _new(build(summary, buyer_key, settings, vars(details), pays), summary)
    raise CartChanged


@retried
def _gone_on_with(order: Order, summary: Summary, details: BuyerDetails) -> Placed:
    with transaction():
        order = lock(order.id)
        if not order.is_pending:
            raise _Overtaken
        for name, value in vars(details).items():
            setattr(order, name, value)
        return Placed(order.id, order.token, summary.cart)


def _new(new: NewOrder, summary: Summary) -> Placed:
    try:
        order_id, attempt_id = write(new)
    except stock.OutOfStock as error:
        raise _why_missing(error.product_id, new.order, summary) from error
    claim = Claim(attempt_id, new.request) if new.request else None
    return Placed(order_id, new.order.token, summary.cart, claim)


def _why_missing(product_id: int, order: Order, summary: Summary) -> Exception:
    """Say why there are not as many pieces as a moment ago, or not at that price."""
    slugs = {line.slug for line in order.lines if line.product_id == product_id}
    for other in unfinished_orders(order.buyer_key):
        if other.is_pending and _is_for(other, summary):
            return _Overtaken()
        if other.is_closing and slugs & set(other.quantities):
            return EarlierOrderClosing(other)
    return CartChanged()


def _agreed(cart: Cart, orders: list[Order], shop: Shop, seen_amount: int | None) -> Summary:
    """Return what the cart comes to, if that is what the buyer saw. Raises CartChanged."""
    summary = summarize(cart, held_by(orders), shop)
    if not summary.lines or not _is_as_seen(summary, seen_amount):
        raise CartChanged
    return summary


def _is_as_seen(summary: Summary, seen_amount: int | None) -> bool:
    """Tell whether the buyer saw this total; where none was seen, whether nothing had to be lowered."""
    if seen_amount is None:
        return not summary.shortages
    return summary.amount == seen_amount


def _room_for(
    cart: Cart, buyer_key: str, provider: Client, shop: Shop, seen_amount: int | None
) -> tuple[list[Order], Summary]:
    """Close those of the buyer's own orders that stand in the way; return the others, and what the cart comes to."""
    orders = unfinished_orders(buyer_key)
    summary = _agreed(cart, orders, shop, seen_amount)
    in_the_way = [order for order in orders if not order.set_aside and _stands_in_the_way(order, summary, shop)]
    if not in_the_way:
        return orders, summary
    for order in in_the_way:
        settling.close(order.id, provider, "canceled by the buyer", may_wait=True)
        if order.was_paid:
            raise AlreadyPaid(order)
        if order.is_closing and order.active_attempt:
            # Its page at Xendit may still take money: with a second one the buyer could pay twice.
            raise EarlierOrderClosing(order)
    orders = unfinished_orders(buyer_key)
    return orders, _agreed(cart, orders, shop, seen_amount)


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
