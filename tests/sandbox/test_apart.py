"""Two sandboxes in one process share nothing: not the clock, not the ids, not the counts of the rate limit."""

from datetime import UTC, datetime, timedelta

import pytest

from sandbox import create_app, server
from sandbox.clock import Clock
from sandbox.memory import accounts
from sandbox.memory.database import Database
from sandbox.memory.ledger import Ledger
from sandbox.memory.rate_limits import QUOTA
from sandbox.objects import payments, sessions
from sandbox.settings import DEFAULT_MERCHANT, DEFAULT_SECRET_KEY, Settings
from sandbox.ticker import run_due

from ..standing_clock import StandingClock
from .conftest import session_request

REQUEST = session_request(reference_id="order-1")


def ledger_of(database):
    accounts.open(database, DEFAULT_SECRET_KEY, DEFAULT_MERCHANT)
    return Ledger(database, DEFAULT_SECRET_KEY)


def paid_session(database):
    """What a sandbox keeps of one session that was made and paid."""
    ledger = ledger_of(database)
    session = sessions.create(ledger, REQUEST, "http://sandbox.test")
    payment = payments.start(ledger, session["payment_session_id"], "QRIS")
    payments.succeed(ledger, session["payment_session_id"], payment["payment_id"], {})
    return sessions.find(ledger, session["payment_session_id"])


def test_the_same_seed_gives_two_sandboxes_the_same_ids_and_times():
    first, second = (server.open_database(Settings(seed=7)) for _ in range(2))

    assert paid_session(first) == paid_session(second)
    assert paid_session(first) != paid_session(server.open_database(Settings(seed=8)))


def test_without_a_seed_no_id_comes_twice():
    assert paid_session(Database())["payment_session_id"] != paid_session(Database())["payment_session_id"]


def test_a_jump_of_one_clock_ends_no_session_of_another_sandbox():
    jumped, other = Database(), Database()
    sessions_of = [sessions.create(ledger_of(each), REQUEST, "http://sandbox.test") for each in (jumped, other)]

    jumped.clock.jump(timedelta(hours=1))
    run_due(jumped)
    run_due(other)

    found = [
        ledger_of(each).session(one["payment_session_id"])
        for each, one in zip((jumped, other), sessions_of, strict=True)
    ]
    assert [session["status"] for session in found] == ["EXPIRED", "ACTIVE"]


def test_a_sandbox_goes_by_the_time_that_it_was_given():
    at = datetime(2026, 1, 5, 10, tzinfo=UTC)
    time = StandingClock(at)
    database = Database(clock=Clock(time))
    session = sessions.create(ledger_of(database), REQUEST, "http://sandbox.test")

    database.clock.sleep(31 * 60)
    run_due(database)

    assert session["created"] == "2026-01-05T10:00:00.000Z"
    assert ledger_of(database).session(session["payment_session_id"])["status"] == "EXPIRED"
    assert time.now() == at + timedelta(minutes=31)


@pytest.mark.parametrize(("calls", "status"), [(QUOTA, 404), (QUOTA + 1, 429)])
def test_calls_to_one_sandbox_do_not_count_for_another(calls, status):
    full, empty = (create_app(Settings(), database) for database in map(limited, (Database(), Database())))

    answers = [ask(full) for _ in range(calls)]

    assert answers[-1] == status
    assert ask(empty) == 404


def limited(database):
    """The same database, whose account has switched the rate limit on."""
    ledger_of(database)
    accounts.change(database, DEFAULT_SECRET_KEY, rate_limited=True)
    return database


def ask(app):
    return app.test_client().get("/sessions/ps-000000000000000000000000", auth=(DEFAULT_SECRET_KEY, "")).status_code
