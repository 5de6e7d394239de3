"""Xendit has answered, and the database cannot take it: no second session, no link that nobody knows of."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from store.database import UNAVAILABLE, db
from store.models import Order
from store.orders import paying, unwritten
from store.rules.schedule import IN_FLIGHT
from store.rules.status import AttemptStatus
from store.sqlite import driver

from ...databases import only_sqlite
from ...waiting import PATIENCE, wait_until
from ..meanwhile import Meanwhile
from .conftest import Desk

pytestmark = only_sqlite


@contextmanager
def held(desk: Desk) -> Iterator[None]:
    """Let somebody hold the database from the next create call on."""
    provider = desk.provider
    with closing(driver.connect(desk.shop.database.path, isolation_level=None, check_same_thread=False)) as holder:

        def holds() -> None:
            if not holder.in_transaction:
                holder.execute("BEGIN IMMEDIATE")

        desk.provider = Meanwhile(provider, holds, "create_session")
        yield
    desk.provider = provider


def newest(order: Order):
    db.session.rollback()
    db.session.refresh(order)
    return order.newest_attempt


def test_no_link_is_shown_that_is_not_written_down_and_the_next_press_leads_to_the_same_session(desk: Desk):
    order = desk.places()
    with held(desk), pytest.raises(paying.PaymentUnavailable):
        desk.starts(order)

    link = desk.starts(order)

    made = desk.shop.sandbox.session(newest(order).session_id)
    assert link == made["payment_link_url"]
    assert len(order.attempts) == 1
    assert not unwritten.is_kept(newest(order).id)


def test_it_is_written_down_without_another_press(desk: Desk):
    order = desk.places()
    with held(desk), pytest.raises(paying.PaymentUnavailable):
        desk.starts(order)

    wait_until(lambda: newest(order).status == AttemptStatus.ACTIVE)
    wait_until(lambda: not unwritten.is_kept(newest(order).id))


def test_a_press_while_the_database_is_still_held_makes_no_second_session(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(unwritten, "AGAIN_EVERY", PATIENCE)  # so that only a press writes it down
    order = desk.places()
    with held(desk):
        with pytest.raises(paying.PaymentUnavailable):
            desk.starts(order)
        with pytest.raises(UNAVAILABLE):
            desk.starts(order)

    desk.waits(seconds=IN_FLIGHT.total_seconds())
    assert desk.starts(order)
    assert len(newest(order).order.attempts) == 1


def test_a_refusal_that_could_not_be_written_down_keeps_nobody_waiting(desk: Desk):
    order = desk.places()
    desk.shop.sandbox.spoil("create_session", "error", status=500)
    with held(desk), pytest.raises(paying.PaymentUnavailable):
        desk.starts(order)

    assert desk.starts(order)
    assert len(newest(order).order.attempts) == 2
