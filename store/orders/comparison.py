"""What the shop has of an order, beside what Xendit has: sessions, payments and refunds, both ways.

Pure comparisons of rows and records that were read before; `reconcile.py` reads them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from ..models import Attempt, Order, Payment, Refund
from ..rules.money import CURRENCIES, InexactAmount, from_major
from ..rules.status import AttemptStatus, CaseKind, PaymentStatus, RefundStatus
from ..xendit import PaymentRecord, RefundRecord, RefundRecordStatus, Session, SessionStatus
from .audit import said
from .differences import FIX, Difference, Kind, is_explained, of_attempt, of_order, of_refund

OTHER_ACCOUNT = "If the key is that of another account now, set the one of before; else ask Xendit's support."
REFUSE_MONEY = "End the session in Xendit's dashboard, so that nobody pays it."
ASK_XENDIT = "Compare it with Xendit's dashboard; nothing here changes this by itself."
BY_HAND = "If somebody did that in Xendit's dashboard, write it down: refund {} AMOUNT --done-by-hand NOTE."
SEEN_AS_ENDED = frozenset({AttemptStatus.EXPIRED, AttemptStatus.CANCELED, AttemptStatus.REJECTED})
# A refund that Xendit has, or may have.
SENT_REFUND = frozenset(RefundStatus) - {RefundStatus.NEW, RefundStatus.REJECTED, RefundStatus.BY_HAND}

# How Xendit's words for a refund read in ours.
REFUND_WORDS = {
    RefundRecordStatus.PENDING: RefundStatus.PENDING,
    RefundRecordStatus.SUCCEEDED: RefundStatus.SUCCEEDED,
    RefundRecordStatus.FAILED: RefundStatus.FAILED,
    RefundRecordStatus.CANCELED: RefundStatus.CANCELED,
}


@dataclass(frozen=True)
class Found:
    """What Xendit has of an attempt. None stands for what it does not know, under an id that the shop has."""

    session: Session | None  # also where the attempt has none
    payments: dict[str, PaymentRecord | None] = field(default_factory=dict)

    @property
    def has_money(self) -> bool:
        return any(record and record.is_captured for record in self.payments.values())

    @property
    def may_have_money(self) -> bool:
        """Tell whether money is reserved, or on its way."""
        return any(record and (record.is_authorized or record.is_pending) for record in self.payments.values())


def compared(order: Order, attempt: Attempt, found: Found) -> Iterator[Difference]:
    """Yield what differs between an attempt and what Xendit has of it."""
    if found.session is None and attempt.session_id:
        what = f"Xendit does not know the session of {attempt.reference}, which is {attempt.status} here."
        yield of_attempt(order, attempt, Kind.SESSION_UNKNOWN, what, OTHER_ACCOUNT)
    elif found.session:
        yield from _facts(order, attempt, found.session)
        yield from _session_status(order, attempt, found)
    ours = {payment.payment_id: payment for payment in attempt.payments}
    for payment_id, record in found.payments.items():
        payment = ours.get(payment_id)
        if payment is None:
            yield from _money_only_there(order, attempt, record)
        elif record is None:
            what = f"Xendit does not know payment {payment_id}, over {said(payment.amount, payment.currency)} here."
            yield of_order(order, Kind.PAYMENT_UNKNOWN, what, OTHER_ACCOUNT)
        else:
            yield from _payment(order, attempt, payment, record)


def _facts(order: Order, attempt: Attempt, session: Session) -> Iterator[Difference]:
    """The session is for what the attempt asked."""
    if is_explained(order, attempt, CaseKind.MISMATCH):
        return
    money = _money(session.amount, session.currency), said(attempt.amount, attempt.currency)
    pairs = {
        "is of the reference": (session.reference, attempt.reference),
        "is over": money,
        "is of the type": (session.type, "PAY"),
        "is of the account": (session.business_id, attempt.business_id or session.business_id),
    }
    for word, (theirs, ours) in pairs.items():
        if theirs != ours:
            what = f"Xendit's session of {attempt.reference} {word} {theirs or 'nothing'}, but here it {word} {ours}."
            yield of_attempt(order, attempt, Kind.SESSION, what, ASK_XENDIT)


def _session_status(order: Order, attempt: Attempt, found: Found) -> Iterator[Difference]:
    if attempt.status == AttemptStatus.SUSPECT or order.is_decided(attempt) or _agree(attempt, found):
        return
    advice = FIX
    if found.session.is_active:
        if is_explained(order, attempt, CaseKind.UNSURE):
            return
        advice = REFUSE_MONEY if attempt.status != AttemptStatus.SENT else FIX
    what = f"Xendit's session of {attempt.reference} is {found.session.status}, but here it is {attempt.status}."
    yield of_attempt(order, attempt, Kind.SESSION, what, advice)


def _agree(attempt: Attempt, found: Found) -> bool:
    match found.session.status:
        case SessionStatus.ACTIVE:
            return attempt.status == AttemptStatus.ACTIVE
        case SessionStatus.COMPLETED:
            # The buyer is through; while money is reserved, or on its way, the attempt stays as it is.
            return attempt.status == AttemptStatus.COMPLETED or (found.may_have_money and not found.has_money)
        case SessionStatus.EXPIRED | SessionStatus.CANCELED:
            is_late = attempt.status == AttemptStatus.COMPLETED and bool(attempt.payments)
            return attempt.status in SEEN_AS_ENDED or is_late
    return False


def _money_only_there(order: Order, attempt: Attempt, record: PaymentRecord | None) -> Iterator[Difference]:
    if record is None or not (record.is_captured or record.is_authorized):
        return
    if is_explained(order, attempt, CaseKind.MISMATCH):
        return
    does = "took" if record.is_captured else "has reserved"
    money = _money(record.captured if record.is_captured else record.asked, record.currency)
    what = f"Xendit {does} {money} by {record.id} for {attempt.reference}, of which the shop knows nothing."
    yield of_attempt(order, attempt, Kind.PAYMENT_MISSING, what)


def _payment(order: Order, attempt: Attempt, payment: Payment, record: PaymentRecord) -> Iterator[Difference]:
    if not record.belongs_to(attempt.reference) and not is_explained(order, attempt, CaseKind.MISMATCH):
        what = f"Payment {record.id} is of {record.reference or 'nothing'} at Xendit, but of {attempt.reference} here."
        yield of_attempt(order, attempt, Kind.PAYMENT, what, ASK_XENDIT)
    if payment.status != _status_of(record):
        what = f"Payment {record.id} is {record.status} at Xendit, but {payment.status} here."
        can_move = payment.status == PaymentStatus.AUTHORIZED
        yield of_attempt(order, attempt, Kind.PAYMENT, what, FIX if can_move else ASK_XENDIT)
    theirs = record.captured if record.is_captured else record.asked
    if (_minor(theirs, record.currency), record.currency) != (payment.amount, payment.currency):
        here = said(payment.amount, payment.currency)
        what = f"Payment {record.id} is over {_money(theirs, record.currency)} at Xendit, but over {here} here."
        yield of_attempt(order, attempt, Kind.PAYMENT, what, ASK_XENDIT)


def _status_of(record: PaymentRecord) -> PaymentStatus | str:
    """Xendit's word for where a payment stands, in ours."""
    if record.is_captured:
        return PaymentStatus.CAPTURED
    if record.is_authorized:
        return PaymentStatus.AUTHORIZED
    if record.was_let_go:
        return PaymentStatus.EXPIRED if record.status == PaymentStatus.EXPIRED else PaymentStatus.VOIDED
    return record.status


