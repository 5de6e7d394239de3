"""How attempt and order follow Xendit's record, inside the caller's transaction: the tables, as moves.

Money decides over the session's status, because a session stays EXPIRED or CANCELED when money comes late, and is
COMPLETED when money is only reserved.
"""

import logging
from contextlib import suppress

from ..database import db
from ..models import Attempt, Order
from ..rules.clock import now
from ..rules.status import AttemptStatus, CaseKind, PaymentStatus
from ..xendit import PaymentRecord, PaymentRecordStatus, SessionStatus
from . import closing, crediting, matching
from .records import Record, is_of

log = logging.getLogger(__name__)

ELSEWHERE = "its payment already counts for another order."
LET_GO = {
    PaymentRecordStatus.CANCELED: (PaymentStatus.VOIDED, AttemptStatus.CANCELED),
    PaymentRecordStatus.EXPIRED: (PaymentStatus.EXPIRED, AttemptStatus.EXPIRED),
}


def follow(order: Order, attempt: Attempt, record: Record, cause: str) -> None:
    """Bring an attempt that is not settled yet, and with it the order, to what Xendit's record says."""
    session, payment = record.session, record.payment
    is_completed = session.status == SessionStatus.COMPLETED
    if payment and payment.is_captured and (is_completed or session.has_ended):
        _take_money(order, attempt, record, cause)
    elif any(each.is_captured for each in attempt.payments):
        return  # a record that says less than before, or names no payment just now, does not undo what was taken
    elif payment and payment.is_authorized:
        _keep_reserved(order, attempt, record, cause)
    elif payment and payment.was_let_go and (is_completed or attempt.payments):
        _let_go(order, attempt, record, cause)
    elif is_completed:
        _wait_or_suspect(order, attempt, record, cause)
    elif session.has_ended:
        _end(order, attempt, AttemptStatus(session.status), cause)
    elif session.is_active:
        _open(order, attempt, cause)


def take_second(order: Order, attempt: Attempt, payment: PaymentRecord, cause: str) -> None:
    """An attempt that is settled has one more payment: too much, unless we know of it or it is no money."""
    known = {each.payment_id for each in attempt.payments}
    if not payment.is_captured or payment.id in known:
        return
    with suppress(crediting.CountsElsewhere):
        if noted := crediting.note(attempt, payment, PaymentStatus.CAPTURED, cause):
            crediting.count_as_surplus(order, attempt, noted)


def _take_money(order: Order, attempt: Attempt, record: Record, cause: str) -> None:
    problem = matching.problem(attempt, record)
    payment = None
    try:
        if is_of(record.payment, record.session.payment_request_id, attempt.reference):
            payment = crediting.note(attempt, record.payment, PaymentStatus.CAPTURED, cause)
    except crediting.CountsElsewhere:
        problem = ELSEWHERE
    if problem:
        _suspect(order, attempt, problem, cause)
    else:
        crediting.credit(order, attempt, payment, cause)


def _keep_reserved(order: Order, attempt: Attempt, record: Record, cause: str) -> None:
    """Money that is only reserved is not paid until it is captured; the goods stay held for it."""
    try:
        crediting.note(attempt, record.payment, PaymentStatus.AUTHORIZED, cause)
    except crediting.CountsElsewhere:
        _suspect(order, attempt, ELSEWHERE, cause)
        return
    _trust_again(order, attempt, cause)
    order.set_aside = order.is_pending
    if order.hold_is_over:
        reason = f"{attempt.reference}: money is reserved and was not captured; capture or void it at Xendit."
        order.open_case(CaseKind.AUTHORIZED, reason, attempt_id=attempt.id)


def _let_go(order: Order, attempt: Attempt, record: Record, cause: str) -> None:
    """Reserved money went back to the buyer: voided, or never captured."""
    of_payment, of_attempt = LET_GO[record.payment.status]
    if attempt.payments:
        crediting.note(attempt, record.payment, of_payment, cause)
    order.close_cases(CaseKind.AUTHORIZED, attempt_id=attempt.id)
    _end(order, attempt, of_attempt, cause)
    if order.hold_is_over:  # The end of the hold came while the money was reserved, and closed nothing.
        _close_unless_payable(order, cause)


def _wait_or_suspect(order: Order, attempt: Attempt, record: Record, cause: str) -> None:
    """COMPLETED, but without money that is final: it may still be on its way, until the attempt's end."""
    has_failed = record.payment is not None and record.payment.has_failed
    if has_failed or attempt.expires_at <= now():
        _suspect(order, attempt, matching.problem(attempt, record), cause)


def _suspect(order: Order, attempt: Attempt, problem: str, cause: str) -> None:
    """What came does not fit. Nobody else waits for a person's decision: the browser may have another open order."""
    if attempt.status != AttemptStatus.SUSPECT:
        attempt.move_to(AttemptStatus.SUSPECT, cause)
        log.error("%s is suspect: %s", attempt.reference, problem)
    attempt.problem = problem
    order.set_aside = order.is_pending
    order.open_case(CaseKind.MISMATCH, f"{attempt.reference}: {problem}", attempt_id=attempt.id)


def _end(order: Order, attempt: Attempt, status: AttemptStatus, cause: str) -> None:
    """A session ended unpaid. An expired one closes its order, unless another attempt may still be paid."""
    if attempt.is_open or attempt.status == AttemptStatus.SUSPECT:
        attempt.move_to(status, cause)
    _forget_suspicion(order, attempt)
    if status == AttemptStatus.EXPIRED:
        _close_unless_payable(order, cause)
    closing.finish_if_clear(order, cause)


def _close_unless_payable(order: Order, cause: str) -> None:
    if order.is_pending and not any(each.is_open for each in order.attempts):
        closing.begin(order, cause)


def _open(order: Order, attempt: Attempt, cause: str) -> None:
    _trust_again(order, attempt, cause)
    if attempt.status == AttemptStatus.SENT and order.can_be_paid and order.active_attempt is None:
        attempt.move_to(AttemptStatus.ACTIVE, cause)


def _trust_again(order: Order, attempt: Attempt, cause: str) -> None:
    """A record that did not fit was wrong for a while: the attempt is as open as it was."""
    if attempt.status == AttemptStatus.SUSPECT and order.active_attempt is None:
        attempt.move_to(AttemptStatus.ACTIVE, cause)
        _forget_suspicion(order, attempt)


def _forget_suspicion(order: Order, attempt: Attempt) -> None:
    attempt.problem = None
    order.close_cases(CaseKind.MISMATCH, attempt_id=attempt.id)
    order.set_aside = order.is_pending and (not order.can_be_paid or _has_a_rival(order))


def _has_a_rival(order: Order) -> bool:
    """Tell whether the browser has another open order by now: there is only ever one."""
    mine = db.select(Order.id).filter_by(buyer_key=order.buyer_key, status=order.status, set_aside=False)
    return db.session.scalar(mine.where(Order.id != order.id)) is not None
