"""An order's pages, found by its unguessable token: its state, the returns from the hosted page, pay, cancel.

Whatever page the buyer comes back to, and whatever its query says, the provider's record decides.
"""

import logging
from datetime import timedelta

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for
from werkzeug import Response

from ..config import Settings
from ..database import UNAVAILABLE, release
from ..models import Order
from ..orders import paying, settling
from ..orders.finding import find_order
from ..rules.clock import now
from ..rules.typed import plain
from ..xendit import Client, Patience, XenditError
from . import notices, order_state, visitor
from .errors import note_unavailable

bp = Blueprint("orders", __name__, url_prefix="/order/<token>")

# A buyer waits for this page; two seconds in all.
BUYER_WAITS = Patience(connect=0.8, read=1.2, total=2)
# The waiting page looks again by itself for a minute, then says that it has stopped.
LOOK_EVERY_SECONDS = 5
LOOKS = 12
HOLD_OVER = (
    "The time for which we could keep the goods of this order is over, so it cannot be paid any more. No money was"
    " taken. You can place a new order from your cart."
)
MANY_PAY = (
    "Many buyers are paying just now, so the payment page could not be opened yet. Nothing was charged, and your order"
    " is kept. Please try again in a moment."
)

log = logging.getLogger(__name__)


@bp.get("")
def show(token: str) -> str:
    return _page(_find(token))


@bp.get("/complete")
def complete(token: str) -> str:
    order = _find(token)
    _settle(order)
    return _page(order, **_waiting(order))


@bp.get("/cancel")
def leave(token: str) -> str:
    order = _find(token)
    _settle(order)
    return _page(order)


@bp.get("/status")
def status(token: str) -> dict:
    order = _find(token)
    return {
        "number": order.number,
        "status": order.status,
        "amount": order.amount,
        "currency": order.currency,
        "attention": order.attention is not None,
        "payment": {"status": order.newest_attempt.status, "failure_code": order.failure_code},
    }


@bp.get("/pay")
def page_of_form(token: str) -> Response:
    """Lead to the page with the form: a refused form leaves its address in the browser's address bar."""
    return redirect(url_for("orders.show", token=_find(token).token), code=303)


@bp.post("/pay")
def pay(token: str) -> Response:
    order = _find(token)
    return go_to_payment(order.id, order.token)


@bp.post("/cancel")
def cancel(token: str) -> Response:
    order = _find(token)
    settling.close(order.id, current_app.extensions["xendit"], "canceled by the buyer", may_wait=True)
    return redirect(url_for("orders.show", token=token), code=303)


def page_again(status: int, token: str) -> tuple[str, int]:
    """Answer with the page that the form stands on."""
    return _page(_find(token)), status


def go_to_payment(order_id: int, token: str, claim: paying.Claim | None = None) -> Response:
    """Answer with the hosted page for this order, or with the order's own page if there is none now."""
    provider, settings = (current_app.extensions[name] for name in ("xendit", "settings"))
    release()
    with provider.slots.one() as has_slot:
        if has_slot:
            return redirect(_link(order_id, token, provider, settings, claim), code=303)
    notices.tell(MANY_PAY)
    return redirect(url_for("orders.show", token=token), code=303)


def _link(order_id: int, token: str, provider: Client, settings: Settings, claim: paying.Claim | None) -> str:
    own_page = url_for("orders.show", token=token)
    try:
        return paying.start(order_id, provider, settings, claim)
    except paying.HoldOver:
        if not _find(token).has_money:
            notices.tell(HOLD_OVER)
    except (paying.NotPayable, paying.PaymentRefused):
        return own_page  # It says why.
    except paying.PaymentUnavailable:
        notices.tell("The payment page could not be opened just now. No money was taken by this. Please try again.")
    return own_page


def _find(token: str) -> Order:
    # A link that was copied out of a message may have marks around it that cannot be seen.
    return find_order(plain(token)) or abort(404)


def _settle(order: Order) -> None:
    try:
        settling.look(order.newest_attempt.id, current_app.extensions["xendit"], "return", patience=BUYER_WAITS)
    except XenditError as error:
        # The page says that it is still checking, and the worker will find out.
        log.warning("return: Xendit did not answer, %s", error)
    except UNAVAILABLE as error:
        note_unavailable(error)


def _page(order: Order, is_checking: bool = False, **context: object) -> str:
    return render_template(
        "orders/show.html",
        order=order,
        state=order_state.of(order, is_checking),
        money=order_state.money(order),
        is_buyer=visitor.is_buyer_of(order),
        **context,
    )


def _waiting(order: Order) -> dict:
    """What the waiting page needs: whether it looks again by itself, and until when."""
    text = request.args.get("looks", "0")
    looks = int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0
    if not order.can_be_paid:
        return {}
    return {
        "is_checking": True,
        "looks_again": looks < LOOKS,
        "look_url": url_for("orders.complete", token=order.token, looks=looks + 1),
        "stop_url": url_for("orders.complete", token=order.token, looks=LOOKS),
        "look_every": LOOK_EVERY_SECONDS,
        "looks_until": now() + timedelta(seconds=LOOK_EVERY_SECONDS * (LOOKS - looks)),
    }
