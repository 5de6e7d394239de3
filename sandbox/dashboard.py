"""The teacher's view: sessions, their stories, webhook deliveries. Registered by `create_app`."""

import json

from flask import Blueprint, redirect, render_template, url_for

from . import failures, origin, sessions
from .context import ledger, settings

bp = Blueprint("dashboard", __name__)
bp.before_request(origin.check)
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)


@bp.get("/")
def index():
    rows = [
        (session, ledger.newest_payment(session["payment_session_id"]))
        for session in ledger.newest_sessions()
    ]
    return render_template(
        "dashboard/index.html", rows=rows, deliveries=ledger.newest_deliveries(), settings=settings
    )


@bp.get("/dashboard/sessions/<session_id>")
def show(session_id):
    session = sessions.find(ledger, session_id)
    deliveries = [
        (delivery, ledger.tries_of(delivery["id"])) for delivery in ledger.deliveries_of(session_id)
    ]
    return render_template(
        "dashboard/show.html",
        session=session,
        payments=ledger.payments_of(session_id),
        calls=ledger.calls_of(session_id),
        deliveries=deliveries,
        reason=failures.reason,
        settings=settings,
    )


@bp.post("/dashboard/sessions/<session_id>/expire")
def expire(session_id):
    sessions.expire(ledger, session_id)
    return redirect(url_for(".show", session_id=session_id), 303)


@bp.after_request
def keep_private(answer):
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return answer


@bp.app_template_filter()
def pretty(value):
    """A dictionary or JSON text, indented; any other text as it is."""
    try:
        document = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return value
    return json.dumps(document, indent=2, ensure_ascii=False)
