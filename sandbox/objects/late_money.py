"""Money that comes when its session has ended: the buyer paid in time, and the bank was slow.

Source: CONTRACT 3.2. The session stays EXPIRED or CANCELED, and so does the payment request: what comes is a new
payment of that request, told by `payment.capture` alone. From then on the session names the request, as it does once a
payment was made (CONTRACT 2.7), and the request names the payment as its latest one. The session never names the
payment itself: that would be said of a session which was completed by it.
"""

from ..contract import channels, errors
from ..contract.statuses import PaymentRequestStatus, PaymentStatus, SessionStatus
from ..memory.ledger import Ledger
from . import payment_requests, payments, self_payment, sessions

ENDED = (SessionStatus.EXPIRED, SessionStatus.CANCELED)
IS_MONEY = (PaymentStatus.AUTHORIZED, PaymentStatus.SUCCEEDED)


def come(ledger: Ledger, session_id: str, channel_code: str | None = None) -> None:
    """Pay a session that has ended, by that channel, or as the buyer began it, or else by an easy one.

    Raises ValueError with a sentence where no money can come, and `ApiError` if the session has not ended unpaid.
    """
    with ledger.transaction():
        session = sessions.find(ledger, session_id)
        if session["status"] not in ENDED:
            raise errors.session_not_ended(session["status"])
        if not can_come(ledger, session):
            raise ValueError("No money can come for this session: its money has come, or it only saves a method.")
        channel = _channel(ledger, session, channel_code)
        request = payment_requests.newest_unfailed(ledger, session_id, channel["code"])
        payment = payments.new(ledger, session, channel["code"], request and request.get("channel_properties"))
        _join(ledger, session, request, payment)
        payments.take(ledger, session, payment, self_payment.details(ledger, channel))


def can_come(ledger: Ledger, session: dict) -> bool:
    """Whether it has ended and nothing was paid for it."""
    is_paid = any(each["status"] in IS_MONEY for each in ledger.payments_of(session["payment_session_id"]))
    return session["status"] in ENDED and session["session_type"] != "SAVE" and not is_paid


def end_or_come(ledger: Ledger, session_id: str, _: str) -> None:
    """What happens by itself when a session is due: it expires, or the dial lets its money come after its end."""
    session = ledger.session(session_id)
    if session["status"] == SessionStatus.ACTIVE:
        sessions.find(ledger, session_id)
    else:
        come(ledger, session_id)


def _channel(ledger: Ledger, session: dict, code: str | None) -> dict:
    request = payment_requests.newest_unfailed(ledger, session["payment_session_id"])
    code = code or (request and request["channel_code"])
    channel = channels.usable(session, code) if code else self_payment.easiest(session)
    if channel is None:
        raise ValueError("channel must be one by which this session could be paid.")
    return channel


def _join(ledger: Ledger, session: dict, request: dict | None, payment: dict) -> None:
    """The payment is the latest of the request that the buyer began; who began none began one just before the end."""
    session_id = session["payment_session_id"]
    if request is None:
        ledger.save_payment(session_id, payment)
        payment_requests.create(ledger, session, payment, (), PaymentRequestStatus(session["status"]))
    else:
        payment |= {name: request[name] for name in ("payment_request_id", "reference_id")}
        ledger.save_payment(session_id, payment)
        latest = {"latest_payment_id": payment["payment_id"], "updated": ledger.clock.stamp()}
        ledger.save_payment_request(session_id, request | latest)
    session |= {"payment_request_id": payment["payment_request_id"], "updated": ledger.clock.stamp()}
    ledger.save_session(session, None)
