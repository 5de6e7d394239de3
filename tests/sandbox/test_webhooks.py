"""Webhooks: which are sent, what they say, and what follows an answer."""

import re
import time

import pytest
import requests

from .conftest import WEBHOOK_TOKEN


def story(api, session):
    return requests.get(f"{api.address}/dashboard/sessions/{session['payment_session_id']}", timeout=10).text


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
    receiver.delays[session["reference_id"]] = 1

    started = time.time()
    buyer.pays_by_qr(session)
    paid_after = time.time() - started

    assert paid_after < 0.5
    assert receiver.wait_for(session, "payment.capture")["at"] - started < 0.5


@pytest.mark.parametrize("status", [302, 400, 500])
def test_any_answer_but_2xx_is_tried_again_a_quarter_of_an_hour_later(api, buyer, receiver, status):
    session = api.create()
    receiver.statuses[session["reference_id"]] = status

    buyer.fails_by_qr(session)

    receiver.wait_for(session, "payment.failure")
    page = _wait_for_text(lambda: story(api, session), "Next try")
    tried, due = re.findall(
        r'entry__time">(?:Next try: )?<time datetime="([^"]+)', page.split("Webhook deliveries")[1]
    )
    minutes = (_seconds(due) - _seconds(tried)) / 60
    assert 14.9 < minutes < 15.2
    assert f": {status} after" in page


def test_a_2xx_answer_ends_the_delivery(api, buyer, receiver):
    session = api.create()
    receiver.statuses[session["reference_id"]] = 204

    buyer.fails_by_qr(session)

    page = _wait_for_text(lambda: story(api, session), "DELIVERED")
    assert "Next try" not in page


def test_the_story_shows_calls_attempts_and_deliveries_but_no_token(api, buyer, receiver):
    session = api.create()
    buyer.pays_by_qr(session)

    page = _wait_for_text(lambda: story(api, session), ": 200 after")

    for text in (
        "POST /sessions",
        "QRIS",
        "payment.capture",
        "payment_session.completed",
        "x-callback-token",
    ):
        assert text in page
    assert WEBHOOK_TOKEN not in page


def _seconds(stamp):
    return time.mktime(time.strptime(stamp[:19], "%Y-%m-%dT%H:%M:%S"))


def _wait_for_text(read, text):
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        page = read()
        if text in page:
            return page
        time.sleep(0.02)
    raise AssertionError(f"{text!r} never appeared")
