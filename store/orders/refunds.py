"""Sending refunds to Xendit, and finding out what became of them.

The row is committed before the call (`refund_request.py`). No transaction is open while we wait for Xendit. What it
answers is written to rows that are read again, so that worker, webhook and command may come at once. An answer that
was lost is found by the refund's own reference, or by sending the same again: one reference makes one refund.
"""

import logging
from dataclasses import dataclass

from ..database import db, release, retried, transaction
from ..models import Order, Payment, Refund
from ..rules.clock import now
from ..rules.money import exact, to_major
from ..rules.schedule import FURTHEST, LEASE, UNKNOWN_LOOKS, is_refund_given_up
from ..rules.status import CaseKind, RefundStatus
from ..xendit import (
    Client,
    ProviderRefused,
    ProviderUnavailable,
    RefundReason,
    RefundRecord,
    RefundRecordStatus,
    RefundRequest,
    XenditError,
)
from . import giving_back, queues
from .finding import lock_with_refund

ENDS = {
    RefundRecordStatus.SUCCEEDED: RefundStatus.SUCCEEDED,
    RefundRecordStatus.FAILED: RefundStatus.FAILED,
    RefundRecordStatus.CANCELED: RefundStatus.CANCELED,
}

# What webhooks call the ends of a refund (CONTRACT 6.5).
TOLD = {"refund.succeeded": RefundStatus.SUCCEEDED, "refund.failed": RefundStatus.FAILED}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class News:
    """What a webhook said of a refund."""

    event: str
    refund_id: str | None = None
    reference: str | None = None
    failure_code: str | None = None


def take(limit: int) -> list[int]:
    """Reserve up to `limit` refunds that are due, those first that have waited longest, and return their ids.

    Due is also what is planned further ahead than anything is: the clock went back since.
    """
    in_turn = db.select(Refund).order_by(Refund.next_check_at, Refund.id)
    strays, due = Refund.next_check_at > now() + FURTHEST, Refund.next_check_at <= now()
    return queues.leased((in_turn.where(strays), in_turn.where(due)), limit)


def check(refund_id: int, provider: Client, news: News | None = None) -> None:
    """Do what is due for one refund: send it, find out whether Xendit has it, or read how it stands."""
    refund = db.session.get_one(Refund, refund_id)
    cause = f"webhook {news.event}" if news else "poll"
    if refund.is_unsent:
        send(refund_id, provider, cause)
    elif refund.is_open or refund.is_rejected:
        _look(refund, provider, cause, news)


def hear(news: News, provider: Client) -> bool:
    """A webhook is about a refund: look at it. Tell whether nothing more is to come for that."""
    refund = _find(news)
    if refund is None:
        return True
    row_id = refund.id
    check(row_id, provider, news)
    return not db.session.get_one(Refund, row_id).is_open


def send(refund_id: int, provider: Client, cause: str) -> None:
    """Send a refund to Xendit for the first time. Does nothing if somebody else has begun to."""
    if _may_be_sent(refund_id, cause):
        _call(refund_id, provider, cause)


@retried
def _may_be_sent(refund_id: int, cause: str) -> bool:
    with transaction():
        _, refund = lock_with_refund(refund_id)
        if refund.is_unsent:
            refund.move_to(RefundStatus.SENT, cause)
            refund.sent_at = now()
            refund.next_check_at = now() + LEASE
            return True
        return False


def _find(news: News) -> Refund | None:
    """Find a refund by Xendit's id, else by our own reference (CONTRACT 6.5)."""
    for name in ("refund_id", "reference"):
        value = getattr(news, name)
        if value and (refund := db.session.scalar(db.select(Refund).filter_by(**{name: value}))):
            return refund
    return None


def _look(refund: Refund, provider: Client, cause: str, news: News | None) -> None:
    row_id, reference, known_id = refund.id, refund.reference, refund.refund_id or (news and news.refund_id)
    release()
    try:
        if known_id:
            _read(row_id, known_id, provider, cause, news)
        else:
            _find_or_send_again(row_id, reference, provider, cause)
    except XenditError as error:
        _wait(row_id, error)


def _read(row_id: int, known_id: str, provider: Client, cause: str, news: News | None) -> None:
    try:
        record = provider.get_refund(known_id)
    except ProviderRefused as error:
        if not (error.is_unknown and news and _believes(row_id, news, cause)):
            raise
    else:
        _write_down(row_id, record, cause)


@retried
def _believes(row_id: int, news: News, cause: str) -> bool:
    """Where Xendit serves no reading of refunds, only its webhook tells how one ended (CONTRACT 6.4).

    So it is believed, about an open refund and the id that Xendit itself gave us for it, and nothing else; and not
    for one wrong 404.
    """
    with transaction():
        order, refund = lock_with_refund(row_id)
        is_meant = refund.is_open and news.refund_id is not None and refund.refund_id == news.refund_id
        if not is_meant or news.event not in TOLD or refund.failed_looks < UNKNOWN_LOOKS:
            return False
        _end(order, refund, TOLD[news.event], news.failure_code, cause)
        return True


def _find_or_send_again(refund_id: int, reference: str, provider: Client, cause: str) -> None:
    """Only Xendit's own libraries tell of a list of refunds: where there is none, a refusal says nothing of before."""
    try:
        record, is_listed = provider.find_refund(reference), True
    except ProviderRefused as error:
        log.info("refund %s: there is no list to find it in, %s", reference, error)
        record, is_listed = None, False
    if record:
        _write_down(refund_id, record, cause)
    elif _may_be_sent_again(refund_id, cause):
        _call(refund_id, provider, cause, is_known_not_made=is_listed)


