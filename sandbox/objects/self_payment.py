"""A session that pays itself, so that its webhooks come before the call that makes it is answered."""

from ..contract import cards, channels
from ..memory.ledger import Ledger
from ..trouble import dials
from ..webhooks import waiting
from ..webhooks.plans import HeldBack
from . import payments

# The kinds that need no page are taken first: nobody sees one here.
BY_THEMSELVES = ("qr", "account", "counter", "redirect", "card")
# A shop that does one thing at a time can't answer while it waits for its own call.
SECONDS_BEFORE_ANSWER = 3


def pay_before_answer(ledger: Ledger, session: dict) -> None:
    """Where the dial says so, pay the new session and wait until its webhooks were tried."""
    session_id = session["payment_session_id"]
    if dials.holds_back(ledger, session_id) is HeldBack.ANSWER:
        _pay(ledger, session)
        waiting.until_tried(ledger, session_id, SECONDS_BEFORE_ANSWER)


def _pay(ledger: Ledger, session: dict) -> None:
    channel = easiest(session)
    if channel is None:
        return
    session_id = session["payment_session_id"]
    payment = payments.start(ledger, session_id, channel["code"])
    payments.succeed(ledger, session_id, payment["payment_id"], details(ledger, channel))


def easiest(session: dict) -> dict | None:
    """The channel that asks least of a buyer; None if none can pay the session."""
    usable = [channel for channel in channels.offered(session) if channel["usable"]]
    return min(usable, key=lambda row: BY_THEMSELVES.index(row["kind"]), default=None)


def details(ledger: Ledger, channel: dict) -> dict:
    """What the bank or wallet adds to a payment by that channel."""
    if channel["kind"] == "card":
        return {"payment_details": cards.payment_details("FRICTIONLESS", ledger.ids.authorization_code())}
    return payments.receipt(ledger, channel)
