"""The delivery dial on the pay page, for testers: a select and a number. Registered by `create_app`."""

from flask import Blueprint, redirect, request, url_for

from .. import origin
from ..context import ledger
from ..objects import sessions
from ..trouble import dials

bp = Blueprint("dial", __name__, url_prefix="/checkout/<session_id>/dial")
bp.before_request(origin.check)
LONGEST_NUMBER = 9


@bp.post("")
def turn(session_id):
    """What can't be set is not set; the page shows what is."""
    sessions.find(ledger, session_id)
    try:
        dial = dials.parse(request.form.get("position"), _number(request.form.get("number", "")))
        dials.set_for_session(ledger, session_id, dial)
    except ValueError:
        pass
    return redirect(url_for("checkout.show", session_id=session_id), 303)


def shown(session):
    """What the template needs: where the dial stands, whether by its own setting, and where it can stand."""
    session_id = session["payment_session_id"]
    dial = dials.of_session(ledger, session_id)
    return {
        "position": dial.position,
        "number": dial.number or None,
        "is_own": dials.has_own(ledger, session_id),
        "positions": dials.FOR_SESSIONS,
    }


def _number(text):
    """Nothing is the usual number of the position."""
    return int(text[:LONGEST_NUMBER]) if text else None
