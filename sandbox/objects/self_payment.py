"""Webhooks that come before what usually comes first: the API's answer, or the buyer's return.

Called by `api.py` after a session was made, and around the views of the hosted page.
"""

import time

from flask import request

from .. import clock
from ..checkout import attempts
from ..context import ledger as ledger_at_hand
from ..contract import cards, channels
from ..trouble import dials
from . import payments

LOOK_SECONDS = 0.005
REDIRECTS = range(300, 400)
# The kinds that need no page are taken first: nobody sees one here.
BY_THEMSELVES = ("qr", "account", "counter", "redirect", "card")
# A shop that does one thing at a time can't answer while it waits for its own call.
SECONDS_BEFORE_ANSWER = 3
UNTRIED = (
    "SELECT 1 FROM deliveries WHERE session_id = ? AND state IN ('WAITING', 'SENDING') AND due_at <= ?"
    " AND NOT EXISTS (SELECT 1 FROM tries WHERE delivery_id = deliveries.id) LIMIT 1"
)
UNDER_WAY = (
    "SELECT 1 FROM deliveries WHERE state = 'SENDING' OR resend = 1 OR (state = 'WAITING' AND due_at <= ?) LIMIT 1"
)


def pay_before_answer(ledger, session):
    """Where the dial says so, the new session pays itself, and its webhooks come before the call's answer."""
    session_id = session["payment_session_id"]
    if dials.of_session(ledger, session_id).position == "before_answer":
        _pay(ledger, session)
        _wait_until_tried(ledger, session_id, SECONDS_BEFORE_ANSWER)


def wait_before_redirect(answer):
    """Where the dial says so, the buyer waits until the merchant has answered the webhooks."""
    session_id = request.view_args["session_id"]
    is_return = request.method == "POST" and answer.status_code in REDIRECTS
    if is_return and dials.of_session(ledger_at_hand, session_id).position == "before_redirect":
        _wait_until_tried(ledger_at_hand, session_id, ledger_at_hand.account.webhook_timeout_seconds)
    return answer


def wait_until_quiet(database, seconds):
    """Until no webhook of anybody is due or under way, but no longer than this."""
    _wait_while(lambda now: database.row(UNDER_WAY, now), seconds)


def _wait_until_tried(ledger, session_id, seconds):
    """Until each webhook of the session that is due was sent and answered, or refused."""
    _wait_while(lambda now: ledger.database.row(UNTRIED, session_id, now), seconds)


def _wait_while(is_so, seconds):
    deadline = time.monotonic() + seconds
    while is_so(clock.stamp(clock.now())) and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)


def _pay(ledger, session):
    usable = [channel for channel in channels.offered(session) if channel["usable"]]
    channel = min(usable, key=lambda row: BY_THEMSELVES.index(row["kind"]), default=None)
    if channel is None:
        return
    is_card = channel["kind"] == "card"
    details = {"payment_details": cards.payment_details("FRICTIONLESS")} if is_card else attempts.receipt(channel)
    session_id = session["payment_session_id"]
    payment = payments.start(ledger, session_id, channel["code"])
    payments.succeed(ledger, session_id, payment["payment_id"], details)
