"""Xendit's API for payment sessions and refunds, over HTTP. Registered by `create_app`."""

from flask import Blueprint, jsonify, request

from ..context import ledger, settings
from ..objects import refunds, sessions
from ..objects import self_payment as timing
from . import bodies, calls, interference, validation

bp = Blueprint("api", __name__)
bp.before_request(calls.begin)
bp.before_request(interference.before)
bp.after_request(calls.end)


@bp.post("/sessions")
def create():
    body = bodies.parse(request.get_data())
    validation.check_create(body, ledger)
    session = sessions.create(ledger, body, settings.public_url)
    calls.concern(session["payment_session_id"])
    timing.pay_before_answer(ledger, session)
    return jsonify(session), 201


@bp.get("/sessions/<session_id>")
def show(session_id):
    session = sessions.find(ledger, session_id)
    calls.concern(session_id)
    return jsonify(session)


@bp.post("/sessions/<session_id>/cancel")
def cancel(session_id):
    sessions.find(ledger, session_id)
    calls.concern(session_id)
    return jsonify(sessions.cancel(ledger, session_id))


@bp.post("/refunds")
def refund():
    body = bodies.checked(request.get_data(), "refund")
    calls.concern(ledger.session_of("payment_requests", body["payment_request_id"]) or "")
    return jsonify(refunds.create(ledger, body))
