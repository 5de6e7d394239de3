"""Xendit's API for payment sessions, over HTTP. Registered by `create_app`."""

from flask import Blueprint, g, jsonify, request

from . import auth, bodies, clock, sessions, validation
from .context import ledger, settings

bp = Blueprint("api", __name__)


@bp.before_request
def authenticate():
    auth.check(request.headers.get("Authorization"), settings.secret_key)


@bp.post("/sessions")
def create():
    body = bodies.parse(request.get_data())
    validation.check_create(body, ledger)
    session = sessions.create(ledger, body, settings.public_url)
    g.session_id = session["payment_session_id"]
    return jsonify(session), 201


@bp.get("/sessions/<session_id>")
def show(session_id):
    g.session_id = session_id
    return jsonify(sessions.find(ledger, session_id))


@bp.post("/sessions/<session_id>/cancel")
def cancel(session_id):
    g.session_id = session_id
    return jsonify(sessions.cancel(ledger, session_id))


@bp.after_request
def record(answer):
    """Keep the call for the dashboard's story of the session."""
    if "session_id" in g and answer.status_code != 404:
        ledger.add_call(
            g.session_id,
            clock.stamp(clock.now()),
            request.method,
            request.path,
            answer.status_code,
            request.get_data(as_text=True),
            answer.get_data(as_text=True),
        )
    return answer
