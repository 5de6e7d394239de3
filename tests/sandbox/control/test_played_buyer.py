"""A program plays the buyer: what it does has all that follows when a buyer does it on the hosted page."""

import pytest

from ..conftest import COMPONENTS, OTHER_KINDS, new_customer, new_merchant
from ..controls import Control

PAID = ["payment.capture", "payment_session.completed"]
SAVE = {"session_type": "SAVE", "amount": 0, "customer": new_customer()}


def plays(control, session, what, **choices):
    return control.asks("POST", f"sessions/{session['payment_session_id']}/{what}", json=choices or None)


def told(control, session, count):
    return sorted(row["event"] for row in control.waits_for(session, count))


def test_a_session_is_paid_in_one_call_without_a_body(merchant, control):
    session = merchant.create()

    answer = plays(control, session, "pay")

    assert (answer.status_code, answer.json()) == (200, merchant.session(session))
    assert answer.json()["status"] == "COMPLETED"
    assert told(control, session, 2) == PAID


@pytest.mark.parametrize("code", [*OTHER_KINDS, "CARDS"])
def test_it_is_paid_by_the_channel_that_is_asked_for(merchant, control, code):
    session = merchant.create(**OTHER_KINDS.get(code, {}))

    plays(control, session, "pay", channel=code)

    payment = merchant.payment(session)
    assert (payment["status"], payment["channel_code"]) == ("SUCCEEDED", code)
    assert told(control, session, 2) == PAID


def test_a_card_leaves_what_it_leaves_on_the_page(merchant, buyer, control):
    by_hand, played = merchant.create(), merchant.create()
    buyer.pays_by_card(by_hand)

    plays(control, played, "pay", channel="CARDS")

    one, other = merchant.payment(by_hand), merchant.payment(played)
    assert one.keys() == other.keys()
    assert one["channel_properties"]["card_details"].keys() == other["channel_properties"]["card_details"].keys()


@pytest.mark.parametrize(
    ("sent", "events"),
    [
        ({"capture_method": "MANUAL"}, ["payment.authorization", "payment_session.completed"]),
        (SAVE, ["payment_session.completed", "payment_token.activation"]),
        (COMPONENTS, PAID),
    ],
)
def test_sessions_of_other_kinds_are_completed_as_is_their_way(merchant, control, sent, events):
    session = merchant.create(**sent)

    assert plays(control, session, "pay").json()["status"] == "COMPLETED"
    assert told(control, session, 2) == events


@pytest.mark.parametrize("channel", [{}, {"channel": "DANA"}, {"channel": "CARDS"}])
@pytest.mark.parametrize(
    ("reason", "failure_code"), [({}, "INSUFFICIENT_BALANCE"), ({"failure_code": "EXPIRED_CARD"}, "EXPIRED_CARD")]
)
def test_a_try_fails_and_the_session_can_be_paid_after_it(merchant, control, receiver, channel, reason, failure_code):
    session = merchant.create()

    answer = plays(control, session, "fail", **channel, **reason)

    assert (answer.status_code, answer.json()["status"]) == (200, "ACTIVE")
    assert receiver.wait_for(session, "payment.failure")["body"]["data"]["failure_code"] == failure_code
    assert plays(control, session, "pay").json()["status"] == "COMPLETED"


def test_a_try_that_a_buyer_began_is_the_one_that_ends(merchant, buyer, control):
    session = merchant.create()
    step = buyer.begins(session, "DANA")

    plays(control, session, "pay", channel="DANA")

    assert merchant.session(session)["payment_id"] in step.headers["Location"]


def test_the_dial_holds_for_a_played_buyer_too(merchant, control, receiver):
    early, never = merchant.create(), merchant.create()
    control.turns_dial("before_redirect", session=early)
    control.turns_dial("never", session=never)

    for session in (early, never):
        plays(control, session, "pay")

    assert sorted(receiver.events(early)) == PAID
    assert [row["state"] for row in control.deliveries(never)] == ["NOT_TOLD", "NOT_TOLD"]


@pytest.mark.parametrize("what", ["pay", "fail"])
def test_only_an_active_session_of_ones_own_is_played(here, merchant, control, receiver, what):
    session, canceled = merchant.create(), merchant.create()
    merchant.cancel(canceled)
    other = Control(here.address, new_merchant(here, receiver).key)

    refused = plays(control, canceled, what)

    assert (refused.status_code, refused.json()["error_code"]) == (422, "INVALID_SESSION_STATUS")
    assert plays(other, session, what).status_code == 404
    assert merchant.session(session)["status"] == "ACTIVE"


@pytest.mark.parametrize("what", ["pay", "fail"])
@pytest.mark.parametrize(
    "choices", [{"channel": "PIGEON"}, {"channel": "QRPH"}, {"channel": 7}, {"channel": None}, {"chanel": "QRIS"}]
)
def test_a_channel_that_cannot_pay_is_refused_with_a_sentence(merchant, control, what, choices):
    session = merchant.create()

    refused = plays(control, session, what, **choices)

    assert (refused.status_code, refused.json()["error_code"]) == (400, "API_VALIDATION_ERROR")
    assert refused.json()["message"].endswith(".")
    assert control.ledger(session)["payments"] == []


def test_the_sentence_about_a_channel_names_those_that_can_pay(merchant, control):
    session = merchant.create(allowed_payment_channels=["QRIS", "CARDS", "SHOPEEPAY"], amount=1000)

    message = plays(control, session, "pay", channel="DANA").json()["message"]

    assert "QRIS" in message and "SHOPEEPAY" in message
    assert "CARDS" not in message, "its range misses the amount"


@pytest.mark.parametrize("code", ["BAD_LUCK", 7, None])
def test_an_unknown_failure_code_is_refused_with_a_sentence(merchant, control, code):
    session = merchant.create()

    refused = plays(control, session, "fail", failure_code=code)

    assert refused.status_code == 400
    assert refused.json()["message"].startswith("failure_code must be")
    assert control.ledger(session)["payments"] == []
