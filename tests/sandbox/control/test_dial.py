"""The delivery dial: each position does what it says to the webhooks, and nothing to the records."""

from itertools import pairwise

import pytest

from ..conftest import COMPONENTS, new_customer, new_merchant
from ..controls import Control, names

CAPTURE, COMPLETED = "payment.capture", "payment_session.completed"
FAILURE, EXPIRED = "payment.failure", "payment_session.expired"


def test_on_time_each_event_leaves_once(merchant, control, buyer, receiver):
    session = merchant.create()

    buyer.pays_by_qr(session)

    assert sorted(row["event"] for row in control.waits_for(session, 2)) == [CAPTURE, COMPLETED]
    assert sorted(receiver.events(session)) == [CAPTURE, COMPLETED]


@pytest.mark.parametrize("sent", [
    {}, {"allowed_payment_channels": ["CARDS"]}, {"capture_method": "MANUAL"}, COMPONENTS,
    {"session_type": "SAVE", "amount": 0, "customer": new_customer()}, {"allowed_payment_channels": ["DANA"]},
])  # fmt: skip
def test_before_the_answer_the_webhooks_are_there_when_the_session_is_made(merchant, control, receiver, sent):
    control.turns_dial("before_answer")

    session = merchant.create(**sent)

    assert session["status"] == "ACTIVE"
    assert COMPLETED in receiver.events(session)
    assert all(row["tries"] for row in control.deliveries(session))
    assert merchant.session(session)["status"] == "COMPLETED"


def test_a_shop_that_cannot_answer_while_it_waits_gets_its_session_after_a_while(merchant, control, receiver):
    control.turns_dial("before_answer")
    reference_id = "a shop with one thread"
    receiver.delays[reference_id] = 5

    session = merchant.create(reference_id=reference_id)

    assert [row["tries"] for row in control.deliveries(session)] == [[], []]


def test_before_the_redirect_the_webhooks_are_answered_when_the_buyer_returns(merchant, control, buyer, receiver):
    control.turns_dial("before_redirect")
    session = merchant.create()
    receiver.delays[session["reference_id"]] = 0.3

    returned = buyer.pays_by_qr(session)

    assert returned.headers["Location"] == session["success_return_url"]
    assert [row["tries"][0]["status"] for row in control.deliveries(session)] == [200, 200]


def test_late_webhooks_leave_after_so_many_seconds_of_the_clock(merchant, control, buyer, time):
    control.turns_dial("late", 90)
    session = merchant.create()
    control.does("POST", "clock", {"action": "stop"})
    buyer.pays_by_qr(session)

    control.jumps(89)
    assert [row["tries"] for row in control.deliveries(session)] == [[], []]
    control.jumps(1)

    assert all(row["state"] == "DELIVERED" for row in control.waits_for(session, 2))


def test_never_sent_webhooks_are_written_down_and_can_be_sent_by_hand(merchant, control, buyer, receiver):
    control.turns_dial("never")
    session = merchant.create()

    buyer.pays_by_qr(session)

    rows = control.waits_for(session, 2)
    assert [(row["state"], row["tries"]) for row in rows] == [("NOT_TOLD", [])] * 2
    assert merchant.session(session)["status"] == "COMPLETED"
    control.does("POST", f"deliveries/{rows[0]['id']}/resend")
    receiver.wait_for(session, CAPTURE)


def test_repeats_come_one_after_another(merchant, control, buyer, receiver):
    control.turns_dial("repeat", 3)
    session = merchant.create()
    receiver.delays[session["reference_id"]] = 0.2

    buyer.fails_by_qr(session)

    came = [webhook["at"] for webhook in receiver.wait_for_all(session, FAILURE, 3)]
    assert all(later - earlier >= 0.2 for earlier, later in pairwise(came))


def test_a_repeat_comes_though_the_one_before_was_refused(merchant, control, buyer, receiver):
    control.turns_dial("repeat", 2)
    session = merchant.create()
    receiver.statuses[session["reference_id"]] = 500

    buyer.fails_by_qr(session)

    assert [len(row["tries"]) for row in control.waits_for(session, 2)] == [1, 1]


def test_copies_at_once_are_on_the_way_at_the_same_time(merchant, control, buyer, receiver):
    control.turns_dial("at_once", 25)
    session = merchant.create()
    receiver.delays[session["reference_id"]] = 30

    buyer.fails_by_qr(session)

    came = [webhook["at"] for webhook in receiver.wait_for_all(session, FAILURE, 25)]
    assert max(came) - min(came) < 30, "one waited until another was answered"


def test_swapped_the_session_is_told_before_the_payment(merchant, control, buyer, receiver, webhooks):
    control.turns_dial("swapped")
    session = merchant.create()
    receiver.delays[session["reference_id"]] = 0.2

    buyer.pays_by_qr(session)

    control.waits_for(session, 2)
    assert names(webhooks()) == [COMPLETED, CAPTURE]
    completed, capture = webhooks()
    assert capture["at"] - completed["at"] >= 0.2