def compared_refund(order: Order, refund: Refund, record: RefundRecord | None) -> Iterator[Difference]:
    """Yield what differs between a refund and Xendit's record of it."""
    if record is None:
        what = f"Xendit does not know refund {refund.reference}, over {said(refund.amount, refund.currency)} here."
        yield of_refund(order, refund, Kind.REFUND_UNKNOWN, what, OTHER_ACCOUNT)
        return
    if refund.status != REFUND_WORDS.get(record.status):
        what = f"Refund {refund.reference} is {record.status} at Xendit, but {refund.status} here."
        yield of_refund(order, refund, Kind.REFUND, what, FIX if refund.is_open else ASK_XENDIT)
    if (_minor(record.amount, record.currency), record.currency) != (refund.amount, refund.currency):
        here = said(refund.amount, refund.currency)
        there = _money(record.amount, record.currency)
        what = f"Refund {refund.reference} is over {there} at Xendit, but over {here} here."
        yield of_refund(order, refund, Kind.REFUND, what, ASK_XENDIT)


def compared_foreign(order: Order, records: list[RefundRecord]) -> Iterator[Difference]:
    """Yield the refunds that Xendit made of this order's payments and that the shop knows nothing of."""
    refunds = [refund for payment in order.payments for refund in payment.refunds]
    ours = {refund.reference for refund in refunds} | {refund.refund_id for refund in refunds}
    by_hand = [refund for refund in refunds if refund.status == RefundStatus.BY_HAND]
    for record in records:
        if {record.id, record.reference} & ours or record.has_failed or record.was_canceled:
            continue
        if any(refund.amount == _minor(record.amount, record.currency) for refund in by_hand):
            continue
        back = _money(record.amount, record.currency)
        what = f"Xendit gave back {back} by {record.id}, of which the shop knows nothing."
        yield of_order(order, Kind.REFUND_MISSING, what, BY_HAND.format(order.number))


def _minor(amount: Decimal | None, currency: str) -> int | None:
    try:
        return None if amount is None or currency not in CURRENCIES else from_major(amount, currency)
    except InexactAmount:
        return None


def _money(amount: Decimal | None, currency: str) -> str:
    """Xendit's major units as people read them, or as they are."""
    minor = _minor(amount, currency)
    return f"{amount} {currency}" if minor is None else said(minor, currency)
