"""Getting an order paid: `start` finds or opens the page at Xendit on which the buyer can pay.

No transaction is ever open while we wait for Xendit. What the buyer may do is decided and reserved
in one, the call comes after it, and what came of the call is written to rows that are read again.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import NamedTuple

from sqlalchemy import bindparam

from ..config import Settings
from ..database import UNAVAILABLE, db, reason, retried, transaction, write_row
from ..models import Attempt, Order
from ..rules import clock
from ..rules.clock import now
from ..rules.schedule import IN_FLIGHT, is_in_flight, session_end
from ..rules.status import AttemptStatus, CaseKind, OrderStatus
from ..xendit import Client, ProviderRefused, Session, SessionRequest, XenditError
from . import refusals, unwritten
from .finding import lock, lock_with_attempt
from .session_request import fingerprint, session_request
from .settling import close, end_session, settle

LOOK_FOR_OTHER_CLICK = 0.2  # seconds
# So many sessions are asked for at one press of the button, each with references of its own.
MOST_REQUESTS = 3

ATTEMPTS, ORDERS = Attempt.__table__, Order.__table__
# The order's row is locked first, as everywhere.
AS_IT_WAS_SENT = (
    ATTEMPTS.select()
    .select_from(ORDERS.join(ATTEMPTS))
    .where(
        ATTEMPTS.c.id == bindparam("attempt"),
        ATTEMPTS.c.status == AttemptStatus.SENT,
        ORDERS.c.status == OrderStatus.PENDING,
        ORDERS.c.set_aside.is_(False),
        ORDERS.c.attention.is_(None),
    )
    .with_for_update()
)

log = logging.getLogger(__name__)


class NotPayable(Exception):
    """The order cannot be paid now: it is paid, closing or canceled, or a person must look first."""


class HoldOver(NotPayable):
    """Too little is left of the time for which goods are held, so the order has been closed, or is closing."""


class PaymentUnavailable(Exception):
    """No payment page could be opened. No money was taken, the order stays, trying again is safe."""


class PaymentRefused(PaymentUnavailable):
    """The same, but trying again helps only once the shop has acted: Xendit refuses what it is asked."""


class Claim(NamedTuple):
    """What is to be done for a buyer who wants to pay. Without a request: go on with that session."""

    attempt_id: int
    request: SessionRequest | None = None
    session_id: str | None = None
    to_end: str | None = None  # why that session must end first


def start(order_id: int, provider: Client, settings: Settings, claim: Claim | None = None) -> str:
    """Return the address of a page on which the buyer can pay this order; a `claim` is what is reserved already.

    The same session while there is an active one that says what the order says, a fresh attempt
    otherwise; so two clicks at once get one session. The address is a secret: do not store or log it.
    Raises NotPayable or PaymentUnavailable.
    """
    try:
        return _page_to_pay_on(order_id, provider, settings, claim)
    except HoldOver:
        close(order_id, provider, "the hold is over", may_wait=True)
        raise


def _page_to_pay_on(order_id: int, provider: Client, settings: Settings, claim: Claim | None) -> str:
    deadline = clock.monotonic() + IN_FLIGHT.total_seconds()
    requests = 0
    while clock.monotonic() < deadline and requests < MOST_REQUESTS:
        claim, link = claim or _claim(order_id, settings), None
        if claim.request:
            requests += 1
            link = _open_session(claim, provider, is_last=requests == MOST_REQUESTS)
        elif claim.session_id:
            link = _resume_session(claim, provider)
        elif not _write_what_is_kept(claim.attempt_id):
            clock.sleep(LOOK_FOR_OTHER_CLICK)
        if link:
            return link
        claim = None
    raise PaymentUnavailable


@retried
def _claim(order_id: int, settings: Settings) -> Claim:
    """Decide what to do for a buyer who wants to pay, and reserve the call if there is one to make."""
    with transaction():
        order = lock(order_id)
        if not order.can_be_paid:
            raise NotPayable
        end = session_end(order.hold_expires_at, order.created_at, settings.shop.hold_minutes, now())
        if active := order.active_attempt:
            to_end = _why_to_end(active, end, settings)
            return Claim(active.id, session_id=active.session_id, to_end=to_end)
        newest = order.newest_attempt
        if _is_under_way(newest):
            return Claim(newest.id)
        if end is None:
            raise HoldOver
        attempt = newest if newest.status == AttemptStatus.NEW else order.add_attempt()
        order.hold_expires_at = attempt.expires_at = end
        db.session.flush()
        write_row(attempt.sent())
        request = session_request(order, attempt, settings)
        attempt.told = fingerprint(request)
        return Claim(attempt.id, request=request)


def _is_under_way(attempt: Attempt) -> bool:
    """Tell whether another click is at Xendit for this attempt, or what came of that is still to be written down."""
    if unwritten.is_kept(attempt.id):
        return True
    return attempt.status == AttemptStatus.SENT and not attempt.trouble and is_in_flight(attempt.sent_at, now())


def _why_to_end(active: Attempt, end: datetime | None, settings: Settings) -> str | None:
    """Say why a new session should take the place of this one, if it should and one can be made."""
    if end is None:
        return None
    if end > active.order.hold_expires_at:
        return "too little time left to pay"
    if active.told not in (None, fingerprint(session_request(active.order, active, settings))):
        return "Xendit was told something else"
    return None


def _open_session(claim: Claim, provider: Client, is_last: bool) -> str | None:
    """Return the link of a new session; None if another try may do at once, unless this one `is_last`."""
    try:
        session = provider.create_session(claim.request)
    except XenditError as error:
        log.warning("%s: no session, %s", claim.request.reference, error)
        is_refused = isinstance(error, ProviderRefused)
        goes_on = is_refused and error.calls_for_another and not is_last
        _write_or_keep(claim, partial(_note_trouble, claim.attempt_id, error, goes_on))
        if goes_on:
            return None
        raise (PaymentRefused if is_refused else PaymentUnavailable) from error
    if not _write_or_keep(claim, partial(_keep_session, claim.attempt_id, session)):
        raise NotPayable
    return session.link


def _write_or_keep(claim: Claim, write: Callable[[], bool | None]) -> bool | None:
    """Write down what Xendit has answered. Where that cannot be done now, no link is shown, and it is done later."""
    try:
        return write()
    except UNAVAILABLE as error:
        log.error("%s: Xendit's answer is written down later: %s", claim.request.reference, reason(error))
        unwritten.keep(claim.attempt_id, write, claim.request.expires_at)
        raise PaymentUnavailable from error


def _write_what_is_kept(attempt_id: int) -> bool:
    try:
        return unwritten.write(attempt_id)
    except UNAVAILABLE as error:
        raise PaymentUnavailable from error


@retried
def _keep_session(attempt_id: int, session: Session) -> bool:
    """Store the new session's id; tell whether the buyer may be sent there.

    Meanwhile a webhook may have settled the attempt, or the buyer may have canceled the order.
    """
    with transaction():
        if _open_at_once(attempt_id, session):
            return True
        order, attempt = lock_with_attempt(attempt_id)
        attempt.session_id, attempt.business_id = session.id, session.business_id
        order.close_cases(CaseKind.REFUSED)
        if attempt.status == AttemptStatus.SENT and order.can_be_paid and order.active_attempt is None:
            attempt.move_to(AttemptStatus.ACTIVE, "Xendit made the session")
        attempt.plan_next_check()
        if attempt.status == AttemptStatus.ACTIVE and order.can_be_paid:
            return True
        if attempt.is_open:
            attempt.next_check_at = now()
        return False


def _open_at_once(attempt_id: int, session: Session) -> bool:
    """Store it if nothing has happened to the order since it was sent: mostly so, and others wait for the lock."""
    connection = db.session.connection()
    found = connection.execute(AS_IT_WAS_SENT, {"attempt": attempt_id}).mappings().one_or_none()
    if found is None:
        return False
    attempt = Attempt(**found)
    event = attempt.opened(session.id, session.business_id)
    told = {name: getattr(attempt, name) for name in ("session_id", "business_id", "status", "next_check_at")}
    connection.execute(ATTEMPTS.update().where(ATTEMPTS.c.id == attempt_id), told)
    write_row(event)
    return True


@retried
def _note_trouble(attempt_id: int, error: XenditError, goes_on: bool) -> None:
    """After a call that certainly did nothing another attempt may follow; otherwise it stays SENT: the session may
    exist.
    """
    with transaction():
        order, attempt = lock_with_attempt(attempt_id)
        attempt.trouble = str(error)[:200]
        if error.did_nothing and attempt.status == AttemptStatus.SENT:
            attempt.move_to(AttemptStatus.REJECTED, f"no session was made: {error}")
        if isinstance(error, ProviderRefused) and not goes_on:
            refusals.note_at(order, error)
        attempt.plan_next_check()


def _resume_session(claim: Claim, provider: Client) -> str | None:
    """Return the link of the open session; None if it has just ended, so that the caller asks again."""
    try:
        if claim.to_end:
            session = end_session(claim.attempt_id, provider, claim.to_end)
        else:
            session = settle(claim.attempt_id, provider, "the buyer goes on to pay")
    except XenditError as error:
        raise (PaymentRefused if _needs_the_shop(error) else PaymentUnavailable) from error
    if session is None:
        return None
    if session.is_active and not claim.to_end and provider.hosts.allows(session.link or ""):
        return session.link
    if db.session.get_one(Attempt, claim.attempt_id).status == AttemptStatus.ACTIVE:
        raise PaymentUnavailable
    return None


def _needs_the_shop(error: XenditError) -> bool:
    return isinstance(error, ProviderRefused) and not error.is_passing
