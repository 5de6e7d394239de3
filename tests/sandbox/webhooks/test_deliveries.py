"""Webhooks: which are sent, what they say, and what follows an answer."""

import re
from datetime import datetime, timedelta

import pytest
import requests

from sandbox.memory.ledger import Ledger
from sandbox.webhooks.deliveries import resend

from ..conftest import WEBHOOK_TOKEN, until
from ..controls import Control


def deliveries(merchant, session):
    return Control(merchant.address, merchant.key).deliveries(session)


def created_stamps(receiver, session):
    return [webhook["body"]["created"] for webhook in receiver.wait_for_all(session, "payment.failure", 7)]


def story(api, session):
    return requests.get(f"{api.address}/dashboard/sessions/{session['payment_session_id']}", timeout=30).text


def test_a_payment_sends_the_capture_and_the_completed_session(api, buyer, receiver):
    session = api.create(metadata={"table": "7"})

    buyer.pays_by_card(session)

    capture = receiver.wait_for(session, "payment.capture")["body"]
    completed = receiver.wait_for(session, "payment_session.completed")["body"]
    payment = capture["data"]
    assert completed["data"] == api.session(session)
    assert payment["payment_id"] == completed["data"]["payment_id"]
    assert payment["payment_request_id"] == completed["data"]["payment_request_id"]
    assert "payment_session_id" not in payment
    assert (payment["status"], payment["channel_code"], payment["request_amount"]) == (
        "SUCCEEDED",
        "CARDS",
        150000,
    )
    assert [capture["capture_amount"] for capture in payment["captures"]] == [150000]
    assert payment["metadata"] == {"table": "7"}