@retried
def _may_be_sent_again(refund_id: int, cause: str) -> bool:
    with transaction():
        order, refund = lock_with_refund(refund_id)
        if not refund.is_unanswered:
            return False
        if is_refund_given_up(refund.sent_at, refund.failed_looks, now()):
            _end(order, refund, RefundStatus.REJECTED, giving_back.NEVER_CONFIRMED, cause)
        return refund.is_open


def _call(refund_id: int, provider: Client, cause: str, is_known_not_made: bool = True) -> None:
    """Ask Xendit for a refund. An outcome that nobody knows stays SENT, and so does what may work later as it is."""
    try:
        record = provider.create_refund(_request(refund_id, provider))
    except ProviderRefused as error:
        if error.may_work_later or error.is_repeat or not is_known_not_made:
            _wait(refund_id, error)
        else:
            _reject(refund_id, error, cause)
    except XenditError as error:
        _wait(refund_id, error)
    else:
        _write_down(refund_id, record, cause)


def _request(refund_id: int, provider: Client) -> RefundRequest:
    """What is asked of Xendit: each time the same. Raises ProviderUnavailable."""
    _learn_payment_request(db.session.get_one(Refund, refund_id).payment, provider)
    refund = db.session.get_one(Refund, refund_id)
    request = RefundRequest(
        reference=refund.reference,
        payment_request_id=refund.payment.payment_request_id,
        amount=to_major(refund.amount, refund.currency),
        currency=refund.currency,
        reason=RefundReason(refund.reason),
    )
    release()
    return request


def _learn_payment_request(payment: Payment, provider: Client) -> None:
    """A payment that an earlier version of the shop wrote down lacks what a refund is asked by."""
    if payment.payment_request_id is not None:
        return
    row_id, payment_id = payment.id, payment.payment_id
    release()
    try:
        request_id = provider.get_payment(payment_id).payment_request_id
    except ProviderRefused as error:
        raise ProviderUnavailable(f"{error} for the payment") from error
    if request_id is None:
        raise ProviderUnavailable("the payment names no payment request")
    with transaction():
        db.session.get_one(Payment, row_id).payment_request_id = request_id


@retried
def _write_down(refund_id: int, record: RefundRecord, cause: str) -> None:
    """Bring a refund, and with it its order, to what Xendit's record says."""
    with transaction():
        order, refund = lock_with_refund(refund_id)
        if problem := _problem(refund, record):
            _note_problem(order, refund, problem)
        elif refund.is_open or (refund.is_rejected and record.has_succeeded):
            _follow(order, refund, record, cause)


def _problem(refund: Refund, record: RefundRecord) -> str | None:
    """Say what in Xendit's record differs from what was asked for, if anything."""
    if record.reference != refund.reference or refund.refund_id not in (None, record.id):
        return "another refund"
    if record.payment_request_id not in (None, refund.payment.payment_request_id):
        return "a refund of another payment"
    if (exact(record.amount, refund.currency), record.currency) != (refund.amount, refund.currency):
        return f"a refund of {record.amount} {record.currency[:3]}"
    return None


def _note_problem(order: Order, refund: Refund, problem: str) -> None:
    """A record that does not fit changes nothing until it does; a person is to look, if the refund is surely ours."""
    log.error("refund %s: Xendit's record shows %s", refund.reference, problem)
    if refund.is_open and refund.refund_id:
        reason = f"{refund.reference}: Xendit's record shows {problem}. See Xendit's dashboard."
        order.open_case(CaseKind.REFUND_FAILED, reason, payment_id=refund.payment_id, refund_id=refund.id)
    refund.failed_looks += 1
    refund.plan_next_check()


def _follow(order: Order, refund: Refund, record: RefundRecord, cause: str) -> None:
    refund.refund_id, refund.failed_looks = record.id, 0
    order.close_cases(CaseKind.REFUND_FAILED, refund_id=refund.id)
    if record.status in ENDS:
        _end(order, refund, ENDS[record.status], record.failure_code, cause)
    elif refund.is_unanswered:
        refund.move_to(RefundStatus.PENDING, cause)
    refund.plan_next_check()


@retried
def _reject(refund_id: int, error: ProviderRefused, cause: str) -> None:
    with transaction():
        order, refund = lock_with_refund(refund_id)
        if refund.is_unanswered:
            _end(order, refund, RefundStatus.REJECTED, error.code or f"HTTP {error.status}", cause)


def _end(order: Order, refund: Refund, status: RefundStatus, failure_code: str | None, cause: str) -> None:
    refund.move_to(status, cause)
    refund.failure_code = failure_code
    refund.plan_next_check()
    if refund.is_done:
        giving_back.take_effect(order, refund, cause)
    else:
        giving_back.note_failure(order, refund)


@retried
def _wait(refund_id: int, error: XenditError) -> None:
    """Nobody knows yet, or it may work later: the worker looks again."""
    with transaction():
        _, refund = lock_with_refund(refund_id)
        log.warning("refund %s: %s", refund.reference, error)
        refund.failed_looks += 1
        refund.plan_next_check()
