"""From a cart to an order: what the cart comes to, and placing, finding and canceling an order."""

import logging
import secrets
from dataclasses import dataclass
from datetime import timedelta

from ..catalog import stock
from ..catalog.products import products_by_slug
from ..config import Settings, Shop
from ..database import db, transaction
from ..models import Order, OrderLine, Product
from ..rules.cart import Cart, Shortage, fitted
from ..rules.clock import now
from ..rules.status import OrderStatus
from ..xendit import Client, XenditError
from . import settling as payments

# Easy to read aloud: no I, L, O, U, 0 or 1.
NUMBER_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
NUMBER_LENGTH = 6
TOKEN_BYTES = 24

log = logging.getLogger(__name__)


class CartChanged(Exception):
    """The cart cannot be ordered as the buyer saw it: prices or stock changed, or it is empty."""


class AlreadyPaid(Exception):
    """The buyer's earlier order turned out to be paid, so no other order was placed."""

    def __init__(self, order: Order):
        super().__init__(order.number)
        self.order = order


@dataclass(frozen=True)
class CartLine:
    """`total` is in minor units of the product's currency."""

    product: Product
    quantity: int

    @property
    def total(self) -> int:
        return self.product.price * self.quantity


@dataclass(frozen=True)
class Summary:
    """What a cart comes to, lowered to what is there. Amounts in minor units of `currency`."""

    lines: list[CartLine]
    shortages: list[tuple[Shortage, Product | None]]
    cart: Cart
    shipping_fee: int
    currency: str

    @property
    def subtotal(self) -> int:
        return sum(line.total for line in self.lines)

    @property
    def notices(self) -> list[str]:
        """Say in the buyer's words what had to be lowered, and to what."""
        return [_notice(shortage, product) for shortage, product in self.shortages]

    @property
    def amount(self) -> int:
        return self.subtotal + self.shipping_fee if self.lines else 0


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


def summarize(cart: Cart, buyer_key: str | None, shop: Shop) -> Summary:
    """Return what the cart comes to at today's prices and stock.

    The pieces that the buyer's own open order holds count as available to them.
    """
    products = products_by_slug(cart)
    order = open_order(buyer_key)
    held = order.quantities if order else {}
    available = {slug: product.stock + held.get(slug, 0) for slug, product in products.items()}
    lowered, shortages = fitted(cart, available)
    return Summary(
        lines=[CartLine(products[slug], quantity) for slug, quantity in lowered.items()],
        shortages=[(shortage, products.get(shortage.slug)) for shortage in shortages],
        cart=lowered,
        shipping_fee=shop.shipping_fee,
        currency=shop.currency,
    )


def open_order(buyer_key: str | None) -> Order | None:
    """Return the order that this browser has open, if any."""
    if buyer_key is None:
        return None
    return db.session.scalar(db.select(Order).filter_by(buyer_key=buyer_key, status=OrderStatus.PENDING))


def newest_order_of(buyer_key: str | None) -> Order | None:
    """Return the last order that this browser placed, whatever became of it."""
    if buyer_key is None:
        return None
    return db.session.scalar(db.select(Order).filter_by(buyer_key=buyer_key).order_by(Order.id.desc()).limit(1))


def find_order(token: str) -> Order | None:
    """Return the order whose pages carry this token."""
    return db.session.scalar(db.select(Order).filter_by(token=token))


def newest_orders(limit: int) -> list[Order]:
    """Return the newest orders, newest first."""
    return list(db.session.scalars(db.select(Order).order_by(Order.id.desc()).limit(limit)))


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
    An open order for another cart is closed first; one whose payment a person must look at is returned
    as it is. `seen_amount` is the total the buyer agreed to. Raises CartChanged or AlreadyPaid.
    """
    _close_order_for_another_cart(_agreed(cart, buyer_key, settings.shop, seen_amount), buyer_key, provider)
    with transaction():
        summary = _agreed(cart, buyer_key, settings.shop, seen_amount)
        order = open_order(buyer_key)
        if order is None:
            return _new_order(summary, details, buyer_key, settings.shop)
        if _is_for(order, summary):
            _keep_details(order, details)
        elif not order.is_suspect:
            raise CartChanged
        return order


def cancel(order: Order, provider: Client) -> None:
    """Cancel an unpaid order for its buyer. While Xendit is out of reach it stays closing; the worker goes on."""
    try:
        payments.close(order.id, provider, "canceled by the buyer")
    except XenditError as error:
        log.warning("order %s is closing, but Xendit did not answer: %s", order.number, error)


def _notice(shortage: Shortage, product: Product | None) -> str:
    if product is None:
        return "A product in your cart is not sold any more, so it was taken out."
    if not shortage.available:
        return f"{product.name} is sold out, so it was taken out of your cart."
    pieces = "1 piece is" if shortage.available == 1 else f"{shortage.available} pieces are"
    return f"Only {pieces} left of {product.name}; your cart has been lowered to that."


def _agreed(cart: Cart, buyer_key: str, shop: Shop, seen_amount: int | None) -> Summary:
    """Return what the cart comes to, if that is what the buyer saw. Raises CartChanged."""
    summary = summarize(cart, buyer_key, shop)
    is_as_seen = not summary.shortages if seen_amount is None else seen_amount == summary.amount
    if not summary.lines or not is_as_seen:
        raise CartChanged
    return summary


def _close_order_for_another_cart(summary: Summary, buyer_key: str, provider: Client) -> None:
    order = open_order(buyer_key)
    if order is None or _is_for(order, summary):
        return
    cancel(order, provider)
    if order.is_paid:
        raise AlreadyPaid(order)


def _is_for(order: Order, summary: Summary) -> bool:
    return order.quantities == summary.cart and order.amount == summary.amount


def _new_order(summary: Summary, details: BuyerDetails, buyer_key: str, shop: Shop) -> Order:
    order = Order(
        number=_unused_number(),
        token=secrets.token_urlsafe(TOKEN_BYTES),
        buyer_key=buyer_key,
        status=OrderStatus.PENDING,
        amount=summary.amount,
        shipping_fee=summary.shipping_fee,
        currency=summary.currency,
        hold_expires_at=now() + timedelta(minutes=shop.hold_minutes),
    )
    _keep_details(order, details)
    # Always in the same order, so that two buyers of the same two products cannot block each other.
    for line in sorted(summary.lines, key=lambda line: line.product.id):
        order.lines.append(_frozen(line))
        try:
            stock.hold(line.product.id, line.quantity)
        except stock.OutOfStock as error:
            raise CartChanged from error
    order.add_attempt()
    db.session.add(order)
    return order


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
        number = "W-" + "".join(secrets.choice(NUMBER_LETTERS) for _ in range(NUMBER_LENGTH))
        if db.session.scalar(db.select(Order.id).filter_by(number=number)) is None:
            return number
