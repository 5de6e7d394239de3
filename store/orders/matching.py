"""Does Xendit's record fit the attempt? Whatever differs from what was frozen when it was sent pays nothing."""

from ..models import Attempt
from ..rules.money import exact
from ..xendit import PaymentRecord, Session
from .records import Record, is_of

CURRENCY_LENGTH = 3
# Of a number that nobody would write as a sum so many characters are shown.
SUM_LENGTH = 40


def problem(attempt: Attempt, record: Record) -> str | None:
    """Say what does not fit in a record with money, or of a session that claims to be paid; None if all of it fits."""
    return _session_problem(attempt, record.session) or _payment_problem(attempt, record)


def money_of(payment: PaymentRecord) -> int | None:
    """Return what came, or what is reserved, in minor units of the payment's currency; None if nothing says."""
    value = payment.captured if payment.is_captured else payment.asked
    return exact(value, payment.currency) or None


def is_new_money(attempt: Attempt, session: Session, payment: PaymentRecord | None) -> bool:
    """Tell whether a payment of this session was captured that is not on record: nobody has decided about it."""
    if payment is None or not payment.is_captured or money_of(payment) is None:
        return False
    is_known = payment.id in {each.payment_id for each in attempt.payments}
    return not is_known and is_of(payment, session.payment_request_id, attempt.reference)


def _session_problem(attempt: Attempt, session: Session) -> str | None:
    if session.id != attempt.session_id or session.reference != attempt.reference:
        return "the session at Xendit belongs to another reference."
    if _differ(session.business_id, attempt.business_id):
        return "the session at Xendit belongs to another account."
    if session.type != "PAY":
        return f"the session at Xendit is of type {session.type[:20]}."
    if not _is_asked(attempt, session.amount, session.currency):
        return f"Xendit's record shows {_shown(session.amount, session.currency)}."
    return None


def _payment_problem(attempt: Attempt, record: Record) -> str | None:
    payment = record.payment
    if payment is None:
        return "Xendit calls the session completed, but names no payment."
    if not is_of(payment, record.session.payment_request_id, attempt.reference):
        return "its payment belongs to another reference."
    if _differ(payment.business_id, attempt.business_id or record.session.business_id):
        return "its payment belongs to another account."
    if not payment.is_captured:
        return f"Xendit calls the session {record.session.status}, but its payment is {payment.status[:20]}."
    if not _is_asked(attempt, payment.captured, payment.currency):
        return f"Xendit captured {_shown(payment.captured, payment.currency)}."
    return None


def _differ(one: str | None, other: str | None) -> bool:
    """Tell whether two names of accounts differ; what names none differs from nothing."""
    return None not in (one, other) and one != other


def _is_asked(attempt: Attempt, value: object, currency: str) -> bool:
    return currency == attempt.currency and exact(value, currency) == attempt.amount


def _shown(value: object, currency: str) -> str:
    """Return a sum as Xendit names it, which may be in no currency that we know, if it names any."""
    if value is None:
        return "a sum that its record does not name"
    return f"{str(value)[:SUM_LENGTH]} {currency[:CURRENCY_LENGTH]}"