def test_a_webhook_has_the_envelope_and_the_token(api, buyer, receiver):
    session = api.create()

    buyer.pays_by_qr(session)

    webhook = receiver.wait_for(session, "payment.capture")
    headers = {name.lower(): value for name, value in webhook["headers"].items()}
    assert headers["x-callback-token"] == WEBHOOK_TOKEN
    assert headers["content-type"] == "application/json"
    assert webhook["body"]["business_id"] == session["business_id"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", webhook["body"]["created"])


def test_the_card_number_and_the_cvn_are_kept_nowhere(api, buyer, receiver):
    session = api.create()

    buyer.pays_by_card(session)

    sent = str(receiver.wait_for(session, "payment.capture")) + story(api, session)
    assert "4000XXXXXXXX1000" in sent
    assert "4000000000001000" not in sent.replace(" ", "")


def test_a_failed_try_sends_its_failure_code(api, buyer, receiver):
    session = api.create()

    buyer.fails_by_qr(session, "USER_DECLINED_PAYMENT")

    payment = receiver.wait_for(session, "payment.failure")["body"]["data"]
    assert (payment["status"], payment["failure_code"]) == ("FAILED", "USER_DECLINED_PAYMENT")


def test_an_expired_session_is_announced(api, receiver):
    session = api.create()

    api.expire(session)

    data = receiver.wait_for(session, "payment_session.expired")["body"]["data"]
    assert data["status"] == "EXPIRED"
    assert "payment_id" not in data


def test_a_canceled_session_is_not_announced(api, receiver):
    session, later = api.create(), api.create()

    api.cancel(session)

    api.expire(later)
    receiver.wait_for(later, "payment_session.expired")
    assert receiver.events(session) == []


def test_webhooks_leave_at_once_and_nobody_waits_for_the_receiver(api, buyer, receiver):
    session = api.create()
    receiver.delays[session["reference_id"]] = 10

    buyer.pays_by_qr(session)
    while_nobody_has_answered = Control(api.address, api.key).deliveries(session)
    receiver.wait_for(session, "payment.capture")

    assert [delivery["tries"] for delivery in while_nobody_has_answered] == [[], []]


def test_a_delivery_nobody_takes_is_tried_six_times_more_and_then_given_up(merchant, buyer, receiver, time):
    session = merchant.create()
    receiver.statuses[session["reference_id"]] = 503
    time.stop()
    buyer.fails_by_qr(session)
    started = time.now()

    for tries, gap in enumerate((0, 15, 45, 120, 180, 360, 720), start=1):
        time.jump(timedelta(minutes=gap))
        receiver.wait_for_all(session, "payment.failure", tries)

    delivery = until(lambda: deliveries(merchant, session)[0], lambda row: row["state"] == "GIVEN_UP")
    after = [datetime.fromisoformat(stamp) - started for stamp in created_stamps(receiver, session)]
    assert [round(gap / timedelta(minutes=1)) for gap in after] == [0, 15, 60, 180, 360, 720, 1440]
    assert delivery["due_at"] is None


def test_no_retry_comes_before_its_time(merchant, buyer, receiver, time):
    session = merchant.create()
    receiver.statuses[session["reference_id"]] = 500
    time.stop()
    buyer.fails_by_qr(session)
    until(
        lambda: deliveries(merchant, session)[0],
        lambda row: row["state"] == "WAITING" and receiver.events(session),
    )

    time.jump(timedelta(minutes=14))
    later = merchant.create()
    buyer.fails_by_qr(later)
    receiver.wait_for(later, "payment.failure")

    assert receiver.events(session) == ["payment.failure"]


def test_one_jump_of_a_day_makes_up_for_all_retries(merchant, buyer, receiver, time):
    session = merchant.create()
    receiver.statuses[session["reference_id"]] = 500
    buyer.fails_by_qr(session)
    receiver.wait_for(session, "payment.failure")

    time.jump(timedelta(days=1, minutes=1))

    receiver.wait_for_all(session, "payment.failure", 7)
    until(lambda: deliveries(merchant, session)[0], lambda row: row["state"] == "GIVEN_UP")


def test_a_retry_that_is_taken_is_the_last(merchant, buyer, receiver, time):
    session = merchant.create()
    receiver.statuses[session["reference_id"]] = 500
    buyer.fails_by_qr(session)
    until(
        lambda: deliveries(merchant, session)[0],
        lambda row: row["state"] == "WAITING" and receiver.events(session),
    )
    receiver.statuses[session["reference_id"]] = 201

    time.jump(timedelta(minutes=16))

    until(lambda: deliveries(merchant, session)[0], lambda row: row["state"] == "DELIVERED")
    assert len(receiver.events(session)) == 2


@pytest.mark.parametrize(("retries_timeouts", "state"), [(True, "WAITING"), (False, "GIVEN_UP")])
def test_no_answer_in_time_is_tried_again_or_not_as_the_switch_says(merchant, buyer, receiver, retries_timeouts, state):
    merchant.sets(webhook_timeout_seconds=1, retries_timeouts=retries_timeouts)
    session = merchant.create()
    receiver.delays[session["reference_id"]] = 2

    buyer.fails_by_qr(session)

    [tried] = until(lambda: deliveries(merchant, session)[0]["tries"], len)
    assert (tried["status"], tried["answer"]) == (None, "TimeoutError")
    until(lambda: deliveries(merchant, session)[0], lambda row: row["state"] == state)


def test_a_webhook_waits_thirty_seconds_for_an_answer_by_default(merchant):
    assert merchant.sets().webhook_timeout_seconds == 30


@pytest.mark.parametrize(("answer", "state"), [(200, "DELIVERED"), (500, "WAITING")])
def test_sending_again_by_hand_ends_the_retries_only_if_it_is_taken(here, merchant, buyer, receiver, answer, state):
    session = merchant.create()
    receiver.statuses[session["reference_id"]] = 500
    buyer.fails_by_qr(session)
    before = until(
        lambda: deliveries(merchant, session)[0],
        lambda row: row["state"] == "WAITING" and receiver.events(session),
    )
    receiver.statuses[session["reference_id"]] = answer

    assert resend(Ledger(here.database, merchant.key), [before["id"]]) == 1

    receiver.wait_for_all(session, "payment.failure", 2)
    after = until(lambda: deliveries(merchant, session)[0], lambda row: row["state"] == state)
    assert after["due_at"] == (before["due_at"] if state == "WAITING" else None)


def test_up_to_500_are_sent_again_at_once(here, merchant, buyer, receiver):
    sessions = [merchant.create() for _ in range(3)]
    for session in sessions:
        buyer.fails_by_qr(session)
        receiver.wait_for(session, "payment.failure")
    ledger = Ledger(here.database, merchant.key)
    known = [delivery["id"] for delivery in ledger.newest_deliveries()]

    sent = resend(ledger, [*known, *range(10**6, 10**6 + 497)])

    assert sent == 3
    for session in sessions:
        receiver.wait_for_all(session, "payment.failure", 2)
    with pytest.raises(ValueError, match="500"):
        resend(ledger, list(range(501)))


@pytest.mark.parametrize("status", [302, 400, 500])
def test_any_answer_but_2xx_is_tried_again_a_quarter_of_an_hour_later(api, buyer, receiver, status):
    session = api.create()
    receiver.statuses[session["reference_id"]] = status

    buyer.fails_by_qr(session)

    [delivery] = Control(api.address, api.key).waits_for(session, 1)
    [tried] = delivery["tries"]
    waits = datetime.fromisoformat(delivery["due_at"]) - datetime.fromisoformat(tried["at"])
    assert timedelta(minutes=14.9) < waits < timedelta(minutes=15.2)
    assert (delivery["state"], tried["status"]) == ("WAITING", status)


def test_a_2xx_answer_ends_the_delivery(api, buyer, receiver):
    session = api.create()
    receiver.statuses[session["reference_id"]] = 204

    buyer.fails_by_qr(session)

    [delivery] = Control(api.address, api.key).waits_for(session, 1)
    assert (delivery["state"], delivery["due_at"]) == ("DELIVERED", None)
