"""The checkout page: the buyer's details beside the order summary, and on to the hosted page."""

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ..config import Settings
from ..database import UNAVAILABLE, release
from ..orders import checkout
from ..orders.finding import newest_order_of
from ..orders.summary import Summary
from . import notices, visitor
from .errors import TRY_AGAIN, go_without_database, note_unavailable
from .forms import CheckoutForm
from .orders import go_to_payment

bp = Blueprint("checkout", __name__, url_prefix="/checkout")


@bp.get("")
def show() -> ResponseReturnValue:
    summary = visitor.shown_cart()
    if not summary.lines:
        return redirect(url_for("cart.show"), code=303)
    form = CheckoutForm(_settings().shop, obj=newest_order_of(visitor.key()))
    return _page(form, summary)


@bp.post("")
def create() -> ResponseReturnValue:
    settings = _settings()
    form = CheckoutForm(settings.shop)
    try:
        if not form.validate():
            return _page(form, visitor.shown_cart(), status=422)
        release()
        # An attempt that is marked as sent has its slot: without one it waits for the buyer to press again.
        with current_app.extensions["xendit"].slots.one() as has_slot:
            return _place_order(form, settings, pays=has_slot)
    except UNAVAILABLE as error:
        note_unavailable(error)
        return *_page(form, _readable_cart(), status=503, is_unavailable=True), TRY_AGAIN


def _place_order(form: CheckoutForm, settings: Settings, pays: bool) -> ResponseReturnValue:
    try:
        placed = checkout.place_order(
            visitor.cart(), form.details(), visitor.key_or_new(), current_app.extensions["xendit"], settings, form.seen,
            pays=pays,
        )  # fmt: skip
    except checkout.CartChanged:
        return _page(form, visitor.shown_cart(), status=422, cart_changed=True)
    except checkout.EarlierOrderClosing as closing:
        return *_page(form, visitor.shown_cart(), status=503, closing_order=closing.order), TRY_AGAIN
    except checkout.AlreadyPaid as paid:
        notices.tell("Your earlier order has just been paid, so we did not place another one.")
        return redirect(url_for("orders.show", token=paid.order.token), code=303)
    visitor.remember(placed)
    return go_to_payment(placed.order_id, placed.token, placed.claim)


def page_again(status: int) -> tuple[str, int]:
    """Answer with the page that the form stands on, filled in as it was sent."""
    return _page(CheckoutForm(_settings().shop), visitor.shown_cart(), status)


def _readable_cart() -> Summary | None:
    """Return what the cart comes to, if the database that cannot be written can be read."""
    try:
        return visitor.shown_cart()
    except UNAVAILABLE:
        go_without_database()
        return None


def _page(form: CheckoutForm, summary: Summary | None, status: int = 200, **troubles: object) -> tuple[str, int]:
    """Return the page with the form; without a `summary` the buyer still agrees to the total of the page before."""
    if summary:
        form.seen_amount.data = form.seen_amount.raw_data = str(summary.amount)
    page = render_template("checkout/show.html", form=form, summary=summary, **troubles)
    return page, status


def _settings() -> Settings:
    return current_app.extensions["settings"]
