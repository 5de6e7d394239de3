"""One try to pay on the hosted page: begun, found again, settled. Called by the `hosted` modules."""

from flask import url_for

from ..context import ledger
from ..contract import channels
from ..contract.errors import ApiError
from ..objects import payments, sessions
from . import payment_codes as codes

NOT_AVAILABLE = ApiError(422, "CHANNEL_NOT_AVAILABLE", "Not available for this payment")


def payable(session_id, channel_code):
    """The ACTIVE session and the channel by which it can be paid."""
    session = sessions.find_active(ledger, session_id)
    channel = channels.usable(session, channel_code)
    if channel is None:
        raise NOT_AVAILABLE
    return session, channel


def begin(session, channel, form, properties=None):
    """A new attempt, PENDING until the buyer's bank or wallet has spoken."""
    properties = codes.properties(session, channel) if properties is None else properties
    return payments.start(
        ledger,
        session["payment_session_id"],
        channel["code"],
        properties,
        save=_is_ticked(session, channel, form),
        actions=codes.actions(session, channel),
    )


def waiting(session_id, payment_id):
    """The session and its PENDING attempt."""
    session = sessions.find_active(ledger, session_id)
    return session, payments.find_pending(ledger, session_id, payment_id)


def newest_pending(session, channel):
    """The attempt by this channel that still waits, if it is the last one made."""
    payment = ledger.newest_payment(session["payment_session_id"])
    waits = payment and payment["status"] == "PENDING" and payment["channel_code"] == channel["code"]
    return payment if waits else None


def succeed(session, payment, details):
    """The attempt paid; the address where the buyer goes now."""
    session_id = session["payment_session_id"]
    payments.succeed(ledger, session_id, payment["payment_id"], details)
    return session.get("success_return_url", url_for("checkout.show", session_id=session_id))


def fail(session, payment, failure_code, details=None):
    """The attempt failed; the buyer goes back to the session's page and may try again."""
    session_id = session["payment_session_id"]
    payments.fail(ledger, session_id, payment["payment_id"], failure_code, details or {})
    return url_for("checkout.show", session_id=session_id)


def _is_ticked(session, channel, form):
    """Whether the buyer asked to keep this way to pay. Where the merchant demands it, nobody asks."""
    return channel["saves"] and session.get("allow_save_payment_method") == "OPTIONAL" and "save" in form
