"""What is odd about an order and known: cases for a person, decided ones, and money that is due back."""

from collections.abc import Iterator

from ..models import Case, Order
from ..rules.status import CaseKind
from .differences import Difference, Kind, of_order, said

NOTHING = "Nothing is to be done."
# What a person does about a case; {} stands for the order's number.
ADVICE = {
    CaseKind.MISMATCH: "Compare it with Xendit's dashboard, then: flask --app app decide {} accept|reject NOTE",
    CaseKind.STOCK_GONE: "Give it back: flask --app app refund {}; or, with stock again: decide {} accept NOTE",
    CaseKind.SECOND_PAYMENT: "Give it back: flask --app app refund {}; or keep it: decide {} accept NOTE",
    CaseKind.REFUND_FAILED: "To try again: flask --app app decide {} reject NOTE; to keep the money: accept",
    CaseKind.REFUSED: "Mend what Xendit refuses, such as the key; the next call that works ends this.",
    CaseKind.AUTHORIZED: "Capture the money in Xendit's dashboard, or release it.",
    CaseKind.UNSURE: "Look in Xendit's dashboard whether anything was paid: flask --app app decide {} accept NOTE",
}


def known(order: Order) -> Iterator[Difference]:
    """Yield what a person already knows about an order, or can know."""
    for case in order.cases:
        if case.is_open:
            yield of_order(order, Kind.CASE, case.reason, ADVICE[CaseKind(case.kind)].replace("{}", order.number))
        elif case.verdict is not None:
            yield of_order(order, Kind.DECIDED, _decision(case), NOTHING)
    for payment in order.payments:
        if payment.is_due_back:
            what = f"{said(payment.refundable, payment.currency)} of payment {payment.payment_id} are due back."
            yield of_order(order, Kind.REFUND_DUE, what, f"Give it back: flask --app app refund {order.number}")


def _decision(case: Case) -> str:
    note = f'"{case.note}"' if case.note else "without a note"
    return f"{case.reason} Decided on {case.closed_at:%Y-%m-%d}: {case.verdict}, {note}."
