"""Learning from Xendit what became of an order: `settle` reads its record, `close` and `end_session` end it first.

All three write down what Xendit's record says, and nothing else may write paid: webhook, return
page and worker go through them alike. No transaction is ever open while we wait for Xendit: each
function reads or writes, commits, calls, and only then writes what it learned, to rows that it
has read again.
"""

import logging
from collections.abc import Callable

from ..database import db, release, retried, transaction
from ..models import Attempt, Order
from ..rules.clock import now
from ..rules.schedule import spent_by_look
from ..rules.status import AttemptStatus, CaseKind
from ..xendit import Client, Patience, ProviderRefused, Session, XenditError
from ..xendit.client import LOOK
from . import closing, following, matching, records, refusals
from .finding import lock, lock_with_attempt
from .records import NO_HINT, Hint, Record

log = logging.getLogger(__name__)


def settle(
    attempt_id: int,
    provider: Client,
    cause: str,
    *,
    hint: Hint = NO_HINT,
    patience: Patience = LOOK,
    then: Callable[[Attempt], None] = lambda attempt: None,
) -> Session | None:
    """Read Xendit's record of the attempt and bring attempt and order to what it says.

    `hint` is what a webhook named: the session of an attempt whose create call was never answered, or a payment that
    came late. `then` belongs to the transaction that writes the record down, and gets the attempt as it is by then.
    Returns the session that was read; None if there is nothing to read or nothing can change any more.
    Raises XenditError. Doing it twice changes nothing.
    """
    attempt = db.session.get_one(Attempt, attempt_id)
    if not (attempt.session_id or hint.session_id):
        return None
    if attempt.is_settled:
        _look_for_second(attempt, provider, cause, hint)
        return None
    record = records.read(attempt, provider, patience, hint)
    _write_down(attempt_id, record, cause, then)
    return record.session


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


def close(
    order_id: int,
    provider: Client,
    cause: str,
    *,
    may_wait: bool = False,
    if_still: Callable[[Order], bool] = lambda order: True,
) -> None:
    """Close an unpaid order: have Xendit end its sessions, then give the stock back.

    If money came first the order ends paid. May be repeated until the order is no longer closing. Nothing begins
    unless the order, once it is locked, is `if_still` as the caller saw it.
    While Xendit is out of reach the order stays closing, and the worker goes on with it: that raises
    XenditError, or is only logged where it `may_wait`.
    """
    try:
        for attempt_id in _begin_closing(order_id, cause, if_still):
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
    session_id, reference = attempt.session_id, attempt.reference
    release()
    try:
        record = records.complete(provider.cancel_session(session_id), reference, provider, LOOK)
    except ProviderRefused as error:
        record = records.read(attempt, provider, LOOK)
        if record.session.is_active and not error.is_passing:
            refusals.note(attempt_id, error)
            raise
    _write_down(attempt_id, record, cause)
    return record.session


def _look_for_second(attempt: Attempt, provider: Client, cause: str, hint: Hint) -> None:
    """A settled attempt is not read again, unless a webhook names a payment that we do not know: a second one."""
    if hint.payment_id is None or hint.payment_id in {payment.payment_id for payment in attempt.payments}:
        return
    attempt_id, request_id, reference = attempt.id, attempt.payment_request_id, attempt.reference
    payment = records.read_payment(hint.payment_id, request_id, reference, provider, LOOK)
    if payment:
        with transaction():
            following.take_second(*lock_with_attempt(attempt_id), payment, cause)


@retried
def _begin_closing(order_id: int, cause: str, if_still: Callable[[Order], bool]) -> list[int]:
    """Begin to close an order, or go on with it; return the attempts whose sessions Xendit must end first."""
    with transaction():
        order = lock(order_id)
        if not (order.is_pending or order.is_closing) or order.is_suspect or order.is_authorized or not if_still(order):
            return []
        closing.begin(order, cause)
        return [attempt.id for attempt in order.attempts if attempt.is_open and attempt.session_id]


@retried
def _write_down(
    attempt_id: int, record: Record, cause: str, then: Callable[[Attempt], None] = lambda attempt: None
) -> None:
    """Bring attempt and order to what Xendit's record says."""
    with transaction():
        order, attempt = lock_with_attempt(attempt_id)
        _bring(order, attempt, record, cause)
        then(attempt)


def _bring(order: Order, attempt: Attempt, record: Record, cause: str) -> None:
    session = record.session
    if order.newest_attempt.status != AttemptStatus.REJECTED:  # that refusal ends with the next session
        order.close_cases(CaseKind.REFUSED)
    is_ours = session.id == attempt.session_id or session.reference == attempt.reference
    is_decided = order.is_decided(attempt) and not matching.is_new_money(attempt, session, record.payment)
    if attempt.is_settled or is_decided or not is_ours or attempt.session_id not in (None, session.id):
        return
    attempt.session_id = session.id
    attempt.business_id = attempt.business_id or session.business_id
    attempt.payment_request_id = session.payment_request_id or attempt.payment_request_id
    following.follow(order, attempt, record, cause)
    attempt.unknown_since = None
    attempt.plan_next_check()
