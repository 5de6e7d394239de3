"""Looks at attempts that are due, webhook or not: the poll, the end of holds, and closing orders.

`schedule.py` says when an attempt is due; what its session is worth, `settling.py` finds out.
"""

import logging

from sqlalchemy import Select

from ..database import db, retried, transaction
from ..models import Attempt, Order
from ..rules import chance
from ..rules.clock import now
from ..rules.schedule import FURTHEST, FURTHEST_WHILE_OPEN, TRY_AGAIN_SPREAD, try_again_after
from ..rules.status import OPEN_ATTEMPT, AttemptStatus
from ..xendit import Client, NotSent, ProviderUnavailable, XenditError
from . import closing, queues, settling
from .finding import lock_with_attempt

log = logging.getLogger(__name__)


def take(limit: int) -> list[int]:
    """Reserve up to `limit` attempts that are due, and return their ids.

    Whoever has waited longest comes first: where the limit does not reach, nobody waits for ever.
    """
    return queues.leased((*_strays(), _due()), limit)


def _due() -> Select[Attempt]:
    return db.select(Attempt).where(Attempt.next_check_at <= now()).order_by(Attempt.next_check_at, Attempt.id)


def _strays() -> tuple[Select[Attempt], ...]:
    """Find what is planned further ahead than anything is: the clock went back since, and it must not wait for that."""
    is_in_plan = db.or_(Attempt.status != AttemptStatus.SENT, Attempt.expires_at > now())
    still_open = db.select(Attempt).where(Attempt.status.in_(OPEN_ATTEMPT), is_in_plan)
    ended = db.select(Attempt).where(Attempt.status.in_(sorted(set(AttemptStatus) - OPEN_ATTEMPT)))
    return (
        still_open.where(Attempt.next_check_at > now() + FURTHEST_WHILE_OPEN),
        ended.where(Attempt.next_check_at > now() + FURTHEST),
    )


def check(attempt_id: int, provider: Client) -> None:
    """Do what is due for one attempt, and plan the next look."""
    try:
        _do_what_is_due(attempt_id, provider)
    except XenditError as error:
        log.warning("check of an attempt: %s", error)
        _plan_next(attempt_id, error)
    else:
        _plan_next(attempt_id)


def _do_what_is_due(attempt_id: int, provider: Client) -> None:
    attempt = db.session.get_one(Attempt, attempt_id)
    order = attempt.order
    if order.is_closing and not (order.is_suspect or order.is_authorized):
        settling.close(order.id, provider, "no attempt can be paid any more")
    elif _has_run_out(order):
        settling.close(order.id, provider, "the hold is over", if_still=_has_run_out)
    elif order.can_be_paid and attempt.status == AttemptStatus.NEW:
        settling.close(order.id, provider, "its payment was never started", if_still=_was_never_sent)
    elif _is_superfluous(attempt):
        settling.end_session(attempt_id, provider, "the order needs it no more")
    else:
        settling.settle(attempt_id, provider, "poll")


def _has_run_out(order: Order) -> bool:
    return order.can_be_paid and order.hold_is_over


def _was_never_sent(order: Order) -> bool:
    return order.can_be_paid and order.newest_attempt.status == AttemptStatus.NEW


def _is_superfluous(attempt: Attempt) -> bool:
    """Tell whether this open session could only take money that nobody wants."""
    if not attempt.is_open or attempt.session_id is None or attempt.payments:
        return False
    active = attempt.order.active_attempt
    return not attempt.order.can_be_paid or (active is not None and active is not attempt)


@retried
def _plan_next(attempt_id: int, error: XenditError | None = None) -> None:
    """Set when to look again; but an order that does not come to its end, whatever Xendit answers, ends here."""
    with transaction():
        order, attempt = lock_with_attempt(attempt_id)
        if not isinstance(error, NotSent):
            attempt.failed_looks = attempt.failed_looks + 1 if error or order.is_closing else 0
        attempt.plan_next_check()
        if isinstance(error, ProviderUnavailable) and not attempt.is_settled:
            spread = chance.between(*TRY_AGAIN_SPREAD)
            # A call that the breaker held back tells nothing new of Xendit.
            failed_looks = 1 if isinstance(error, NotSent) else attempt.failed_looks
            attempt.next_check_at = now() + try_again_after(failed_looks) * spread
        closing.give_up_if_late(order)
