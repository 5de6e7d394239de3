"""Late money: a payment comes for a session that has ended, and the session stays as it ended."""

import pytest

from ..conftest import COMPONENTS, new_customer, new_merchant
from ..controls import Control
from .test_played_buyer import plays

ENDINGS = {"EXPIRED": "expire", "CANCELED": "cancel"}


@pytest.fixture(params=ENDINGS)
def ended(request, merchant):
    """A session that has ended, which nobody began to pay."""
    return ends(merchant, merchant.create(), request.param)


def ends(merchant, session, status="EXPIRED"):
    assert getattr(merchant, ENDINGS[status])(session).status_code == 200
    return session | {"status": status}


def late_payment(merchant, session):
    """The payment that somebody finds who starts from the session."""
    return merchant.get(f"/v3/payments/{merchant.payment_request(session)['latest_payment_id']}").json()


def test_late_money_is_a_payment_that_succeeded_of_a_session_that_stays_as_it_ended(merchant, control, ended):
    answer = plays(control, ended, "pay", late=True)

    assert (answer.status_code, answer.json()) == (200, merchant.session(ended))
    assert answer.json()["status"] == ended["status"]
    assert answer.json()["payment_request_id"]
    assert "payment_id" not in answer.json()
    payment = late_payment(merchant, ended)
    assert (payment["status"], payment["captures"][0]["capture_amount"]) == ("SUCCEEDED", 150000)
    assert payment["payment_request_id"] == answer.json()["payment_request_id"]


def test_payment_capture_alone_tells_of_it(merchant, control, ended):
    before = len(control.deliveries(ended))

    plays(control, ended, "pay", late=True)

    (told,) = control.waits_for(ended, before + 1)[before:]
    assert told["event"] == "payment.capture"
    assert told["webhook"]["data"] == late_payment(merchant, ended)


@pytest.mark.parametrize("status", ENDINGS)
def test_the_money_comes_by_the_request_that_the_buyer_began_which_stays_as_it_ended(merchant, control, buyer, status):
    session = merchant.create()
    buyer.begins(session, "DANA")
    ends(merchant, session, status)
    (begun,) = control.ledger(session)["payments"]

    plays(control, session, "pay", late=True)

    request, payment = merchant.payment_request(session), late_payment(merchant, session)
    assert (request["payment_request_id"], request["status"]) == (begun["payment_request_id"], status)
    assert (payment["reference_id"], payment["channel_code"]) == (begun["reference_id"], "DANA")
    assert payment["payment_id"] != begun["payment_id"]
    assert [each["status"] for each in control.ledger(session)["payments"]] == [status, "SUCCEEDED"]


def test_it_comes_by_the_channel_that_is_asked_for_and_not_by_a_try_that_failed(merchant, control, buyer):
    asked, failed = merchant.create(), merchant.create()
    buyer.fails_by_qr(failed)
    for session in (asked, failed):
        ends(merchant, session)

    plays(control, asked, "pay", late=True, channel="BCA_VIRTUAL_ACCOUNT")
    plays(control, failed, "pay", late=True, channel="QRIS")

    assert late_payment(merchant, asked)["channel_code"] == "BCA_VIRTUAL_ACCOUNT"
    assert [each["status"] for each in control.ledger(failed)["payment_requests"]] == ["FAILED", "EXPIRED"]


def test_it_can_be_refunded_like_any_other(merchant, control, receiver, ended):
    plays(control, ended, "pay", late=True)

    assert merchant.refunds(ended).status_code == 200
    receiver.wait_for(ended, "refund.succeeded")


def test_what_is_captured_later_is_only_authorized_when_it_comes(merchant, control):
    session = ends(merchant, merchant.create(capture_method="MANUAL"))

    plays(control, session, "pay", late=True)

    payment = late_payment(merchant, session)
    assert payment["status"] == "AUTHORIZED"
    captured = merchant.post(f"/v3/payments/{payment['payment_id']}/capture", json={})
    assert (captured.status_code, captured.json()["status"]) == (200, "SUCCEEDED")


def test_a_session_of_components_has_late_money_too(merchant, control):
    session = ends(merchant, merchant.create(**COMPONENTS))

    assert plays(control, session, "pay", late=True).status_code == 200


def test_it_comes_once(merchant, control, ended):
    plays(control, ended, "pay", late=True)

    again = plays(control, ended, "pay", late=True)

    assert again.status_code == 400
    assert "has come" in again.json()["message"]
    assert len(control.ledger(ended)["captures"]) == 1


def test_without_late_a_session_that_has_ended_is_not_paid(merchant, control, ended):
    for choices in ({}, {"late": False}):
        assert plays(control, ended, "pay", **choices).status_code == 422

    assert control.ledger(ended)["payments"] == []


def test_only_what_has_ended_unpaid_gets_late_money(merchant, control):
    active, paid = merchant.create(), merchant.create()
    saves = ends(merchant, merchant.create(session_type="SAVE", amount=0, customer=new_customer()))
    plays(control, paid, "pay")

    assert [plays(control, each, "pay", late=True).status_code for each in (active, paid, saves)] == [422, 422, 400]
    assert merchant.session(active)["status"] == "ACTIVE"


@pytest.mark.parametrize("choices", [{"late": 1}, {"late": "yes"}, {"late": None}, {"late": True, "channel": "PIGEON"}])
def test_what_cannot_be_is_refused_with_a_sentence(merchant, control, ended, choices):
    refused = plays(control, ended, "pay", **choices)

    assert (refused.status_code, refused.json()["error_code"]) == (400, "API_VALIDATION_ERROR")
    assert refused.json()["message"].endswith(".")


@pytest.mark.parametrize("status", ENDINGS)
def test_by_the_dial_the_money_comes_so_many_seconds_after_the_end(merchant, control, buyer, time, status):
    control.does("POST", "clock", {"action": "stop"})
    control.turns_dial("late_money", 60)
    session = merchant.create()
    returned = buyer.pays_by_qr(session)
    assert returned.headers["Location"] == session["success_return_url"]
    assert merchant.session(session)["status"] == "ACTIVE"

    ends(merchant, session, status)
    control.jumps(59)
    assert control.ledger(session)["captures"] == []
    control.jumps(1)

    assert merchant.session(session)["status"] == status
    assert late_payment(merchant, session)["status"] == "SUCCEEDED"
    assert "payment.capture" in [row["event"] for row in control.deliveries(session)]


def test_by_the_dial_nothing_comes_from_who_began_no_payment(merchant, control, time):
    control.turns_dial("late_money", 1)
    session = ends(merchant, merchant.create())

    control.jumps(3600)

    assert control.ledger(session)["payments"] == []


def test_by_the_dial_a_method_is_saved_at_once(merchant, control):
    control.turns_dial("late_money", 1)
    session = merchant.create(session_type="SAVE", amount=0, customer=new_customer())

    assert plays(control, session, "pay").json()["status"] == "COMPLETED"


def test_money_that_was_let_come_by_hand_does_not_come_by_the_dial_again(here, merchant, control, time):
    control.turns_dial("late_money", 60)
    session = merchant.create()
    plays(control, session, "pay")
    ends(merchant, session)
    plays(control, session, "pay", late=True)

    control.jumps(61)

    assert len(control.ledger(session)["captures"]) == 1
    assert not here.database.broken


def test_the_late_money_of_anothers_session_is_not_found(here, receiver, ended):
    other = Control(here.address, new_merchant(here, receiver).key)

    assert plays(other, ended, "pay", late=True).status_code == 404
