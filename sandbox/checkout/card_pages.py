"""The card form and the bank's question behind it (3-D Secure): a part of the hosted page."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ..context import ledger
from ..contract import cards, typed
from . import rendering, tries

bp = Blueprint("cards", __name__)
CARDS = "CARDS"
AUTHENTICATED = "AUTHENTICATED"
WRONG_CODES_ALLOWED = 2


@bp.post("/cards")
def pay(session_id: str) -> ResponseReturnValue:
    session, channel = tries.payable(session_id, CARDS)
    # Real time: a buyer's card is good today, however far the sandbox's clock has jumped.
    mistakes = cards.mistakes(request.form, today=ledger.clock.real_now())
    if mistakes:
        return rendering.render(session, channel, request.form, mistakes), 422
    properties = session.get("channel_properties", {}).get("cards", {})
    card = cards.details(request.form)
    payment = tries.begin(session, channel, request.form, properties | {"card_details": card})
    if properties.get("skip_three_ds") or cards.is_frictionless(request.form["card_number"], session):
        return _settle(session, payment, "FRICTIONLESS")
    address = url_for(".show_authentication", session_id=session_id, payment_id=payment["payment_id"])
    return redirect(address, 303)


@bp.get("/authentication/<payment_id>")
def show_authentication(session_id: str, payment_id: str) -> ResponseReturnValue:
    session, payment = tries.pending(session_id, payment_id)
    return rendering.render_authentication(session, payment)


@bp.post("/authentication/<payment_id>")
def authenticate(session_id: str, payment_id: str) -> ResponseReturnValue:
    """The code that the buyer typed, or the outcome that a learner chose."""
    session, payment = tries.pending(session_id, payment_id)
    result, code = request.form.get("result"), typed.digits(request.form.get("code", ""))
    if result == AUTHENTICATED or (result is None and code == cards.RIGHT_CODE):
        return _settle(session, payment, "FULL_AUTH")
    if result in cards.AUTHENTICATION_FAILURES:
        return redirect(tries.fail(session, payment, "AUTHENTICATION_FAILED"), 303)
    if result is None and code:
        return redirect(tries.fail(session, payment, _failure_of_code(session, code)), 303)
    mistakes = {"code": "mistake.code"}
    return rendering.render_authentication(session, payment, mistakes), 422


def _settle(session: dict, payment: dict, flow: str) -> ResponseReturnValue:
    failure_code = cards.failure_for_amount(payment["channel_properties"]["card_details"], session)
    details = {"payment_details": cards.payment_details(flow, ledger.ids.authorization_code())}
    if failure_code:
        return redirect(tries.fail(session, payment, failure_code, details), 303)
    return redirect(tries.succeed(session, payment, details), 303)


def _failure_of_code(session: dict, code: str) -> str:
    if code == cards.LATE_CODE:
        return "EXPIRED_OTP"
    made = ledger.payments_of(session["payment_session_id"])
    wrong = sum(payment.get("failure_code") == "INVALID_OTP" for payment in made)
    return "INVALID_OTP" if wrong < WRONG_CODES_ALLOWED else "OTP_ATTEMPT_COUNTS_EXCEEDED"
