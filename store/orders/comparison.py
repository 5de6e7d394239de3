"""What the shop has of an order, beside what Xendit has: sessions, payments and refunds, both ways.

Pure comparisons of rows and records that were read before; `reconcile.py` reads them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from ..models import Attempt, Order, Payment, Refund
from ..rules.money import exact
from ..rules.status import AttemptStatus, CaseKind, PaymentStatus, RefundStatus
from ..xendit import PaymentRecord, PaymentRecordStatus, RefundRecord, RefundRecordStatus, Session, SessionStatus
from .differences import Difference, Kind, is_explained, of_attempt, of_order, of_refund, said
from .matching import is_new_money
from .records import is_of

OTHER_ACCOUNT = "If the key is that of another account now, set the one of before; else ask Xendit's support."
REFUSE_MONEY = "End the session in Xendit's dashboard, so that nobody pays it."
ASK_XENDIT = "Compare it with Xendit's dashboard; nothing here changes this by itself."
BY_HAND = (
    "If somebody did that in Xendit's dashboard, write it down: flask --app app refund {} AMOUNT --done-by-hand NOTE."
)
SEEN_AS_ENDED = frozenset({AttemptStatus.EXPIRED, AttemptStatus.CANCELED, AttemptStatus.REJECTED})
# A refund that Xendit has, or may have; one that it rejected it may have made all the same.
SENT_REFUND = frozenset(RefundStatus) - {RefundStatus.NEW, RefundStatus.BY_HAND}

# How Xendit's words read in ours.
PAYMENT_WORDS = {
    PaymentRecordStatus.SUCCEEDED: PaymentStatus.CAPTURED,
    PaymentRecordStatus.AUTHORIZED: PaymentStatus.AUTHORIZED,
    PaymentRecordStatus.CANCELED: PaymentStatus.VOIDED,
    PaymentRecordStatus.EXPIRED: PaymentStatus.EXPIRED,
}
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

    def any_payment(self, is_so: Callable[[PaymentRecord], bool]) -> bool:
        return any(record is not None and is_so(record) for record in self.payments.values())


def compared(order: Order, attempt: Attempt, found: Found) -> Iterator[Difference]:
    """Yield what differs between an attempt and what Xendit has of it."""
    if found.session is None and attempt.session_id:
        what = f"Xendit does not know the session of {attempt.reference}, which is {attempt.status} here."
        yield of_order(order, Kind.SESSION_UNKNOWN, what, OTHER_ACCOUNT)
    elif found.session and not is_explained(order, attempt, CaseKind.MISMATCH):
        yield from _facts(order, attempt, found.session)
        yield from _session_status(order, attempt, found)
    ours = {payment.payment_id: payment for payment in attempt.payments}
    for payment_id, record in found.payments.items():
        payment = ours.get(payment_id)
        if payment is None:
            yield from _money_only_there(order, attempt, found.session, record)
        elif record is None:
            what = f"Xendit does not know payment {payment_id}, over {said(payment.amount, payment.currency)} here."
            yield of_order(order, Kind.PAYMENT_UNKNOWN, what, OTHER_ACCOUNT)
        else:
            yield from _owner(order, attempt, found.session, record)
            yield from _payment(order, attempt, payment, record)


def _facts(order: Order, attempt: Attempt, session: Session) -> Iterator[Difference]:
    """The session is for what the attempt asked."""
    pairs = {
        "is of the reference": (session.reference, attempt.reference),
        "is over": (_money(session.amount, session.currency), said(attempt.amount, attempt.currency)),
        "is of the type": (session.type, "PAY"),
        "is of the account": (session.business_id, attempt.business_id or session.business_id),
    }
    for word, (theirs, ours) in pairs.items():
        if theirs != ours:
            what = f"Xendit's session of {attempt.reference} {word} {theirs or 'nothing'}, but here it {word} {ours}."
            yield of_order(order, Kind.SESSION, what, ASK_XENDIT)


def _session_status(order: Order, attempt: Attempt, found: Found) -> Iterator[Difference]:
    if attempt.status == AttemptStatus.SUSPECT or order.is_decided(attempt) or _agree(attempt, found):
        return
    what = f"Xendit's session of {attempt.reference} is {found.session.status}, but here it is {attempt.status}."
    if not found.session.is_active or attempt.status == AttemptStatus.SENT:
        yield of_attempt(order, attempt, Kind.SESSION, what)
    elif not is_explained(order, attempt, CaseKind.UNSURE):
        yield of_order(order, Kind.SESSION, what, REFUSE_MONEY)


def _agree(attempt: Attempt, found: Found) -> bool:
    match found.session.status:
        case SessionStatus.ACTIVE:
            return attempt.status == AttemptStatus.ACTIVE
        case SessionStatus.COMPLETED:
            # The buyer is through. While money is reserved, or on its way, the attempt stays open; let go, it ends.
            may_end = found.any_payment(lambda each: each.was_let_go) and attempt.status in SEEN_AS_ENDED
            may_wait = found.any_payment(lambda each: each.is_authorized or each.is_pending) and attempt.is_open
            return attempt.status == AttemptStatus.COMPLETED or (
                (may_end or may_wait) and not found.any_payment(lambda each: each.is_captured)
            )
        case SessionStatus.EXPIRED | SessionStatus.CANCELED:
            is_late = attempt.status == AttemptStatus.COMPLETED and bool(attempt.payments)
            return attempt.status in SEEN_AS_ENDED or is_late
    return False


def _money_only_there(
    order: Order, attempt: Attempt, session: Session | None, record: PaymentRecord | None
) -> Iterator[Difference]:
    is_money = record is not None and (record.is_captured or record.is_authorized)
    came_since = session is not None and order.is_decided(attempt) and is_new_money(attempt, session, record)
    if not is_money or (is_explained(order, attempt, CaseKind.MISMATCH) and not came_since):
        return
    does = "took" if record.is_captured else "has reserved"
    money = _money(record.captured if record.is_captured else record.asked, record.currency)
    what = f"Xendit {does} {money} by {record.id} for {attempt.reference}, of which the shop knows nothing."
    yield of_attempt(order, attempt, Kind.PAYMENT_MISSING, what, record.id)


def _owner(order: Order, attempt: Attempt, session: Session | None, record: PaymentRecord) -> Iterator[Difference]:
    """The payment is of the attempt's session."""
    is_its = is_of(record, session and session.payment_request_id, attempt.reference)
    if not is_its and not is_explained(order, attempt, CaseKind.MISMATCH):
        what = f"Payment {record.id} is of {record.reference or 'nothing'} at Xendit, but of {attempt.reference} here."
        yield of_order(order, Kind.PAYMENT, what, ASK_XENDIT)