def test_a_failure_can_follow_a_success(merchant, control, buyer, webhooks):
    control.turns_dial("failure_after_success")
    session = merchant.create()

    buyer.pays_by_qr(session)

    control.waits_for(session, 3)
    told = names(webhooks())
    assert told.index(FAILURE) > told.index(COMPLETED)
    failure = next(each["body"] for each in webhooks() if each["body"]["event"] == FAILURE)
    assert (failure["data"]["status"], failure["api_version"]) == ("FAILED", "v3")
    assert merchant.payment(session)["status"] == "SUCCEEDED"


def test_an_expiry_can_follow_a_payment(merchant, control, buyer, webhooks):
    control.turns_dial("expired_after_paid")
    session = merchant.create()

    buyer.pays_by_qr(session)

    control.waits_for(session, 3)
    told = names(webhooks())
    assert told.index(EXPIRED) > told.index(COMPLETED)
    expired = next(each["body"]["data"] for each in webhooks() if each["body"]["event"] == EXPIRED)
    assert (expired["status"], expired["payment_session_id"]) == ("EXPIRED", session["payment_session_id"])
    assert "payment_id" not in expired
    assert merchant.session(session)["status"] == "COMPLETED"


def test_a_success_that_never_was_can_follow_a_failure(merchant, control, buyer, receiver):
    control.turns_dial("success_after_failure")
    session = merchant.create()

    buyer.fails_by_qr(session)

    control.waits_for(session, 3)
    told = receiver.wait_for(session, COMPLETED)["body"]["data"]
    assert (told["status"], merchant.session(session)["status"]) == ("COMPLETED", "ACTIVE")
    assert receiver.wait_for(session, CAPTURE)["body"]["data"]["payment_id"] == told["payment_id"]
    assert control.ledger(session)["captures"] == []


def test_a_forged_token_is_not_the_merchants_even_when_sent_again(merchant, control, buyer, receiver):
    control.turns_dial("forged_token")
    session = merchant.create()
    receiver.statuses[session["reference_id"]] = 401

    buyer.fails_by_qr(session)
    (row,) = control.waits_for(session, 1)
    control.does("POST", f"deliveries/{row['id']}/resend")

    headers = [webhook["headers"] for webhook in receiver.wait_for_all(session, FAILURE, 2)]
    token = control.does("GET", "account")["webhook_token"]
    assert all(each["x-callback-token"] != token for each in headers)
    (row,) = control.deliveries(session)
    assert row["forged"]
    assert row["tries"][0]["headers"]["x-callback-token"] == headers[0]["x-callback-token"]


def test_a_sessions_dial_goes_before_the_accounts(merchant, control, buyer):
    ours, other = merchant.create(), merchant.create()
    control.turns_dial("never")
    control.turns_dial("on_time", session=ours)

    buyer.fails_by_qr(ours)
    buyer.fails_by_qr(other)

    assert control.waits_for(ours, 1)[0]["state"] == "DELIVERED"
    assert control.waits_for(other, 1)[0]["state"] == "NOT_TOLD"


def test_a_released_session_follows_the_account_again(merchant, control):
    session = merchant.create()
    control.turns_dial("late", 5, session)

    released = control.does("DELETE", f"sessions/{session['payment_session_id']}/dial")

    assert released == {"position": "on_time", "number": 0}


def test_one_merchants_dial_leaves_the_others_webhooks_alone(here, merchant, control, buyer, receiver):
    control.turns_dial("never")
    other = new_merchant(here, receiver)
    session = other.create()

    buyer.fails_by_qr(session)

    receiver.wait_for(session, FAILURE)
    assert Control(here.address, other.key).does("GET", "dial")["position"] == "on_time"


@pytest.mark.parametrize("dial", [
    {}, {"position": "sideways"}, {"position": ["late"]}, {"position": "late", "number": 0},
    {"position": "repeat", "number": 101}, {"position": "late", "number": "5"},
    {"position": "late", "number": True},
    {"position": "late", "seconds": 5}, {"position": "late", "number": 1.5}, [],
])  # fmt: skip
def test_a_dial_that_cannot_be_set_is_refused_with_a_sentence(merchant, control, dial):
    session = merchant.create()

    for path in ("dial", f"sessions/{session['payment_session_id']}/dial"):
        refused = control.asks("PUT", path, json=dial)
        assert refused.status_code == 400
        assert refused.json()["message"].endswith(".")


def test_what_comes_before_the_answer_is_for_accounts_only(merchant, control):
    session = merchant.create()

    path = f"sessions/{session['payment_session_id']}/dial"
    refused = control.asks("PUT", path, json={"position": "before_answer"})

    assert refused.status_code == 400
    assert "account" in refused.json()["message"]


def test_the_dial_of_anothers_session_is_not_found(here, merchant, control, receiver):
    session = new_merchant(here, receiver).create()

    path = f"sessions/{session['payment_session_id']}/dial"

    assert control.asks("PUT", path, json={"position": "never"}).status_code == 404
