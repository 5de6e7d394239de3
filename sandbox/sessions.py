"""The life of a payment session: create, read, cancel, expire, complete.

Called by the API, the pages, `payments.py` and the ticker. A session is the
dictionary that the API answers; `ledger.py` keeps it as JSON.
"""

from datetime import timedelta

from . import clock, deliveries, errors, ids

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


def create(ledger, request, public_url):
    """Store a new ACTIVE session for a request that `validation.py` found good."""
    with ledger.transaction():
        session = _new_session(request, _customer_id(ledger, request), public_url)
        ledger.save_session(session)
    return session


def find(ledger, session_id):
    """The session as it is now; one whose time is over expires here if nobody expired it before."""
    with ledger.transaction():
        session = ledger.session(session_id)
        if session is None:
            raise errors.session_not_found()
        if session["status"] == "ACTIVE" and session["expires_at"] <= clock.stamp(clock.now()):
            _expire(ledger, session)
        return session


def cancel(ledger, session_id):
    """End an ACTIVE session. Xendit sends no webhook about it."""
    with ledger.transaction():
        session = find_active(ledger, session_id)
        _move(ledger, session, "CANCELED")
        return session


def expire(ledger, session_id):
    """End an ACTIVE session at once, as if its time were over."""
    with ledger.transaction():
        session = find_active(ledger, session_id)
        session["expires_at"] = clock.stamp(clock.now())
        _expire(ledger, session)
        return session


def expire_due(ledger):
    """Expire all sessions whose time is over."""
    with ledger.transaction():
        for session in ledger.sessions_due(clock.stamp(clock.now())):
            _expire(ledger, session)


def complete(ledger, session, payment):
    """Join the session and the one payment that paid it; part of the payment's transaction."""
    session |= {key: payment[key] for key in ("payment_request_id", "payment_id")}
    _move(ledger, session, "COMPLETED")
    deliveries.announce(ledger, "payment_session.completed", session["payment_session_id"], session)


def find_active(ledger, session_id):
    session = find(ledger, session_id)
    if session["status"] != "ACTIVE":
        raise errors.session_not_active(session["status"])
    return session


def _new_session(request, customer_id, public_url):
    now = clock.now()
    expires_at = clock.moment(request["expires_at"]) if "expires_at" in request else now + DEFAULT_LIFE
    session_id = ids.session_id()
    return {
        "payment_session_id": session_id,
        "created": clock.stamp(now),
        "updated": clock.stamp(now),
        "status": "ACTIVE",
        "reference_id": request["reference_id"],
        **({"customer_id": customer_id} if customer_id else {}),
        **_echo(request, ECHOED_BEFORE),
        "capture_method": request.get("capture_method", "AUTOMATIC"),
        **_echo(request, ECHOED_AFTER),
        "expires_at": clock.stamp(expires_at),
        "locale": request.get("locale", "en"),
        "payment_link_url": f"{public_url}/checkout/{session_id}",
        "business_id": ids.BUSINESS_ID,
    }


def _echo(request, names):
    return {name: request[name] for name in names if request.get(name) is not None}


def _customer_id(ledger, request):
    """The id of the customer named or described; a known customer reference keeps its id."""
    if "customer" not in request or "customer_id" in request:
        return request.get("customer_id")
    reference_id = request["customer"]["reference_id"]
    customer_id = ledger.customer_id(reference_id)
    if customer_id is None:
        customer_id = ids.customer_id()
        ledger.add_customer(customer_id, reference_id)
    return customer_id


def _expire(ledger, session):
    _move(ledger, session, "EXPIRED")
    deliveries.announce(ledger, "payment_session.expired", session["payment_session_id"], session)


def _move(ledger, session, status):
    session |= {"status": status, "updated": clock.stamp(clock.now())}
    ledger.save_session(session)
