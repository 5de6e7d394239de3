"""The inbox of webhooks: stored first, answered, and worked through afterwards.

An event never moves an order; it makes the worker look at Xendit's own record, through
`settling.settle`. What it may leave behind is the reason of a failed try, for the page, and a flag
that a person must look.
"""

import logging
from functools import cache

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import Insert

from ..database import db, insert, retried, transaction
from ..models import Attempt, WebhookEvent
from ..rules.clock import now
from ..rules.schedule import FURTHEST_WEBHOOK, HINTS_APART, LEASE, WEBHOOK_WAITS
from ..rules.status import OPEN_ATTEMPT
from ..xendit import Client, Event, XenditError
from . import queues, refunds, settling
from .finding import lock_with_attempt
from .records import Hint

MONEY_EVENTS = frozenset({"payment.capture", "payment.succeeded", "payment_session.completed"})
FAILURE_EVENTS = frozenset({"payment.failure", "payment.failed"})
EVENTS = WebhookEvent.__table__
# What an event says, as it is called both in the event and in its row; and what is true of one that has just come.
SAID = ("session_id", "payment_id", "payment_request_id", "refund_id", "reference", "failure_code")
NOT_LOOKED_AT = {"tries": 0, "processed_at": None}
NOTING = EVENTS.update().where(EVENTS.c.id == bindparam("event_id"), EVENTS.c.times == bindparam("seen"))
# For statements that change rows of which nobody has loaded any, or looks at them again.
NOTHING_LOADED = {"synchronize_session": False}

log = logging.getLogger(__name__)


@retried
def store(event: Event) -> None:
    """Keep an event. A repeat opens its row again with what it says now.

    So a forged event can never shadow the true one, and a repeat for a settled attempt costs no call.
    """
    row = {name: getattr(event, name) for name in SAID} | NOT_LOOKED_AT
    row |= {"key": event.key, "event": event.name, "times": 1, "due_at": now()}
    with transaction():
        connection = db.session.connection()
        # In one statement: of many copies at once each finds the row or makes it, and none is turned away.
        connection.execute(_keeping(connection.dialect.name), row)


@cache
def _keeping(dialect: str) -> Insert:
    """Return the statement that keeps an event. To put it together for each took two fifths of a webhook's work."""
    row = insert(EVENTS, dialect)
    again = {name: row.excluded[name] for name in (*SAID, *NOT_LOOKED_AT, "due_at")}
    return row.on_conflict_do_update(index_elements=[EVENTS.c.key], set_={**again, "times": EVENTS.c.times + 1})


@retried
def take(limit: int) -> list[int]:
    """Reserve up to `limit` open events that are due, those first that have waited longest, and return their ids.

    Due is also what is planned further ahead than anything is: the clock went back since.
    An event whose every try ended in a failure that nobody foresaw is closed; polling is left to find what it meant.
    """
    still_open = db.select(WebhookEvent.id).where(WebhookEvent.processed_at.is_(None))
    in_turn = still_open.order_by(WebhookEvent.due_at, WebhookEvent.id)
    strays, due = WebhookEvent.due_at > now() + FURTHEST_WEBHOOK, WebhookEvent.due_at <= now()
    kinds = in_turn.where(strays), in_turn.where(due)
    if queues.are_empty(kinds):
        return []
    with transaction():
        return _reserve(queues.locked(kinds, limit))


def _reserve(ids: list[int]) -> list[int]:
    """Count one more try of these events and return them, without those that are given up."""
    may_be_tried = WebhookEvent.id.in_(ids), WebhookEvent.tries <= len(WEBHOOK_WAITS)
    tried = db.update(WebhookEvent).where(*may_be_tried).values(due_at=now() + LEASE, tries=WebhookEvent.tries + 1)
    reserved = set(db.session.scalars(tried.returning(WebhookEvent.id), execution_options=NOTHING_LOADED))
    for event_id in set(ids) - reserved:
        _give_up(db.session.get_one(WebhookEvent, event_id))
    return [event_id for event_id in ids if event_id in reserved]


def _give_up(row: WebhookEvent) -> None:
    """Close an event that was never worked through, however often it was tried."""
    row.processed_at = now()
    log.error("webhook %s, row %s, is given up after %s tries", row.event, row.id, row.tries)


