"""Getting an order paid: `start` opens a session at Xendit, `settle` learns what became of it.

`settle` is the one function that may write paid, and everyone goes through it: webhook, return
page, worker. No transaction is ever open while we wait for Xendit: each function here reads or
writes, commits, calls, and only then writes what it learned, to rows that it has read again.
"""

import logging
import time
from datetime import timedelta
from typing import NamedTuple

from ..config import Settings
from ..database import db, release, transaction
from ..models import Attempt, Order, Payment
from ..rules.clock import now
from ..rules.money import InexactAmount, from_major
from ..rules.status import AttemptStatus, OrderStatus
from ..xendit import Client, Patience, ProviderRefused, Session, SessionRequest, XenditError
from ..xendit.client import LOOK
from . import closing
from .session_request import session_request

# A create call ends after 10 seconds at the latest; a SENT attempt older than this has lost its caller.
IN_FLIGHT = timedelta(seconds=12)
LOOK_FOR_OTHER_CLICK = 0.2
# Xendit wants a session to live 10 minutes or more, and a buyer wants the time to pay (CONTRACT 1.4).
SHORT_HOLD = timedelta(minutes=10)
# A session that Xendit does not know, though it made it longer ago than this, belongs to another key or is gone.
KNOWN_AFTER = timedelta(minutes=1)

log = logging.getLogger(__name__)


class NotPayable(Exception):
    """The order cannot be paid now: it is paid, closing or canceled, or a person must look first."""


class PaymentUnavailable(Exception):
    """No payment page could be opened. No money was taken, the order stays, trying again is safe."""


class Claim(NamedTuple):
    """What is to be done for a buyer who wants to pay. Without a request: go on with that session."""

    attempt_id: int
    request: SessionRequest | None = None
    session_id: str | None = None
    is_short: bool = False


def start(order_id: int, provider: Client, settings: Settings) -> str:
    """Return the address of a page on which the buyer can pay this order.

    The same session while there is an active one, a fresh attempt otherwise; so two clicks at once
    get one session. The address is a secret: do not store or log it.
    Raises NotPayable or PaymentUnavailable.
    """
    deadline = time.monotonic() + IN_FLIGHT.total_seconds()
    while time.monotonic() < deadline:
        claim = _claim(order_id, settings)
        if claim.request:
            return _open_session(claim, provider)
        if claim.session_id:
            link = _resume_session(claim, provider)
            if link:
                return link
        else:
            time.sleep(LOOK_FOR_OTHER_CLICK)
    raise PaymentUnavailable


def settle(
    attempt_id: int, provider: Client, cause: str, *, hint: str | None = None, patience: Patience = LOOK
) -> Session | None:
    """Read the attempt's session at Xendit and bring attempt and order to what it says.

    `hint` is a session id that a webhook named, for an attempt whose create call was never answered.
    Returns what was read; None if there is nothing to read or nothing can change any more.
    Raises XenditError. Doing it twice changes nothing.
    """
    attempt = db.session.get_one(Attempt, attempt_id)
    session_id = attempt.session_id or hint
    if attempt.is_settled or session_id is None:
        return None
    session = _read(attempt, session_id, provider, patience)
    _write_down(attempt_id, session, cause)
    return session


def close(order_id: int, provider: Client, cause: str) -> None:
    """Close an unpaid order: have Xendit end its sessions, then give the stock back.

    If money came first the order ends paid. May be repeated until the order is no longer closing.
    Raises XenditError, in which case the order stays closing and the worker goes on with it.
    """
    with transaction():
        order = _lock(order_id)
        if not (order.is_pending or order.is_closing) or order.is_suspect:
            return
        closing.begin(order, cause)
        closing.finish_if_clear(order, cause)
        to_end = [attempt.id for attempt in order.attempts if attempt.is_open and attempt.session_id]
    for attempt_id in to_end:
        end_session(attempt_id, provider, cause)


