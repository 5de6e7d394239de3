"""The delivery dial on the pay page, for testers: a select and a number."""

from contextlib import suppress

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from .. import origin
from ..context import ledger
from ..objects import sessions
from ..trouble import dials
from ..webhooks.plans import POSITIONS, Position
from . import texts

bp = Blueprint("dial", __name__, url_prefix="/checkout/<session_id>/dial")
bp.before_request(origin.check)
LONGEST_NUMBER = 9


@bp.post("")
def turn(session_id: str) -> ResponseReturnValue:
    """What can't be set is not set; the page shows what is."""
    sessions.find(ledger, session_id)
    with suppress(ValueError):
        dial = dials.parse(request.form.get("position"), _number(request.form.get("number", "")))
        dials.set_for_session(ledger, session_id, dial)
    return redirect(url_for("checkout.show", session_id=session_id), 303)


def shown(session: dict) -> dict:
    """What the template needs: where the dial stands, whether by its own setting, and where it can stand."""
    language = texts.language(session["locale"])
    session_id = session["payment_session_id"]
    dial = dials.of_session(ledger, session_id)
    return {
        "position": dial.position,
        "number": dial.number or None,
        "is_own": dials.has_own(ledger, session_id),
        "positions": {name: words(language, POSITIONS[name]) for name in dials.FOR_SESSIONS},
    }


def words(language: str, position: Position) -> str:
    """A translator's words, or else the position's own, which are English."""
    return texts.LANGUAGES[language].get(f"position.{position.name}", position.words_on_page)


def _number(text: str) -> int | None:
    """Nothing is the usual number of the position."""
    return int(text[:LONGEST_NUMBER]) if text else None