class Look:
    """One look at what an event is about. What came of it is noted once."""

    def __init__(self, row: WebhookEvent) -> None:
        self._seen = {"event_id": row.id, "seen": row.times}
        self._tries = row.tries
        self.is_noted = False

    def note(self, is_heard: bool) -> None:
        """Close the event in the caller's transaction, or plan its next look; one that came again since is due again.

        After its last try it is closed in any case.
        """
        if is_heard or self._tries > len(WEBHOOK_WAITS):
            noted = {"processed_at": now()}
        else:
            noted = {"due_at": now() + WEBHOOK_WAITS[max(self._tries, 1) - 1]}
        db.session.connection().execute(NOTING, self._seen | noted)
        self.is_noted = True


def process(event_id: int, provider: Client) -> None:
    """Do what one event asks for, and note whether it is done or is to be looked at again."""
    row = db.session.get_one(WebhookEvent, event_id)
    look = Look(row)
    is_heard = _is_heard(row, look, provider)
    if not look.is_noted:
        _note(look, is_heard)


@retried
def _note(look: Look, is_heard: bool) -> None:
    with transaction():
        look.note(is_heard)


def _is_heard(row: WebhookEvent, look: Look, provider: Client) -> bool:
    """Look at what an event is about; tell whether that was all."""
    if row.event.startswith("refund."):
        return refunds.hear(refunds.News(row.event, row.refund_id, row.reference, row.failure_code), provider)
    attempt = _attempt_of(row)
    if attempt is None:
        return _look_at_all_open_attempts(row)
    return _settle(row, attempt.id, look, provider)


def _attempt_of(row: WebhookEvent) -> Attempt | None:
    """Find the attempt that an event is about: by its session or payment request, else by a reference that is or
    begins with ours.
    """
    for name in ("session_id", "payment_request_id"):
        value = getattr(row, name)
        attempt = value and db.session.scalar(db.select(Attempt).filter_by(**{name: value}).limit(1))
        if attempt:
            return attempt
    if not row.reference:
        return None
    beginnings = [row.reference[:length] for length in range(1, len(row.reference) + 1)]
    fitting = db.session.scalars(db.select(Attempt).where(Attempt.reference.in_(beginnings)))
    return max(fitting, key=lambda attempt: len(attempt.reference), default=None)


@retried
def _look_at_all_open_attempts(row: WebhookEvent) -> bool:
    """A payment event carries no session id. If its reference is not ours either, any attempt may be meant.

    But not again and again: each attempt is made due by such news once in `HINTS_APART`, and otherwise waits its turn.
    """
    if row.event.startswith(("payment.", "payment_session.")):
        meant = db.select(Attempt.id).where(
            Attempt.next_check_at > now(),
            Attempt.session_id.is_not(None),
            Attempt.status.in_(OPEN_ATTEMPT),
            db.or_(Attempt.hinted_at.is_(None), Attempt.hinted_at <= now() - HINTS_APART, Attempt.hinted_at > now()),
        )
        # Two that waited for each other's rows would never end; whose row is locked is being looked at anyway.
        free = meant.order_by(Attempt.id).with_for_update(skip_locked=True)
        with transaction():
            db.session.execute(
                db.update(Attempt).where(Attempt.id.in_(free)).values(next_check_at=now(), hinted_at=now())
            )
    return True


def _settle(row: WebhookEvent, attempt_id: int, look: Look, provider: Client) -> bool:
    """Look at the attempt that an event is about; tell whether that was all."""
    event, failure_code = row.event, row.failure_code
    is_of_money, is_of_failure = event in MONEY_EVENTS, event in FAILURE_EVENTS
    hint = Hint(row.session_id, row.payment_id if is_of_money else None)

    def note(attempt: Attempt) -> None:
        if not is_of_failure:
            look.note(attempt.has_money or not is_of_money)

    try:
        settling.settle(attempt_id, provider, f"webhook {event}", hint=hint, then=note)
    except XenditError as error:
        log.warning("webhook %s: Xendit did not answer, %s", event, error)
        return False
    if is_of_failure:
        _note_failed_try(attempt_id, failure_code)
    return look.is_noted or not is_of_money or db.session.get_one(Attempt, attempt_id).has_money


@retried
def _note_failed_try(attempt_id: int, failure_code: str | None) -> None:
    """Remember why the buyer's last try failed, for the page. It never closes an order."""
    with transaction():
        _, attempt = lock_with_attempt(attempt_id)
        if attempt.is_open:
            attempt.failure_code = failure_code or "FAILURE_DETAILS_UNAVAILABLE"