def end_session(attempt_id: int, provider: Client, cause: str) -> Session:
    """Have Xendit end a session. If it refuses, the session has ended in some way: read in which.

    Raises XenditError.
    """
    attempt = db.session.get_one(Attempt, attempt_id)
    session_id = attempt.session_id
    release()
    try:
        session = provider.cancel_session(session_id)
    except ProviderRefused:
        session = _read(attempt, session_id, provider, LOOK)
    _write_down(attempt_id, session, cause)
    return session


def _claim(order_id: int, settings: Settings) -> Claim:
    """Decide what to do for a buyer who wants to pay, and reserve the call if there is one to make."""
    with transaction():
        order = _lock(order_id)
        if not order.can_be_paid:
            raise NotPayable
        is_short = order.hold_expires_at - now() < SHORT_HOLD
        if active := order.active_attempt:
            return Claim(active.id, session_id=active.session_id, is_short=is_short)
        newest = order.newest_attempt
        if newest.status == AttemptStatus.SENT and not newest.trouble and newest.sent_at + IN_FLIGHT > now():
            return Claim(newest.id)
        if is_short:
            order.hold_expires_at = now() + timedelta(minutes=settings.shop.hold_minutes)
        attempt = newest if newest.status == AttemptStatus.NEW else order.add_attempt()
        db.session.flush()
        attempt.expires_at = order.hold_expires_at
        attempt.move_to(AttemptStatus.SENT, "the buyer pays")
        attempt.sent_at = now()
        attempt.plan_next_check()
        return Claim(attempt.id, request=session_request(order, attempt, settings))


def _open_session(claim: Claim, provider: Client) -> str:
    try:
        session = provider.create_session(claim.request)
    except XenditError as error:
        log.warning("%s: no session, %s", claim.request.reference, error)
        _note_trouble(claim.attempt_id, error)
        raise PaymentUnavailable from error
    if not _keep_session(claim.attempt_id, session):
        raise NotPayable
    return session.link


def _keep_session(attempt_id: int, session: Session) -> bool:
    """Store the new session's id; tell whether the buyer may be sent there.

    Meanwhile a webhook may have settled the attempt, or the buyer may have canceled the order.
    """
    with transaction():
        order, attempt = _lock_both(attempt_id)
        attempt.session_id = session.id
        if attempt.status == AttemptStatus.SENT and order.can_be_paid and order.active_attempt is None:
            attempt.move_to(AttemptStatus.ACTIVE, "Xendit made the session")
        attempt.plan_next_check()
        if attempt.status == AttemptStatus.ACTIVE and order.can_be_paid:
            return True
        if attempt.is_open:
            attempt.next_check_at = now()
        return False


def _note_trouble(attempt_id: int, error: XenditError) -> None:
    """A refused call did nothing. After any other failure the session may exist, so the attempt stays SENT."""
    with transaction():
        attempt = db.session.get_one(Attempt, attempt_id)
        attempt.trouble = str(error)[:200]
        if isinstance(error, ProviderRefused) and attempt.status == AttemptStatus.SENT:
            attempt.move_to(AttemptStatus.REJECTED, f"Xendit refused: {error}")
        attempt.plan_next_check()


def _resume_session(claim: Claim, provider: Client) -> str | None:
    """Return the link of the open session; None if it has just ended, so that the caller asks again."""
    try:
        if claim.is_short:
            session = end_session(claim.attempt_id, provider, "too little time left to pay")
        else:
            session = settle(claim.attempt_id, provider, "the buyer goes on to pay")
    except XenditError as error:
        raise PaymentUnavailable from error
    if session is None:
        return None
    if session.is_active and not claim.is_short and provider.hosts.allows(session.link or ""):
        return session.link
    if db.session.get_one(Attempt, claim.attempt_id).status == AttemptStatus.ACTIVE:
        raise PaymentUnavailable
    return None