def _payment(order: Order, attempt: Attempt, payment: Payment, record: PaymentRecord) -> Iterator[Difference]:
    if payment.status != PAYMENT_WORDS.get(record.status):
        what = f"Payment {record.id} is {record.status} at Xendit, but {payment.status} here."
        if payment.is_authorized:
            yield of_attempt(order, attempt, Kind.PAYMENT, what)
        else:
            yield of_order(order, Kind.PAYMENT, what, ASK_XENDIT)
    theirs = record.captured if record.is_captured else record.asked
    if (exact(theirs, record.currency), record.currency) != (payment.amount, payment.currency):
        here = said(payment.amount, payment.currency)
        what = f"Payment {record.id} is over {_money(theirs, record.currency)} at Xendit, but over {here} here."
        if attempt.is_settled or order.is_decided(attempt):
            yield of_order(order, Kind.PAYMENT, what, ASK_XENDIT)
        else:
            yield of_attempt(order, attempt, Kind.PAYMENT, what)


def compared_refund(order: Order, refund: Refund, record: RefundRecord | None) -> Iterator[Difference]:
    """Yield what differs between a refund and Xendit's record of it."""
    if record is None:
        if not refund.is_rejected:
            what = f"Xendit does not know refund {refund.reference}, over {said(refund.amount, refund.currency)} here."
            yield _of_refund(order, refund, Kind.REFUND_UNKNOWN, what)
        return
    if refund.status != REFUND_WORDS.get(record.status):
        what = f"Refund {refund.reference} is {record.status} at Xendit, but {refund.status} here."
        yield _of_refund(order, refund, Kind.REFUND, what)
    is_told = any(case.is_open and case.refund_id == refund.id for case in order.cases)
    if (exact(record.amount, record.currency), record.currency) != (refund.amount, refund.currency) and not is_told:
        here, there = said(refund.amount, refund.currency), _money(record.amount, record.currency)
        what = f"Refund {refund.reference} is over {there} at Xendit, but over {here} here."
        yield of_order(order, Kind.REFUND, what, ASK_XENDIT)


def _of_refund(order: Order, refund: Refund, kind: Kind, what: str) -> Difference:
    """A refund that has come to its end here is not looked at again by anybody."""
    if refund.is_open or refund.is_rejected:
        return of_refund(order, refund, kind, what)
    return of_order(order, kind, what, ASK_XENDIT)


def compared_foreign(order: Order, records: list[RefundRecord]) -> Iterator[Difference]:
    """Yield the refunds that Xendit made of this order's payments and that the shop knows nothing of."""
    refunds = [refund for payment in order.payments for refund in payment.refunds]
    ours = {refund.reference for refund in refunds} | {refund.refund_id for refund in refunds}
    by_hand = [refund.amount for refund in refunds if refund.status == RefundStatus.BY_HAND]
    for record in records:
        amount = exact(record.amount, record.currency)
        if {record.id, record.reference} & ours or record.has_failed or record.was_canceled:
            continue
        if amount in by_hand:
            by_hand.remove(amount)
            continue
        back = _money(record.amount, record.currency)
        what = f"Xendit gave back {back} by {record.id}, of which the shop knows nothing."
        yield of_order(order, Kind.REFUND_MISSING, what, BY_HAND.format(order.number))


def _money(amount: Decimal | None, currency: str) -> str:
    """Xendit's major units as people read them, or as they are."""
    minor = exact(amount, currency)
    return f"{amount} {currency}" if minor is None else said(minor, currency)
