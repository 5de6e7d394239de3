"""The hosted page: where the buyer pays, fails or leaves. Plain forms. Registered by `create_app`."""

from flask import Blueprint, redirect, render_template, request, url_for

from . import cards, channels, checkout_page, failures, payments, qr, sessions
from .context import ledger, settings
from .errors import ApiError

bp = Blueprint("checkout", __name__, url_prefix="/checkout/<session_id>")
CARDS = "CARDS"
QRIS = "QRIS"
AUTHENTICATED = "AUTHENTICATED"
AUTHENTICATION_FAILURES = (
    "UNAUTHENTICATED",
    "CANCELLED_AUTHENTICATION",
    "AUTHENTICATION_NOT_AVAILABLE",
    "AUTHENTICATION_REJECTED",
    "AUTHENTICATION_SERVER_ERROR",
    "API_GW_ASM_POLICY_ERROR",
)
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
)


@bp.get("")
def show(session_id):
    session = sessions.find(ledger, session_id)
    return _page(session) if session["status"] == "ACTIVE" else _ended(session)


@bp.post("/cards")
def pay_by_card(session_id):
    session = _payable(session_id, CARDS)
    mistakes = cards.mistakes(request.form)
    if mistakes:
        return _page(session, CARDS, request.form, mistakes), 422
    properties = session.get("channel_properties", {}).get("cards", {})
    card = cards.details(request.form)
    payment = payments.start(ledger, session_id, CARDS, properties | {"card_details": card})
    if properties.get("skip_three_ds") or not cards.needs_authentication(request.form["card_number"]):
        return _settle_card(session, payment, "FRICTIONLESS")
    return redirect(
        url_for(".show_authentication", session_id=session_id, payment_id=payment["payment_id"]), 303
    )


@bp.get("/authentication/<payment_id>")
def show_authentication(session_id, payment_id):
    session, payment = _waiting(session_id, payment_id)
    return render_template(
        "checkout/authentication.html",
        session=session,
        payment=payment,
        failures=AUTHENTICATION_FAILURES,
        merchant=settings.merchant,
    )


@bp.post("/authentication/<payment_id>")
def authenticate(session_id, payment_id):
    session, payment = _waiting(session_id, payment_id)
    result = request.form.get("result")
    if result == AUTHENTICATED:
        return _settle_card(session, payment, "FULL_AUTH")
    if result in AUTHENTICATION_FAILURES:
        return _settle(session, payment, "AUTHENTICATION_FAILED", {})
    return show_authentication(session_id, payment_id), 422


@bp.post("/qris/paid")
def pay_by_qr(session_id):
    session = _payable(session_id, QRIS)
    payment = payments.start(ledger, session_id, QRIS)
    return _settle(session, payment, None, qr.payment_details())


@bp.post("/qris/failed")
def fail_by_qr(session_id):
    session = _payable(session_id, QRIS)
    failure_code = request.form.get("failure_code")
    if failure_code not in failures.QR_FAILURES:
        return _page(session, QRIS, {}, {"failure_code": "Choose a reason from the list."}), 422
    payment = payments.start(ledger, session_id, QRIS)
    return _settle(session, payment, failure_code, {})


@bp.errorhandler(ApiError)
def refuse(error):
    """A try that came too late, or by a closed channel, sees the session's page as it is now."""
    if error.status == 422:
        return redirect(url_for(".show", session_id=request.view_args["session_id"]), 303)
    return render_template("checkout/not_found.html", merchant=settings.merchant), 404


@bp.after_request
def keep_private(answer):
    answer.headers["Cache-Control"] = "no-store"
    # The address is a secret, so the merchant's site must not learn it from the Referer.
    answer.headers["Referrer-Policy"] = "same-origin"
    # No form-action: it would stop the redirect that takes the buyer back to the merchant.
    answer.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return answer


def _payable(session_id, channel_code):
    session = sessions.find_active(ledger, session_id)
    if not channels.can_pay(session, channel_code):
        raise ApiError(422, "CHANNEL_NOT_AVAILABLE", "Not available for this payment")
    return session


def _waiting(session_id, payment_id):
    """The session and its attempt that waits for the buyer's bank."""
    session = sessions.find_active(ledger, session_id)
    return session, payments.find_pending(ledger, session_id, payment_id)


def _settle_card(session, payment, flow):
    card = payment["channel_properties"]["card_details"]
    failure_code = cards.failure_for_amount(card["masked_card_number"], session)
    return _settle(session, payment, failure_code, {"payment_details": cards.payment_details(flow)})


def _settle(session, payment, failure_code, details):
    """Give the attempt its outcome; a success takes the buyer back to the merchant."""
    session_id = session["payment_session_id"]
    here = url_for(".show", session_id=session_id)
    if failure_code:
        payments.fail(ledger, session_id, payment["payment_id"], failure_code, details)
        return redirect(here, 303)
    payments.succeed(ledger, session_id, payment["payment_id"], details)
    return redirect(session.get("success_return_url", here), 303)


def _page(session, channel_code=None, form=None, mistakes=None):
    newest_payment = ledger.newest_payment(session["payment_session_id"])
    return render_template(
        "checkout/show.html",
        session=session,
        form=form or {},
        mistakes=mistakes or {},
        merchant=settings.merchant,
        hints=cards.HINTS,
        qr_failures=failures.QR_FAILURES,
        reason=failures.reason,
        **checkout_page.contents(session, newest_payment, channel_code),
    )


def _ended(session):
    status = 200 if session["status"] == "COMPLETED" else 410
    return render_template("checkout/ended.html", session=session, merchant=settings.merchant), status
