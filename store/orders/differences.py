"""What `reconcile` tells: a difference between two records that should agree, or a case that is known."""

from dataclasses import dataclass
from enum import StrEnum

from ..models import Attempt, Order, Refund
from ..rules.money import CURRENCIES, written
from ..rules.status import CaseKind

FIX = "Run reconcile with --fix: it settles this by Xendit's record."
LOOK = "Nothing here changes this by itself: somebody has written into the database. Compare it with a backup."


class Kind(StrEnum):
    """What is told of. The first three are known, and no difference."""

    CASE = "case"
    DECIDED = "decided"
    REFUND_DUE = "refund_due"

    LINES = "lines"  # do not add up to the order's total
    ATTEMPT = "attempt"  # asked for something else than the total
    CAPTURED = "captured"  # is not what was asked for
    STATUS = "status"  # does not fit the money
    REFUNDED = "refunded"  # more than there was, or another currency
    MOVES = "moves"  # that the tables do not allow, or that do not lead to the status
    PIECES = "pieces"  # that an order took or gave back are not those of its lines
    STOCK = "stock"  # of a product is not what its movements add up to

    SESSION = "session"  # at Xendit says something else
    SESSION_UNKNOWN = "session_unknown"
    PAYMENT = "payment"  # at Xendit says something else
    PAYMENT_MISSING = "payment_missing"  # here: money that only Xendit has
    PAYMENT_UNKNOWN = "payment_unknown"  # to Xendit: money that only the shop has
    REFUND = "refund"  # at Xendit says something else
    REFUND_MISSING = "refund_missing"  # here: money that only Xendit gave back
    REFUND_UNKNOWN = "refund_unknown"  # to Xendit: money that only the shop gave back


KNOWN = frozenset({Kind.CASE, Kind.DECIDED, Kind.REFUND_DUE})


@dataclass(frozen=True)
class Difference:
    """One of them in a sentence, with what to do. It is about an order, by its number, or a product, by its slug.

    `attempt_id`, with Xendit's `payment_id` where it is about one that the shop lacks, or `refund_id` is what `--fix`
    has to look at to settle it, if anything can.
    """

    kind: Kind
    what: str
    advice: str
    order: str | None = None
    product: str | None = None
    attempt_id: int | None = None
    payment_id: str | None = None
    refund_id: int | None = None
    is_fixed: bool = False

    @property
    def is_known(self) -> bool:
        return self.kind in KNOWN


def of_order(order: Order, kind: Kind, what: str, advice: str = LOOK) -> Difference:
    """Return a difference that nothing but a person settles."""
    return Difference(kind, what, advice, order=order.number)


def of_attempt(order: Order, attempt: Attempt, kind: Kind, what: str, payment_id: str | None = None) -> Difference:
    """Return a difference that a look at the attempt's session, and at this payment, may settle."""
    return Difference(kind, what, FIX, order=order.number, attempt_id=attempt.id, payment_id=payment_id)


def of_refund(order: Order, refund: Refund, kind: Kind, what: str) -> Difference:
    """Return a difference that a look at the refund may settle."""
    return Difference(kind, what, FIX, order=order.number, refund_id=refund.id)


def is_explained(order: Order, attempt: Attempt, *kinds: CaseKind) -> bool:
    """Tell whether a case of these kinds, open or decided by a person, accounts for what is odd about an attempt."""
    payment_ids = {payment.id for payment in attempt.payments}
    return any(
        case.kind in kinds
        and (case.is_open or case.verdict is not None)
        and (case.attempt_id in (None, attempt.id))
        and (case.payment_id is None or case.payment_id in payment_ids)
        for case in order.cases
    )


def said(amount: int, currency: str) -> str:
    """Return minor units as people read them, also in a currency that should not be there."""
    return written(amount, currency) if currency in CURRENCIES else f"{amount} {currency}"
