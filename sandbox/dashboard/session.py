"""The dashboard's page about one session: its story, its dial, its webhooks."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ..context import ledger
from ..contract import errors
from ..contract.statuses import PaymentStatus, SessionStatus
from ..objects import captures, late_money, refunds, sessions
from ..trouble import dials
from ..webhooks import deliveries
from . import forms, story, wording

REASON = "REQUESTED_BY_CUSTOMER"

bp = Blueprint("session", __name__, url_prefix="/dashboard/sessions/<session_id>")


@bp.before_request
def check_session() -> None:
    """A session that nobody knows has no page; one whose time is over has ended when it is shown."""
    sessions.find(ledger, request.view_args["session_id"])


@bp.get("")
def show(session_id: str) -> ResponseReturnValue:
    dial = dials.of_session(ledger, session_id)
    session = ledger.session(session_id)
    return render_template(
        "dashboard/show.html",
        session=session,
        is_active=session["status"] == SessionStatus.ACTIVE,
        authorized=_payments(session_id, PaymentStatus.AUTHORIZED),
        captured=[] if session["session_type"] == "SAVE" else _payments(session_id, PaymentStatus.SUCCEEDED),
        can_be_paid_late=late_money.can_come(ledger, session),
        story=story.of_session(ledger, session_id),
        session_dial_words=wording.of_dial(dial),
        chosen=dial.position,
        positions=wording.positions(dial, of_session=True),
        has_own_dial=dials.has_own(ledger, session_id),
        delivery_ids=deliveries.chosen(ledger, session_id),
    )


@bp.post("/expire")
def expire(session_id: str) -> ResponseReturnValue:
    sessions.expire(ledger, session_id)
    return _back(session_id, "expired")


@bp.post("/cancel")
def cancel(session_id: str) -> ResponseReturnValue:
    """As the API's call does, and untold as that: Xendit sends no webhook about it."""
    sessions.cancel(ledger, session_id)
    return _back(session_id, "canceled")


@bp.post("/late")
def let_money_come(session_id: str) -> ResponseReturnValue:
    late_money.come(ledger, session_id)
    return _back(session_id, "late")


@bp.post("/payments/<payment_id>/<any(capture, cancel, expire):outcome>")
def end_authorization(session_id: str, payment_id: str, outcome: str) -> ResponseReturnValue:
    if ledger.session_of("payments", payment_id) != session_id:
        raise errors.data_not_found("There is no such payment")
    getattr(captures, outcome)(ledger, payment_id)
    return _back(session_id, outcome)


@bp.post("/payment_requests/<payment_request_id>/refund")
def refund(session_id: str, payment_request_id: str) -> ResponseReturnValue:
    """As a merchant gives money back on Xendit's own dashboard: all that is left, and without the shop."""
    if ledger.session_of("payment_requests", payment_request_id) != session_id:
        raise errors.data_not_found("There is no such payment request")
    refunds.create(ledger, {"payment_request_id": payment_request_id, "reason": REASON})
    return _back(session_id, "refund")


@bp.post("/dial")
def turn_dial(session_id: str) -> ResponseReturnValue:
    dials.set_for_session(ledger, session_id, forms.dial())
    return _back(session_id, "dial")


@bp.post("/dial/release")
def release_dial(session_id: str) -> ResponseReturnValue:
    dials.release(ledger, session_id)
    return _back(session_id, "dial")


@bp.post("/resend")
def resend(session_id: str) -> ResponseReturnValue:
    deliveries.resend(ledger, deliveries.chosen(ledger, session_id))
    return _back(session_id, "resent")


@bp.post("/deliveries/<int:delivery_id>/resend")
def resend_one(session_id: str, delivery_id: int) -> ResponseReturnValue:
    if delivery_id not in deliveries.chosen(ledger, session_id):
        raise errors.data_not_found("There is no such delivery")
    deliveries.resend(ledger, [delivery_id])
    return _back(session_id, "resent")


def _payments(session_id: str, status: PaymentStatus) -> list[dict]:
    return [payment for payment in ledger.payments_of(session_id) if payment["status"] == status]


def _back(session_id: str, done: str) -> ResponseReturnValue:
    return redirect(url_for(".show", session_id=session_id, done=done), 303)
