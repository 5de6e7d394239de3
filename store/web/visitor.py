"""What the shop knows of a browser: its signed session cookie with cart, buyer key and open order."""

import hmac

from flask import current_app, g, session

from ..models import Order
from ..orders.finding import find_order
from ..orders.summary import Summary, summarize
from ..rules import chance
from ..rules.cart import Cart, without

KEY_BYTES = 24


def cart() -> Cart:
    """Return this browser's cart; what a paid order holds has been taken out of it."""
    if "cart" not in g:
        g.cart = session.get("cart", {})
        _take_out_what_is_paid()
    return g.cart


def keep_cart(changed: Cart) -> None:
    session.permanent = True
    session["cart"] = g.cart = changed
    key_or_new()  # Known before the checkout, so that ten clicks there come from one buyer and not from ten.


def shown_cart() -> Summary:
    """Return what the cart comes to, for a page that shows it.

    What had to be lowered is kept so, as the page says: it is said once, and the header counts the same.
    """
    summary = summarize(cart(), key(), current_app.extensions["settings"].shop)
    if summary.shortages:
        keep_cart(summary.cart)
    return summary


def key() -> str | None:
    """Return the secret by which this browser's orders are known, if it has one yet."""
    return session.get("buyer")


def key_or_new() -> str:
    if "buyer" not in session:
        session.permanent = True
        session["buyer"] = chance.token(KEY_BYTES)
    return session["buyer"]


def remember(order: Order) -> None:
    """Remember the open order, so that the cart can be emptied once it is paid."""
    session["order"] = order.token


def is_buyer_of(order: Order) -> bool:
    """Tell whether this browser placed the order. Others see its state, but nothing personal."""
    return hmac.compare_digest(order.buyer_key.encode(), (key() or "").encode())


def _take_out_what_is_paid() -> None:
    order = find_order(session["order"]) if "order" in session else None
    if order and order.paid_at:
        del session["order"]
        keep_cart(without(g.cart, order.quantities))
