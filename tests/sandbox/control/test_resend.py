"""Sending webhooks again: one, a choice, all about a session, all since a moment; 500 at most at once."""

import uuid

import pytest

from sandbox.memory.ledger import Ledger

from ..conftest import new_merchant, until
from ..controls import Control

MOST = 500


def add_deliveries(here, merchant, session, count):
    """Deliveries that were never sent, as many as no buyer could cause in a test's time."""
    ledger = Ledger(here.database, merchant.key)
    data = {"reference_id": session["reference_id"], "payment_session_id": session["payment_session_id"]}
    envelope = {"event": "payment_session.expired", "business_id": session["business_id"], "data": data}
    return [ledger.add_delivery(session["payment_session_id"], envelope, None, state="NOT_TOLD") for _ in range(count)]


def test_one_delivery_is_sent_again_with_the_same_event(merchant, control, buyer, receiver):
    session = merchant.create()
    buyer.fails_by_qr(session)
    (row,) = control.waits_for(session, 1)

    assert control.does("POST", f"deliveries/{row['id']}/resend") == {"resent": 1}

    first, second = receiver.wait_for_all(session, "payment.failure", 2)
    assert first["body"]["data"] == second["body"]["data"]
    tries = until(lambda: control.deliveries(session)[0]["tries"], lambda tries: len(tries) == 2)
    assert [each["by_hand"] for each in tries] == [0, 1]


def test_a_delivery_refused_again_stays_as_it_was_and_the_next_one_leaves(merchant, control, buyer, receiver):
    session, later = merchant.create(), merchant.create()
    buyer.fails_by_qr(session)
    (row,) = control.waits_for(session, 1)
    receiver.statuses[session["reference_id"]] = 500

    for tries in range(2, 20):
        control.does("POST", f"deliveries/{row['id']}/resend")
        until(lambda: control.deliveries(session)[0], lambda row, n=tries: len(row["tries"]) == n)

    assert control.deliveries(session)[0]["state"] == "DELIVERED"
    buyer.fails_by_qr(later)
    receiver.wait_for(later, "payment.failure")


def test_five_hundred_are_sent_again_in_one_call(here, merchant, control, receiver):
    session = merchant.create()
    ids = add_deliveries(here, merchant, session, MOST)

    assert control.does("POST", "deliveries/resend", {"ids": ids}) == {"resent": MOST}

    until(lambda: len(receiver.events(session)), lambda count: count == MOST)
    rows = until(lambda: control.deliveries(session), lambda rows: all(row["state"] == "DELIVERED" for row in rows))
    assert all(len(row["tries"]) == 1 for row in rows)


def test_five_hundred_and_one_are_refused_and_none_is_sent(here, merchant, control):
    session = merchant.create()
    ids = add_deliveries(here, merchant, session, MOST + 1)
    about_session = {"session_id": session["payment_session_id"]}

    for body in ({"ids": ids}, about_session):
        refused = control.asks("POST", "deliveries/resend", json=body)
        assert refused.status_code == 400
        assert str(MOST) in refused.json()["message"]
    assert all(row["tries"] == [] for row in control.deliveries(session))


def test_all_of_a_session_are_sent_again(merchant, control, buyer, receiver):
    session, other = merchant.create(), merchant.create()
    buyer.pays_by_qr(session)
    buyer.fails_by_qr(other)
    control.waits_for(session, 2)
    control.waits_for(other, 1)

    assert control.does("POST", "deliveries/resend", {"session_id": session["payment_session_id"]})["resent"] == 2

    receiver.wait_for_all(session, "payment.capture", 2)
    receiver.wait_for_all(session, "payment_session.completed", 2)
    assert len(receiver.events(other)) == 1


def test_all_since_a_moment_are_sent_again(merchant, control, buyer, receiver, time):
    early, late = merchant.create(), merchant.create()
    control.does("POST", "clock", {"action": "stop"})
    buyer.fails_by_qr(early)
    control.waits_for(early, 1)
    since = control.jumps(60)["now"]
    buyer.fails_by_qr(late)
    control.waits_for(late, 1)

    assert control.does("POST", "deliveries/resend", {"since": since}) == {"resent": 1}

    receiver.wait_for_all(late, "payment.failure", 2)
    assert len(receiver.events(early)) == 1


def test_anothers_delivery_is_not_sent_again(here, merchant, control, buyer, receiver):
    session = merchant.create()
    buyer.fails_by_qr(session)
    (row,) = control.waits_for(session, 1)
    other = Control(here.address, new_merchant(here, receiver).key)

    assert other.asks("POST", f"deliveries/{row['id']}/resend").status_code == 404
    assert other.does("POST", "deliveries/resend", {"ids": [row["id"]]}) == {"resent": 0}
    assert other.does("POST", "deliveries/resend", {"session_id": session["payment_session_id"]}) == {"resent": 0}


def test_an_address_that_cannot_be_stops_nobodys_webhooks(merchant, control, buyer, receiver):
    session, later = merchant.create(), merchant.create()
    merchant.sets(webhook_url="http://impossible..name/")
    control.turns_dial("repeat", 40)
    buyer.fails_by_qr(session)
    until(lambda: control.deliveries(session), lambda rows: all(row["tries"] for row in rows))

    merchant.sets(webhook_url=receiver.url)
    control.turns_dial("on_time")

    buyer.fails_by_qr(later)
    receiver.wait_for(later, "payment.failure")
    assert control.deliveries(session)[0]["tries"][0]["status"] is None


@pytest.mark.parametrize("body", [
    {}, {"ids": 7}, {"ids": ["7"]}, {"ids": [True]}, {"ids": [2**70]}, {"ids": [-1]}, {"since": "now"},
    {"since": None},
    {"session_id": ["x"]}, {"session_id": 7}, {"all": True}, [],
])  # fmt: skip
def test_a_choice_that_makes_no_sense_is_refused_with_a_sentence(control, body):
    refused = control.asks("POST", "deliveries/resend", json=body)

    assert refused.status_code == 400
    assert refused.json()["message"].endswith(".")


def test_an_unknown_delivery_is_not_found(control):
    for delivery_id in (uuid.uuid4().int % 10**9 + 10**9, 2**70):
        assert control.asks("POST", f"deliveries/{delivery_id}/resend").status_code == 404
