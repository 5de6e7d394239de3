"""Learning from Xendit what became of an order: `settle` reads a session, `close` and `end_session` end it first.

All three write down what Xendit's record says, and nothing else may write paid: webhook, return
page and worker go through them alike. No transaction is ever open while we wait for Xendit: each
function reads or writes, commits, calls, and only then writes what it learned, to rows that it
has read again.
"""

import logging

from ..database import db, release, transaction
from ..models import Attempt, Order, Payment
from ..rules.clock import now
from ..rules.money import InexactAmount, from_major
from ..rules.schedule import KNOWN_AFTER, spent_by_look
from ..rules.status import AttemptStatus, CaseKind, OrderStatus, PaymentStatus
from ..xendit import Client, Patience, ProviderRefused, Session, SessionStatus, XenditError
from ..xendit.client import LOOK
from . import closing, refusals
from .finding import lock, lock_with_attempt

log = logging.getLogger(__name__)


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


def look(attempt_id: int, provider: Client, cause: str, *, patience: Patience) -> None:
    """Settle for a buyer who looks at the order; but a hundred reloads are not a hundred calls. Raises XenditError."""
    attempt = db.session.get_one(Attempt, attempt_id)
    if attempt.is_settled or attempt.session_id is None:
        return
    with transaction():
        _, attempt = lock_with_attempt(attempt_id)
        spent_until = spent_by_look(attempt.looks_spent_until, now())
        if spent_until is None:
            return
        attempt.looks_spent_until = spent_until
    settle(attempt_id, provider, cause, patience=patience)


def close(order_id: int, provider: Client, cause: str, *, may_wait: bool = False) -> None:
    """Close an unpaid order: have Xendit end its sessions, then give the stock back.

    If money came first the order ends paid. May be repeated until the order is no longer closing.
    While Xendit is out of reach the order stays closing, and the worker goes on with it: that raises
    XenditError, or is only logged where it `may_wait`.
    """
    try:
        for attempt_id in _begin_closing(order_id, cause):
            end_session(attempt_id, provider, cause)
    except XenditError as error:
        if not may_wait:
            raise
        number = db.session.get_one(Order, order_id).number
        log.warning("order %s is closing, but Xendit did not answer: %s", number, error)


def end_session(attempt_id: int, provider: Client, cause: str) -> Session:
    """Have Xendit end a session. If it refuses, the session has mostly ended in some way: read in which.

    Raises XenditError, also if it refuses to end one that is still active.
    """
    attempt = db.session.get_one(Attempt, attempt_id)
    session_id = attempt.session_id
    release()
    try:
        session = provider.cancel_session(session_id)
    except ProviderRefused as error:
        session = _read(attempt, session_id, provider, LOOK)
        if session.is_active and not error.is_passing:
            refusals.note(attempt_id, error)
            raise
    _write_down(attempt_id, session, cause)
    return session


def _begin_closing(order_id: int, cause: str) -> list[int]:
    """Begin to close an order, or go on with it; return the attempts whose sessions Xendit must end first."""
    with transaction():
        order = lock(order_id)
        if not (order.is_pending or order.is_closing) or order.is_suspect:
            return []
        closing.begin(order, cause)
        return [attempt.id for attempt in order.attempts if attempt.is_open and attempt.session_id]


def _read(attempt: Attempt, session_id: str, provider: Client, patience: Patience) -> Session:
    """Return Xendit's record of an attempt's session; one that it does not know has ended."""
    attempt_id, reference, is_only_a_hint = attempt.id, attempt.reference, attempt.session_id is None
    should_be_known = attempt.session_id and attempt.sent_at and attempt.sent_at + KNOWN_AFTER < now()
    release()
    try:
        return provider.get_session(session_id, patience)
    except ProviderRefused as error:
        if error.is_unknown and should_be_known:
            return Session.ended(session_id, reference)
        if not (error.is_passing or is_only_a_hint):
            refusals.note(attempt_id, error)
        raise


def _write_down(attempt_id: int, session: Session, cause: str) -> None:
    """Bring attempt and order to what Xendit's record says."""
    with transaction():
        order, attempt = lock_with_attempt(attempt_id)
        if order.newest_attempt.status != AttemptStatus.REJECTED:  # that refusal ends with the next session
            order.close_cases(CaseKind.REFUSED)
        is_ours = session.id == attempt.session_id or session.reference == attempt.reference
        if attempt.is_settled or not is_ours or attempt.session_id not in (None, session.id):
            return
        attempt.session_id = session.id
        match session.status:
            case SessionStatus.ACTIVE:
                if attempt.status == AttemptStatus.SENT and order.can_be_paid and order.active_attempt is None:
                    attempt.move_to(AttemptStatus.ACTIVE, cause)
            case SessionStatus.COMPLETED:
                _complete(order, attempt, session, cause)
            case SessionStatus.EXPIRED | SessionStatus.CANCELED:
                _end(order, attempt, AttemptStatus(session.status), cause)
        attempt.plan_next_check()


def _complete(order: Order, attempt: Attempt, session: Session, cause: str) -> None:
    """Xendit says COMPLETED. With automatic capture and a payment id that is captured money."""
    if session.payment_id is None and attempt.expires_at > now():
        return  # it may still be on its way
    if problem := _mismatch(attempt, session):
        _suspect(order, attempt, problem, cause)
        return
    attempt.move_to(AttemptStatus.COMPLETED, cause)
    db.session.add(
        Payment(
            attempt_id=attempt.id,
            payment_id=session.payment_id,
            status=PaymentStatus.CAPTURED,
            amount=attempt.amount,
            currency=attempt.currency,
        )
    )
    if order.is_pending or order.is_closing:
        order.move_to(OrderStatus.PAID, cause)
    elif order.is_paid:
        order.open_case(CaseKind.SECOND_PAYMENT, f"{attempt.reference}: a second payment for a paid order.")
    else:
        order.open_case(CaseKind.STOCK_GONE, f"{attempt.reference}: money came after the order was canceled.")


def _suspect(order: Order, attempt: Attempt, problem: str, cause: str) -> None:
    if attempt.status != AttemptStatus.SUSPECT:
        attempt.move_to(AttemptStatus.SUSPECT, cause)
    order.open_case(CaseKind.MISMATCH, f"{attempt.reference}: {problem}", attempt_id=attempt.id)
    log.error("%s is suspect: %s", attempt.reference, problem)


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
