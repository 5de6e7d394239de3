"""One try to pay on the hosted page: begun, found again, settled."""

from collections.abc import Mapping

from flask import url_for

from ..context import ledger
from ..contract import channels
from ..contract.errors import ApiError
from ..contract.statuses import PaymentStatus
from ..objects import payments, sessions
from ..trouble import dials
from ..webhooks import waiting
from ..webhooks.plans import HeldBack
from . import payment_codes

NOT_AVAILABLE = ApiError(422, "CHANNEL_NOT_AVAILABLE", "Not available for this payment")


def payable(session_id: str, channel_code: str) -> tuple[dict, dict]:
    """The ACTIVE session and the channel by which it can be paid."""
    session = sessions.find_active(ledger, session_id)
    channel = channels.usable(session, channel_code)
    if channel is None:
        raise NOT_AVAILABLE
    return session, channel


def begin(session: dict, channel: dict, form: Mapping[str, str], properties: dict | None = None) -> dict:
    """A new try, PENDING until the buyer's bank or wallet has spoken."""
    merchant = ledger.account.merchant
    properties = payment_codes.properties(session, channel, merchant) if properties is None else properties
    return payments.start(
        ledger,
        session["payment_session_id"],
        channel["code"],
        properties,
        save=_is_ticked(session, channel, form),
        actions=payment_codes.actions(session, channel, merchant),
    )


def pending(session_id: str, payment_id: str) -> tuple[dict, dict]:
    """The session and its PENDING try. Raises the `ApiError` that says why there is none."""
    session = sessions.find_active(ledger, session_id)
    return session, payments.find_pending(ledger, session_id, payment_id)


def newest_pending(session: dict, channel: dict) -> dict | None:
    """The try by this channel that still waits, if it is the last one made."""
    payment = ledger.newest_payment(session["payment_session_id"])
    waits = payment and payment["status"] == PaymentStatus.PENDING and payment["channel_code"] == channel["code"]
    return payment if waits else None


def succeed(session: dict, payment: dict, details: dict) -> str:
    """The try paid; the address where the buyer goes now."""
    session_id = session["payment_session_id"]
    payments.succeed(ledger, session_id, payment["payment_id"], details)
    return session.get("success_return_url", url_for("checkout.show", session_id=session_id))


def fail(session: dict, payment: dict, failure_code: str, details: dict | None = None) -> str:
    """The try failed; the buyer goes back to the session's page and may try again."""
    session_id = session["payment_session_id"]
    payments.fail(ledger, session_id, payment["payment_id"], failure_code, details or {})
    return url_for("checkout.show", session_id=session_id)


def hold_back(session_id: str) -> None:
    """Where the dial says so, the buyer goes on only once the merchant has answered the webhooks."""
    if dials.holds_back(ledger, session_id) is HeldBack.REDIRECT:
        waiting.until_tried(ledger, session_id, ledger.account.webhook_timeout_seconds)


def _is_ticked(session: dict, channel: dict, form: Mapping[str, str]) -> bool:
    """Whether the buyer asked to keep this way to pay. Where the merchant demands it, nobody asks."""
    return channel["saves"] and session.get("allow_save_payment_method") == "OPTIONAL" and "save" in form
