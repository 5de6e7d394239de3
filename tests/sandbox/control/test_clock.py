"""The clock over HTTP: shown, stopped, set going, moved; what is due follows, the next checkout does not."""

from datetime import UTC, datetime, timedelta

import pytest

from ..conftest import GOOD_CARD, until
from ..controls import Control

RETRIES = (timedelta(minutes=15), *(timedelta(hours=hours) for hours in (1, 3, 6, 12, 24)))


@pytest.fixture
def control(here, merchant, time):
    return Control(here.address, merchant.key)


def moment(stamp):
    return datetime.fromisoformat(stamp)


def test_the_clock_shows_real_time_at_first(control):
    shown = control.does("GET", "clock")

    assert not shown["stopped"]
    assert abs(moment(shown["now"]) - datetime.now(UTC)) < timedelta(seconds=30)


def test_a_stopped_clock_stands_until_it_goes(control):
    stopped = control.does("POST", "clock", {"action": "stop"})

    assert stopped["stopped"]
    assert control.does("GET", "clock")["now"] == stopped["now"]
    assert not control.does("POST", "clock", {"action": "go"})["stopped"]


def test_a_jump_goes_so_many_seconds_forward_or_to_a_moment(control):
    stood_at = moment(control.does("POST", "clock", {"action": "stop"})["now"])

    assert moment(control.jumps(90.5)["now"]) - stood_at == timedelta(seconds=90.5)
    reached = control.does("POST", "clock", {"action": "jump", "to": "2199-01-01T07:00:00+07:00"})
    assert reached["now"] == "2199-01-01T00:00:00.000Z"


def test_the_clock_can_go_back_to_real_time(control):
    control.jumps(10**8)

    shown = control.does("POST", "clock", {"action": "reset"})

    assert abs(moment(shown["now"]) - moment(shown["real"])) < timedelta(seconds=1)


@pytest.mark.parametrize("change", [
    {}, [], {"action": "rewind"}, {"action": "jump"}, {"action": "jump", "seconds": -1},
    {"action": "jump", "seconds": "60"}, {"action": "jump", "seconds": True},
    {"action": "jump", "seconds": 10**30},
    {"action": "jump", "to": "1999-01-01T00:00:00Z"}, {"action": "jump", "to": "tomorrow"},
    {"action": "jump", "to": 7},
    {"action": "jump", "to": "2199-01-01T00:00:00"}, {"action": "stop", "minutes": 1}, {"action": ["stop"]},
    {"action": "jump", "to": "0001-01-01T00:00:00+14:00"}, {"action": "jump", "seconds": 10**400},
])  # fmt: skip
def test_a_change_that_makes_no_sense_is_refused_with_a_sentence(control, change):
    refused = control.asks("POST", "clock", json=change)

    assert refused.status_code == 400
    assert refused.json()["message"].endswith(".")
    assert not control.does("GET", "clock")["stopped"]


def test_a_webhook_nobody_takes_is_tried_at_six_more_moments_and_given_up(merchant, control, buyer, receiver):
    session = merchant.create()
    receiver.statuses[session["reference_id"]] = 500
    started = moment(control.does("POST", "clock", {"action": "stop"})["now"])
    buyer.fails_by_qr(session)

    for number, gap in enumerate(RETRIES, start=1):
        until(lambda: control.deliveries(session)[0], lambda row, n=number: len(row["tries"]) == n)
        control.does("POST", "clock", {"action": "jump", "to": (started + gap - timedelta(seconds=1)).isoformat()})
        assert len(control.deliveries(session)[0]["tries"]) == number
        control.jumps(1)

    row = until(lambda: control.deliveries(session)[0], lambda row: row["state"] == "GIVEN_UP")
    assert [moment(each["at"]) - started for each in row["tries"]] == [timedelta(0), *RETRIES]


def test_a_jump_over_everything_makes_up_for_all_retries(merchant, control, buyer, receiver):
    session = merchant.create()
    receiver.statuses[session["reference_id"]] = 500
    buyer.fails_by_qr(session)

    control.jumps(25 * 60 * 60)

    row = until(lambda: control.deliveries(session)[0], lambda row: row["state"] == "GIVEN_UP")
    assert len(row["tries"]) == 7


def test_what_was_due_before_a_jump_leaves_before_it(merchant, control, buyer):
    session = merchant.create()
    before = control.does("POST", "clock", {"action": "stop"})["now"]

    buyer.pays_by_qr(session)
    control.jumps(60 * 60)

    assert [row["tries"][0]["at"] for row in control.deliveries(session)] == [before] * 2


def test_after_a_jump_what_was_due_has_happened(merchant, control, buyer):
    paid, open_session, authorized = (
        merchant.create(),
        merchant.create(),
        merchant.create(capture_method="MANUAL"),
    )
    buyer.pays_by_card(paid)
    buyer.pays_by_card(authorized)
    merchant.sets(refund_seconds=60)
    merchant.refunds(paid)

    control.jumps(8 * 24 * 60 * 60)

    ledger = control.ledger()
    statuses = {each["payment_session_id"]: each["status"] for each in ledger["sessions"]}
    assert statuses[open_session["payment_session_id"]] == "EXPIRED"
    assert [refund["status"] for refund in ledger["refunds"]] == ["SUCCEEDED"]
    assert sorted(payment["status"] for payment in ledger["payments"]) == ["EXPIRED", "SUCCEEDED"]


def test_a_card_is_judged_by_real_time(merchant, control, buyer):
    next_month = (datetime.now(UTC) + timedelta(days=31)).strftime("%m/%y")
    control.jumps(400 * 24 * 60 * 60)

    answer = buyer.pays_by_card(merchant.create(), {**GOOD_CARD, "expiry": next_month})

    assert answer.status_code == 303


def test_a_jump_never_makes_the_next_checkout_fail(merchant, control, buyer, receiver):
    control.jumps(400 * 24 * 60 * 60)
    in_half_an_hour = (datetime.now(UTC) + timedelta(minutes=30)).isoformat()

    session = merchant.create(expires_at=in_half_an_hour)
    buyer.pays_by_card(session)

    receiver.wait_for(session, "payment_session.completed")
    assert merchant.session(session)["status"] == "COMPLETED"
