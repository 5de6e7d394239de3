"""Whether the sandbox is up, and sending all webhooks that are due before the answer comes."""

from datetime import timedelta

import pytest
import requests

from sandbox import timekeeping
from sandbox.clock import Clock
from sandbox.memory import accounts
from sandbox.memory.database import Database
from sandbox.memory.ledger import Ledger

from ...standing_clock import StandingClock
from ..conftest import Here, until


@pytest.fixture(scope="module")
def here():
    """A sandbox where nobody else's webhooks are due."""
    return Here()


def flush(control):
    return control.does("POST", "flush")


def test_it_says_that_it_is_up_under_any_name_and_for_any_key(here):
    answer = requests.get(
        f"{here.address}/_control/health",
        headers={"Host": "sandbox.example"},
        auth=("xnd_public_development_key", ""),
        timeout=30,
    )

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_all_webhooks_that_are_due_have_come_when_the_answer_comes(merchant, control, buyer, receiver):
    sessions = [merchant.create() for _ in range(3)]
    for session in sessions:
        receiver.delays[session["reference_id"]] = 0.3
        buyer.pays_by_qr(session)

    answer = flush(control)

    assert all(len(receiver.events(session)) == 2 for session in sessions)
    assert all(row["state"] == "DELIVERED" for session in sessions for row in control.deliveries(session))
    # Some may have left before the call.
    assert answer["sent"] in range(7) and answer["all"] is True


def test_what_is_due_on_the_clock_happens_and_what_it_announces_is_sent(merchant, control, buyer, receiver, time):
    time.stop()
    session = merchant.create()
    control.turns_dial("late", 60)
    buyer.fails_by_qr(session)
    assert flush(control) == {"sent": 0, "all": True}

    time.stop(time.now() + timedelta(minutes=31))
    flush(control)

    assert sorted(receiver.events(session)) == ["payment.failure"]
    time.stop(time.now() + timedelta(minutes=1))
    flush(control)
    assert sorted(receiver.events(session)) == ["payment.failure", "payment_session.expired"]


def test_what_is_sent_again_by_hand_is_waited_for(merchant, control, buyer, receiver):
    session = merchant.create()
    buyer.fails_by_qr(session)
    (row,) = control.waits_for(session, 1)
    receiver.delays[session["reference_id"]] = 0.5

    control.does("POST", f"deliveries/{row['id']}/resend")
    flush(control)

    assert len(control.deliveries(session)[0]["tries"]) == 2
    receiver.wait_for_all(session, "payment.failure", 2)


@pytest.mark.parametrize("asked", [1, 2])
def test_who_asks_again_while_a_try_is_under_way_gets_another(merchant, control, buyer, receiver, asked):
    session = merchant.create()
    buyer.fails_by_qr(session)
    (row,) = control.waits_for(session, 1)
    receiver.delays[session["reference_id"]] = 0.5

    for count in range(asked):
        control.does("POST", f"deliveries/{row['id']}/resend")
        until(lambda: receiver.events(session), lambda events, n=count: len(events) == n + 2)
    flush(control)

    assert len(control.deliveries(session)[0]["tries"]) == 1 + asked


def test_who_waits_in_vain_is_told_that_not_all_is_sent():
    """Nobody sends here, and the clock goes on only while somebody sleeps."""
    database = Database(clock=Clock(StandingClock()))
    accounts.open(database, "xnd_development_alone", "Toko Siti")
    ledger = Ledger(database, "xnd_development_alone")
    ledger.add_delivery("ps-1", {"event": "payment.capture"}, ledger.clock.stamp())

    assert timekeeping.flush(database) == {"sent": 0, "all": False}