def _read(attempt: Attempt, session_id: str, provider: Client, patience: Patience) -> Session:
    """Return Xendit's record of an attempt's session; one that it does not know has ended."""
    reference = attempt.reference
    should_be_known = attempt.session_id and attempt.sent_at and attempt.sent_at + KNOWN_AFTER < now()
    release()
    try:
        return provider.get_session(session_id, patience)
    except ProviderRefused as error:
        if error.is_unknown and should_be_known:
            return Session.ended(session_id, reference)
        raise


def _write_down(attempt_id: int, session: Session, cause: str) -> None:
    """Bring attempt and order to what Xendit's record says."""
    with transaction():
        order, attempt = _lock_both(attempt_id)
        is_ours = session.id == attempt.session_id or session.reference == attempt.reference
        if attempt.is_settled or not is_ours or attempt.session_id not in (None, session.id):
            return
        attempt.session_id = session.id
        match session.status:
            case "ACTIVE":
                if attempt.status == AttemptStatus.SENT and order.can_be_paid and order.active_attempt is None:
                    attempt.move_to(AttemptStatus.ACTIVE, cause)
            case "COMPLETED":
                _complete(order, attempt, session, cause)
            case "EXPIRED" | "CANCELED":
                _end(order, attempt, AttemptStatus(session.status), cause)
        attempt.plan_next_check()


def _complete(order: Order, attempt: Attempt, session: Session, cause: str) -> None:
    """Xendit says COMPLETED. With automatic capture and a payment id that is captured money."""
    if session.payment_id is None and attempt.expires_at > now():
        return  # it may still be on its way
    if problem := _mismatch(attempt, session):
        attempt.move_to(AttemptStatus.SUSPECT, cause)
        order.ask_for_attention(f"{attempt.reference}: {problem}")
        log.error("%s is suspect: %s", attempt.reference, problem)
        return
    attempt.move_to(AttemptStatus.COMPLETED, cause)
    db.session.add(
        Payment(attempt_id=attempt.id, payment_id=session.payment_id, amount=attempt.amount, currency=attempt.currency)
    )
    if order.is_pending or order.is_closing:
        order.move_to(OrderStatus.PAID, cause)
    elif order.is_paid:
        order.ask_for_attention(f"{attempt.reference}: a second payment for a paid order.")
    else:
        order.ask_for_attention(f"{attempt.reference}: money came after the order was canceled.")


def _mismatch(attempt: Attempt, session: Session) -> str | None:
    """Say what in Xendit's record differs from the frozen attempt, if anything."""
    try:
        amount = None if session.amount is None else from_major(session.amount, attempt.currency)
    except InexactAmount:
        amount = None
    if session.id != attempt.session_id or session.reference != attempt.reference:
        return "the session at Xendit belongs to another reference."
    if session.type != "PAY":
        return f"the session at Xendit is of type {session.type[:20]}."
    if session.payment_id is None:
        return "Xendit calls the session completed, but names no payment."
    if (amount, session.currency) != (attempt.amount, attempt.currency):
        return f"Xendit's record shows {session.amount} {session.currency[:3]}."
    if db.session.scalar(db.select(Payment.id).filter_by(payment_id=session.payment_id)):
        return "its payment already counts for another order."
    return None


def _end(order: Order, attempt: Attempt, status: AttemptStatus, cause: str) -> None:
    """A session ended unpaid. An expired one closes its order, unless another attempt may still be paid."""
    if attempt.is_open:
        attempt.move_to(status, cause)
    if status == AttemptStatus.EXPIRED and order.is_pending and not any(each.is_open for each in order.attempts):
        closing.begin(order, cause)
    closing.finish_if_clear(order, cause)


def _lock_both(attempt_id: int) -> tuple[Order, Attempt]:
    attempt = db.session.get_one(Attempt, attempt_id)
    return _lock(attempt.order_id), attempt


def _lock(order_id: int) -> Order:
    """Return the order, locked until the transaction ends (SQLite's whole database already is)."""
    return db.session.get_one(Order, order_id, with_for_update=True)
