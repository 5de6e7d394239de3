"""What the shop knows of a browser: its signed session cookie with cart, buyer key and open order.

Only an answer to a form changes the cookie. A page that is looked at works out what it shows and writes nothing,
so that an answer that comes late cannot undo what was changed meanwhile.
"""

import hmac
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, g, session
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import SignatureExpired, TimestampSigner, URLSafeTimedSerializer

from ..models import Order, Product
from ..orders.checkout import Placed
from ..orders.finding import find_order
from ..orders.summary import Summary, held_for, summarize
from ..rules import chance, clock
from ..rules.cart import Cart, count, without

KEY_BYTES = 24
# So far a clock that was put right may go back without a cart being lost.
CLOCK_GOES_BACK = timedelta(days=2)


class CookieSigner(TimestampSigner):
    """Goes by the shop's clock, and believes a cookie that it signed while that clock was ahead."""

    def get_timestamp(self) -> int:
        return int(clock.now().timestamp())

    def unsign(self, signed_value: str | bytes, max_age: int | None = None, return_timestamp: bool = False) -> Any:
        value, signed_at = super().unsign(signed_value, return_timestamp=True)
        age = self.get_timestamp() - int(signed_at.timestamp())
        if max_age is not None and not -CLOCK_GOES_BACK.total_seconds() <= age <= max_age:
            raise SignatureExpired(f"signed {age} seconds ago", payload=value, date_signed=signed_at)
        return (value, signed_at) if return_timestamp else value


class Cookies(SecureCookieSessionInterface):
    """Flask's own session cookie, with that signer."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        serializer = super().get_signing_serializer(app)
        if serializer:
            serializer.signer = CookieSigner
        return serializer


def cookie_name(public_url: str) -> str:
    """Return the session cookie's name. Cookies know no ports, so the port in it tells two shops of a host apart."""
    address = urlsplit(public_url)
    # __Host- ties the cookie to this very host; browsers take the name over https only.
    prefix = "__Host-" if address.scheme == "https" else ""
    return f"{prefix}warung-{address.port}" if address.port else f"{prefix}warung"


def cart() -> Cart:
    """Return this browser's cart, without what its order holds once that is paid."""
    if "cart" not in g:
        order = find_order(session["order"]) if "order" in session else None
        g.is_order_paid = bool(order and order.paid_at)
        kept = session.get("cart", {})
        g.cart = without(kept, order.quantities) if g.is_order_paid else kept
    return g.cart


def keep_cart(changed: Cart) -> None:
    """Keep what `cart()` became."""
    session.permanent = True
    if g.is_order_paid:
        del session["order"]
        g.is_order_paid = False
    session["cart"] = g.cart = changed
    g.pop("summary", None)
    key_or_new()  # Known before the checkout, so that ten clicks there come from one buyer and not from ten.


def shown_cart() -> Summary:
    """Return what the cart comes to, lowered to what is there, as pages show it."""
    if "summary" not in g:
        g.summary = summarize(cart(), held_for(key()), current_app.extensions["settings"].shop)
    return g.summary


def pieces() -> int:
    """Return how many pieces the header counts: as many as the cart's page shows."""
    if "pieces" not in g:
        g.pieces = count(shown_cart().cart) if cart() else 0
    return g.pieces


def left_of(product: Product) -> int:
    """Return how many pieces of a product this browser can order, those that its own orders hold included."""
    if "held" not in g:
        g.held = held_for(key())
    return product.stock + g.held[product.slug]


def key() -> str | None:
    """Return the secret by which this browser's orders are known, if it has one yet."""
    return session.get("buyer")


def key_or_new() -> str:
    if "buyer" not in session:
        session.permanent = True
        session["buyer"] = chance.token(KEY_BYTES)
    return session["buyer"]


def remember(placed: Placed) -> None:
    """Remember the open order, so that the cart is without it once it is paid. The cart keeps what could be ordered."""
    keep_cart(placed.cart)
    session["order"] = placed.token


def is_buyer_of(order: Order) -> bool:
    """Tell whether this browser placed the order. Others see its state, but nothing personal."""
    return hmac.compare_digest(order.buyer_key.encode(), (key() or "").encode())
