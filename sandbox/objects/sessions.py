"""The life of a payment session: create, read, cancel, expire, complete.

A session is the dictionary that the API answers; the ledger keeps it as JSON, and beside it when it expires on
the sandbox's clock, or when late money comes for one that has ended.
"""

from datetime import datetime, timedelta

from .. import clock
from ..contract import errors
from ..contract.statuses import SESSION_MOVES, PaymentStatus, SessionStatus, check_move
from ..memory.ledger import Ledger
from ..trouble import dials
from ..webhooks import deliveries
from . import customers, payment_requests

# Real sessions live a little less than the documented 30 minutes.
DEFAULT_LIFE = timedelta(minutes=30) - timedelta(milliseconds=500)
# Given back as they came, in this order; absent where nothing was sent.
ECHOED_BEFORE = ("session_type", "mode", "currency", "amount", "country", "allow_save_payment_method")
ECHOED_AFTER = (
    "channel_properties",
    "allowed_payment_channels",
    "description",
    "items",
    "metadata",
    "notification_channels",
    "success_return_url",
    "cancel_return_url",
)
RESULTS = ("payment_request_id", "payment_id", "payment_token_id")
NOT_IN_WEBHOOKS = ("components_sdk_key",)


def create(ledger: Ledger, request: dict, public_url: str) -> dict:
    """Store a new ACTIVE session for a request that is good."""
    with ledger.transaction():
        session = _new_session(ledger, request, public_url)
        ledger.save_session(session, _due_at(ledger, request, session))
    return session


def find(ledger: Ledger, session_id: str) -> dict:
    """The session as it is now; one whose time is over expires here if nobody expired it before."""
    with ledger.transaction():
        session = ledger.session(session_id)
        if session is None:
            raise errors.session_not_found()
        if session["status"] == SessionStatus.ACTIVE and time_left(ledger, session) <= timedelta(0):
            _expire(ledger, session)
        return session


def time_left(ledger: Ledger, session: dict) -> timedelta:
    """How long an ACTIVE session still lives on the sandbox's clock."""
    return clock.moment(ledger.session_due_at(session["payment_session_id"])) - ledger.clock.now()


def cancel(ledger: Ledger, session_id: str) -> dict:
    """End an ACTIVE session. Xendit sends no webhook about it."""
    with ledger.transaction():
        session = find_active(ledger, session_id)
        payment_requests.close_open(ledger, session_id, PaymentStatus.CANCELED)
        _move(ledger, session, SessionStatus.CANCELED, _money_due_at(ledger, session_id))
        return session


def expire(ledger: Ledger, session_id: str) -> dict:
    """End an ACTIVE session at once, as if its time were over."""
    with ledger.transaction():
        session = find_active(ledger, session_id)
        session["expires_at"] = ledger.clock.stamp()
        _expire(ledger, session)
        return session


def complete(ledger: Ledger, session: dict, payment: dict) -> None:
    """Join the session and what completed it; part of the payment's transaction."""
    session |= {name: payment[name] for name in RESULTS if name in payment}
    payment_requests.close_open(ledger, session["payment_session_id"], PaymentStatus.CANCELED)
    _move(ledger, session, SessionStatus.COMPLETED)
    _announce(ledger, "payment_session.completed", session)


def find_active(ledger: Ledger, session_id: str) -> dict:
    session = find(ledger, session_id)
    if session["status"] != SessionStatus.ACTIVE:
        raise errors.session_not_active(session["status"])
    return session


def _new_session(ledger: Ledger, request: dict, public_url: str) -> dict:
    now = ledger.clock.now()
    session_id = ledger.ids.session_id()
    customer_id = _customer_id(ledger, request, session_id)
    return {
        "payment_session_id": session_id,
        "created": clock.stamp(now),
        "updated": clock.stamp(now),
        "status": SessionStatus.ACTIVE,
        "reference_id": request["reference_id"],
        **({"customer_id": customer_id} if customer_id else {}),
        **_echo(request, ECHOED_BEFORE),
        **_capture_method(request),
        **_echo(request, ECHOED_AFTER),
        "expires_at": _expires_at(request, now),
        "locale": request.get("locale", "en"),
        **_front_end(ledger, request, session_id, public_url),
        "business_id": ledger.account.business_id,
    }


def _echo(request: dict, names: tuple[str, ...]) -> dict:
    return {name: request[name] for name in names if request.get(name) is not None}


def _capture_method(request: dict) -> dict:
    return {"capture_method": request.get("capture_method", "AUTOMATIC")} if request["session_type"] == "PAY" else {}


def _expires_at(request: dict, now: datetime) -> str:
    """What the API shows: the caller's own moment, or half an hour on the sandbox's clock."""
    return clock.stamp(clock.moment(request["expires_at"].upper()) if "expires_at" in request else now + DEFAULT_LIFE)


def _due_at(ledger: Ledger, request: dict, session: dict) -> str:
    if "expires_at" in request:
        return clock.stamp(ledger.clock.from_real(clock.moment(session["expires_at"])))
    return session["expires_at"]


def _front_end(ledger: Ledger, request: dict, session_id: str, public_url: str) -> dict:
    if request["mode"] == "COMPONENTS":
        return {
            "components_sdk_key": ledger.ids.components_sdk_key(),
            **_echo(request, ("components_configuration",)),
        }
    return {"payment_link_url": f"{public_url}/checkout/{session_id}"}


def _customer_id(ledger: Ledger, request: dict, session_id: str) -> str | None:
    """The id of the customer named or described. Source: CONTRACT 1.1; where both are sent, the id counts."""
    if "customer" not in request or "customer_id" in request:
        return request.get("customer_id")
    return customers.create(ledger, request["customer"], session_id)["id"]


def _expire(ledger: Ledger, session: dict) -> None:
    session_id = session["payment_session_id"]
    payment_requests.close_open(ledger, session_id, PaymentStatus.EXPIRED)
    _move(ledger, session, SessionStatus.EXPIRED, _money_due_at(ledger, session_id))
    _announce(ledger, "payment_session.expired", session)


def _money_due_at(ledger: Ledger, session_id: str) -> str | None:
    """When late money comes for a session that ends now; None if nobody began to pay, or the dial knows of none."""
    seconds = dials.money_comes_after(ledger, session_id)
    if seconds is None or payment_requests.newest_unfailed(ledger, session_id) is None:
        return None
    return clock.stamp(ledger.clock.now() + timedelta(seconds=seconds))


def _move(ledger: Ledger, session: dict, status: SessionStatus, due_at: str | None = None) -> None:
    check_move(SESSION_MOVES, session["status"], status)
    session |= {"status": status, "updated": ledger.clock.stamp()}
    ledger.save_session(session, due_at)


def _announce(ledger: Ledger, event: str, session: dict) -> None:
    data = {name: value for name, value in session.items() if name not in NOT_IN_WEBHOOKS}
    deliveries.announce(ledger, event, session["payment_session_id"], data)
