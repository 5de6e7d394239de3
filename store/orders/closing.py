"""The steps that close an unpaid order, inside the caller's transaction.

The order of things is the point: first the provider ends every session whose link was shown, and
only then does the stock go back. So "canceled, then paid" is a rare case and not the usual one.
"""

from ..catalog import stock
from ..models import Attempt, Order
from ..rules.clock import now
from ..rules.status import AttemptStatus, OrderStatus


def begin(order: Order, cause: str) -> None:
    """Move a pending order to closing, and retire the attempts that nobody can pay."""
    if order.is_pending:
        order.move_to(OrderStatus.CLOSING, cause)
    for attempt in order.attempts:
        if attempt.status == AttemptStatus.NEW:
            attempt.move_to(AttemptStatus.CANCELED, cause)
        elif attempt.status == AttemptStatus.SENT and not attempt.session_id and attempt.expires_at <= now():
            attempt.move_to(AttemptStatus.EXPIRED, "its link was never shown")


def finish_if_clear(order: Order, cause: str) -> None:
    """Cancel a closing order and give its stock back, once no attempt can take money any more."""
    if order.is_closing and not any(_blocks(attempt) for attempt in order.attempts):
        order.move_to(OrderStatus.CANCELED, cause)
        stock.give_back(order.lines)


def _blocks(attempt: Attempt) -> bool:
    if attempt.status == AttemptStatus.SENT:
        # Its answer never came. It may exist, but its link was never shown.
        return attempt.expires_at > now()
    return attempt.status in (AttemptStatus.NEW, AttemptStatus.ACTIVE, AttemptStatus.SUSPECT)
