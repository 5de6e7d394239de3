"""What Xendit lacks and a workshop needs: expire a session, empty everything. Registered by `create_app`."""

from flask import Blueprint, jsonify

from . import origin, sessions
from .context import ledger

bp = Blueprint("control", __name__, url_prefix="/_control")
bp.before_request(origin.check)


@bp.post("/sessions/<session_id>/expire")
def expire(session_id):
    return jsonify(sessions.expire(ledger, session_id))


@bp.post("/reset")
def reset():
    ledger.reset()
    return "", 204
