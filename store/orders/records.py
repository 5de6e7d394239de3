"""Xendit's record of an attempt: its session and the payment of it. Only read here; `settling.py` writes it down.

A session's own word is not enough: it is COMPLETED with money that is only reserved, and it stays EXPIRED or CANCELED
when money comes late (CONTRACT 3.1, 3.2). So the payment is read as well, wherever there may be one.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from ..database import release, retried, transaction
from ..models import Attempt
from ..rules import clock
from ..rules.clock import now
from ..rules.schedule import is_gone
from ..xendit import Client, Patience, PaymentRecord, ProviderRefused, ProviderUnavailable, Session
from . import refusals
from .finding import lock_with_attempt

# What is left of a buyer's patience for the second and third call, in seconds, at least.
LEAST_PATIENCE = 0.3

Found = TypeVar("Found")


@dataclass(frozen=True)
class Hint:
    """What a webhook named. Nothing in it is believed; it is only asked for at Xendit."""

    session_id: str | None = None
    payment_id: str | None = None


NO_HINT = Hint()


@dataclass(frozen=True)
class Record:
    """What Xendit says of an attempt. Without a payment there was none, or Xendit does not know of it yet."""

    session: Session
    payment: PaymentRecord | None = None


def read(attempt: Attempt, provider: Client, patience: Patience, hint: Hint = NO_HINT) -> Record:
    """Read the session of an attempt, and its payment. Raises XenditError. No transaction stays open meanwhile."""
    started = clock.monotonic()
    reference = attempt.reference
    session = _session(attempt, attempt.session_id or hint.session_id, provider, patience)
    return complete(session, reference, provider, _left(patience, started), hint)


def complete(session: Session, reference: str, provider: Client, patience: Patience, hint: Hint = NO_HINT) -> Record:
    """Return the record of which this is the session; `reference` is the attempt's. Raises XenditError."""
    started = clock.monotonic()
    payment_id = session.payment_id or _latest_payment(session, provider, patience)
    patience = _left(patience, started)
    found = _named(session, payment_id, provider, patience) if payment_id else None
    if hint.payment_id in (None, payment_id) or (found and found.is_captured):
        return Record(session, found)
    hinted = read_payment(hint.payment_id, session.payment_request_id, reference, provider, patience)
    return Record(session, hinted or found)


def read_payment(
    payment_id: str, request_id: str | None, reference: str, provider: Client, patience: Patience
) -> PaymentRecord | None:
    """Return a payment that a webhook named, if Xendit knows it as one of the session with this payment request and
    reference. Raises XenditError.
    """
    release()
    payment = _known(lambda: provider.get_payment(payment_id, patience))
    return payment if payment and is_of(payment, request_id, reference) else None


def is_of(payment: PaymentRecord, request_id: str | None, reference: str) -> bool:
    """Tell whether a payment is one of the session with this payment request and this reference (CONTRACT 4.4)."""
    return (request_id is not None and payment.payment_request_id == request_id) or payment.belongs_to(reference)


def _session(attempt: Attempt, session_id: str, provider: Client, patience: Patience) -> Session:
    attempt_id, is_only_a_hint = attempt.id, attempt.session_id is None
    release()
    try:
        return provider.get_session(session_id, patience)
    except ProviderRefused as error:
        if error.is_unknown and not is_only_a_hint:
            return _vanished(attempt_id, session_id)
        if not (error.is_passing or is_only_a_hint):
            refusals.note(attempt_id, error)
        raise


@retried
def _vanished(attempt_id: int, session_id: str) -> Session:
    """Xendit made this session, and says now that it knows none: an outage, until it has said so for long."""
    with transaction():
        _, attempt = lock_with_attempt(attempt_id)
        attempt.unknown_since = attempt.unknown_since or now()
        if is_gone(attempt.unknown_since, attempt.failed_looks, attempt.expires_at, now()):
            return Session.ended(session_id, attempt.reference)
    raise ProviderUnavailable("HTTP 404 for a session that Xendit has made")


def _latest_payment(session: Session, provider: Client, patience: Patience) -> str | None:
    """Find the payment of a session that ended: its own record never names one that came late."""
    if not session.has_ended or session.payment_request_id is None:
        return None
    request = _known(lambda: provider.get_payment_request(session.payment_request_id, patience))
    return request and request.latest_payment_id


def _named(session: Session, payment_id: str, provider: Client, patience: Patience) -> PaymentRecord:
    payment = _known(lambda: provider.get_payment(payment_id, patience))
    if payment is None:
        raise ProviderUnavailable(f"HTTP 404 for the payment of a session that is {session.status}")
    return payment


def _known(call: Callable[[], Found]) -> Found | None:
    """Return what Xendit has under an id; None if it knows nothing under it. Raises XenditError."""
    try:
        return call()
    except ProviderRefused as error:
        if error.is_unknown:
            return None
        raise


def _left(patience: Patience, started: float) -> Patience:
    """Return the same patience without what was spent of it since."""
    return replace(patience, total=max(patience.total - (clock.monotonic() - started), LEAST_PATIENCE))
