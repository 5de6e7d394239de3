"""Events that come again, and two that tell of the same payment."""

import pytest

from store.orders import inbox
from store.rules.clock import now
from store.rules.schedule import WEBHOOK_WAITS

from ...events import event, payment_event, session_event
from ...in_process import Sandbox
from ..meanwhile import Meanwhile
from .conftest import ALL, Desk, elsewhere, keep


def test_an_event_that_comes_twice_is_kept_once_and_looked_at_again(desk: Desk):
    body = event("payment_session.completed", {"payment_session_id": "ps-1", "status": "COMPLETED"})
    row = keep(body)
    desk.works_through_inbox()
    done = row.processed_at

    again = keep({**body, "created": "2030-01-01T00:00:00Z"})

    assert done is not None
    assert (again.id, again.times, again.tries, again.processed_at) == (row.id, 2, 0, None)
    assert inbox.take(ALL) == [row.id]


def test_an_event_that_comes_again_while_it_is_worked_on_stays_due(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    body = session_event("failed", sandbox.session(order.newest_attempt.session_id))
    row = keep(body)
    (event_id,) = inbox.take(ALL)

    inbox.process(event_id, Meanwhile(desk.provider, lambda: keep(body)))

    assert (row.times, row.processed_at) == (2, None)
    assert inbox.take(ALL) == [event_id]


def test_an_event_that_comes_again_before_it_is_looked_at_waits_as_after_its_first_look(desk: Desk, sandbox: Sandbox):
    body = session_event("completed", sandbox.session(desk.opens().newest_attempt.session_id))
    row = keep(body)
    (event_id,) = inbox.take(ALL)
    keep(body)

    inbox.process(event_id, desk.provider)

    assert row.due_at - now() == WEBHOOK_WAITS[0]


def test_of_two_events_that_tell_of_one_payment_neither_waits_for_the_other(desk: Desk, sandbox: Sandbox):
    """In a burst of hundreds about one order each would use up its tries by waiting."""
    order = desk.opens()
    desk.pays(order)
    session = sandbox.session(order.newest_attempt.session_id)
    first, second = keep(session_event("completed", session)), keep(payment_event("capture", session))
    taken = inbox.take(ALL)

    meanwhile = elsewhere(desk.shop, lambda: inbox.process(second_id, desk.provider))
    second_id = second.id
    inbox.process(first.id, Meanwhile(desk.provider, meanwhile))

    assert taken == [first.id, second_id]
    assert order.is_paid
    assert None not in (first.processed_at, second.processed_at)


def test_an_attempt_is_looked_at_again_after_a_look_that_failed(desk: Desk, sandbox: Sandbox):
    order = desk.opens()
    desk.pays(order)
    session = sandbox.session(order.newest_attempt.session_id)
    first, second = keep(session_event("completed", session)).id, keep(payment_event("capture", session)).id
    inbox.take(ALL)

    with pytest.raises(ZeroDivisionError):
        inbox.process(first, Meanwhile(desk.provider, lambda: 1 / 0))
    inbox.process(second, desk.provider)

    assert order.is_paid
