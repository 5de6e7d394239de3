"""Xendit's API for payment sessions, over HTTP."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from .. import origin
from ..context import ledger
from ..objects import self_payment, sessions
from . import bodies, calls, validation

bp = Blueprint("sessions", __name__)
calls.stand_around(bp)


@bp.post("/sessions")
def create() -> ResponseReturnValue:
    body = bodies.checked(request.get_data(), "CreateSession")
    validation.check_create(body, ledger)
    session = sessions.create(ledger, body, origin.address_for_buyers())
    calls.concern(session["payment_session_id"])
    self_payment.pay_before_answer(ledger, session)
    return jsonify(session), 201


@bp.get("/sessions/<session_id>")
def show(session_id: str) -> ResponseReturnValue:
    session = sessions.find(ledger, session_id)
    calls.concern(session_id)
    return jsonify(session)


@bp.post("/sessions/<session_id>/cancel")
def cancel(session_id: str) -> ResponseReturnValue:
    sessions.find(ledger, session_id)
    calls.concern(session_id)
    return jsonify(sessions.cancel(ledger, session_id))
