"""The steps that close an unpaid order, each inside the caller's transaction: begin, finish, and give up.

The order of things is the point: first the provider ends every session whose link was shown, and
only then does the stock go back. So "canceled, then paid" is a rare case and not the usual one.
The call to Xendit stands between the steps, in `settling.close`.
"""

from ..catalog import stock
from ..models import Attempt, Order
from ..rules.clock import now
from ..rules.schedule import is_to_be_given_up
from ..rules.status import AttemptStatus, CaseKind, OrderStatus


def begin(order: Order, cause: str) -> None:
    """Move a pending order to closing, retire the attempts that nobody can pay, and finish if that was all."""
    if order.is_pending:
        order.move_to(OrderStatus.CLOSING, cause)
    for attempt in order.attempts:
        if attempt.status == AttemptStatus.NEW:
            attempt.move_to(AttemptStatus.CANCELED, cause)
        elif attempt.status == AttemptStatus.SENT and not attempt.session_id and attempt.expires_at <= now():
            attempt.move_to(AttemptStatus.EXPIRED, "its link was never shown")
    finish_if_clear(order, cause)


def finish_if_clear(order: Order, cause: str) -> None:
    """Cancel a closing order and give its stock back, once no attempt can take money any more."""
    if order.is_closing and not any(_blocks(attempt) for attempt in order.attempts):
        order.move_to(OrderStatus.CANCELED, cause)
        stock.give_back(order)


def give_up_if_late(order: Order) -> None:
    """Cancel an order that is still closing long after its hold, whatever Xendit answers, or if it does not."""
    if not order.is_closing or order.is_suspect or order.is_authorized:
        return
    failed_looks = max(attempt.failed_looks for attempt in order.attempts)
    if not is_to_be_given_up(failed_looks, order.hold_expires_at, now()):
        return
    cause = "Xendit could not be asked in time"
    for attempt in order.attempts:
        if attempt.is_open:
            attempt.move_to(AttemptStatus.EXPIRED, cause)
            attempt.plan_next_check()
    order.open_case(CaseKind.UNSURE, "Canceled without Xendit's word that nothing was paid.")
    finish_if_clear(order, cause)


def _blocks(attempt: Attempt) -> bool:
    if attempt.status == AttemptStatus.SENT:
        # Its answer never came. It may exist, but its link was never shown.
        return attempt.expires_at > now()
    return attempt.status in (AttemptStatus.NEW, AttemptStatus.ACTIVE, AttemptStatus.SUSPECT)
