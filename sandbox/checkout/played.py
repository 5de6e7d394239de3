"""A buyer played by a program: a session is paid, or a try of it fails, with all that follows on the hosted page."""

from collections.abc import Mapping

from ..context import ledger
from ..contract import cards, channels
from ..objects import late_money, payments, self_payment, sessions
from . import failures, tries

CARD = {"card_number": "4000000000001000", "expiry": "12/39", "cvn": "123", "cardholder_name": "Sandbox Buyer"}
AUTHORIZED_FIRST = {"capture_method": "MANUAL"}
USUAL_FAILURE = "INSUFFICIENT_BALANCE"


def pay(session_id: str, channel_code: str | None = None, *, authorize: bool = False) -> dict:
    """The session, paid by that channel, or by one that asks little of a buyer. `authorize` only reserves the money.

    Raises ValueError with a sentence for a channel that can't pay it, and ApiError if it isn't ACTIVE.
    """
    with ledger.transaction():
        payment, channel = _try(session_id, channel_code, AUTHORIZED_FIRST if authorize else {})
        if authorize:
            payments.only_authorize(ledger, session_id, payment)
        payments.succeed(ledger, session_id, payment["payment_id"], self_payment.details(ledger, channel))
    tries.hold_back(session_id)
    return sessions.find(ledger, session_id)


def pay_late(session_id: str, channel_code: str | None = None) -> dict:
    """The session, as it ended, after money has come for it all the same.

    Raises ValueError with a sentence for a channel that can't pay it, and ApiError if it hasn't ended unpaid.
    """
    late_money.come(ledger, session_id, channel_code)
    tries.hold_back(session_id)
    return sessions.find(ledger, session_id)


def fail(session_id: str, channel_code: str | None = None, failure_code: str | None = None) -> dict:
    """The session, ACTIVE still, after a try that failed for that reason. Raises as `pay`."""
    if failure_code not in (None, *failures.MEANINGS):
        raise ValueError(f"failure_code must be one of {', '.join(failures.MEANINGS)}.")
    with ledger.transaction():
        payment, _ = _try(session_id, channel_code)
        payments.fail(ledger, session_id, payment["payment_id"], failure_code or USUAL_FAILURE, {})
    tries.hold_back(session_id)
    return sessions.find(ledger, session_id)


def _try(session_id: str, channel_code: str | None, asks: Mapping[str, str] = {}) -> tuple[dict, dict]:
    """The try by that channel that waits for its buyer, or a new one; and the channel, which can do what is asked."""
    session = sessions.find_active(ledger, session_id) | asks
    channel = self_payment.easiest(session) if channel_code is None else channels.usable(session, channel_code)
    if channel is None:
        raise ValueError(f"channel must be one by which this session can be paid: {_usable(session)}.")
    return tries.newest_pending(session, channel) or tries.begin(session, channel, {}, _card(session, channel)), channel


def _usable(session: dict) -> str:
    codes = [row["code"] for row in channels.fitting(session) if channels.usable(session, row["code"])]
    return ", ".join(codes) or "there is none"


def _card(session: dict, channel: dict) -> dict | None:
    """What the page keeps of a card; None leaves the properties of other channels as they come."""
    if channel["kind"] != "card":
        return None
    return session.get("channel_properties", {}).get("cards", {}) | {"card_details": cards.details(CARD)}
