"""Payments through the API: read, captured by hand, released, lapsed, simulated."""

import re
from datetime import timedelta

import pytest
import requests

from sandbox.memory.ledger import Ledger

from ..conftest import CHALLENGED_CARD
from ..controls import Control

MANUAL = {"capture_method": "MANUAL"}
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def authorized(merchant, buyer):
    """A session whose payment is authorized and not captured."""
    session = merchant.create(**MANUAL)
    buyer.pays_by_card(session)
    return session


@pytest.fixture
def told(merchant):
    """The names of the events about a session, sent or still to be sent."""
    control = Control(merchant.address, merchant.key)
    return lambda session: [row["event"] for row in control.deliveries(session)]


def test_a_payment_reads_as_its_webhook_told_it(merchant, buyer, receiver):
    session = merchant.create(metadata={"table": "7"}, description="Coffee")

    buyer.pays_by_card(session)

    payment = merchant.payment(session)
    assert payment == receiver.wait_for(session, "payment.capture")["body"]["data"]
    assert (payment["status"], payment["type"], payment["capture_method"]) == (
        "SUCCEEDED",
        "PAY",
        "AUTOMATIC",
    )
    assert (payment["request_amount"], payment["currency"], payment["country"]) == (150000, "IDR", "ID")
    assert re.fullmatch(r"cap-[0-9a-f-]{36}", payment["captures"][0]["capture_id"])
    assert payment["payment_details"]["authentication_data"]["flow"] == "FRICTIONLESS"


def test_each_try_has_a_reference_of_its_own_that_begins_with_the_sessions(merchant, buyer, receiver):
    session = merchant.create()
    buyer.fails_by_qr(session)
    buyer.pays_by_qr(session)

    failed, paid = (receiver.wait_for(session, f"payment.{end}")["body"]["data"] for end in ("failure", "capture"))

    for payment in (failed, paid):
        assert re.fullmatch(re.escape(session["reference_id"]) + "_[A-Za-z0-9_-]{10}", payment["reference_id"])
    assert failed["reference_id"] != paid["reference_id"]
    assert merchant.payment(session)["reference_id"] == paid["reference_id"]
    assert merchant.payment_request(session)["reference_id"] == paid["reference_id"]
    assert merchant.session(session)["reference_id"] == session["reference_id"]


def test_a_payment_request_tells_the_outcome_and_the_newest_payment(merchant, buyer):
    session = merchant.create()
    buyer.pays_by_card(session)

    request = merchant.payment_request(session)

    assert request["latest_payment_id"] == merchant.session(session)["payment_id"]
    assert (request["status"], request["channel_code"], request["request_amount"]) == (
        "SUCCEEDED",
        "CARDS",
        150000,
    )


@pytest.mark.parametrize("path", ["/v3/payments/py-", "/v3/payment_requests/pr-"])
def test_an_unknown_id_is_not_found_and_one_of_the_wrong_length_is_refused(merchant, path):
    unknown, short = merchant.get(f"{path}{UNKNOWN}"), merchant.get(f"{path}7")

    assert (unknown.status_code, unknown.json()["error_code"]) == (404, "DATA_NOT_FOUND")
    assert (short.status_code, short.json()["error_code"]) == (400, "API_VALIDATION_ERROR")


@pytest.mark.parametrize(("version", "status"), [("2024-11-11", 200), ("2020-01-01", 400), ("", 400)])
def test_only_the_one_api_version_is_known(merchant, buyer, version, status):
    session = merchant.create()
    buyer.pays_by_card(session)
    path = f"/v3/payments/{merchant.session(session)['payment_id']}"

    assert merchant.get(path, headers={"api-version": version}).status_code == status


def test_manual_capture_reserves_the_money_and_completes_the_session(merchant, authorized, receiver):
    payment = merchant.payment(authorized)

    assert merchant.session(authorized)["status"] == "COMPLETED"
    assert (payment["status"], payment["capture_method"]) == ("AUTHORIZED", "MANUAL")
    assert "captures" not in payment
    assert payment == receiver.wait_for(authorized, "payment.authorization")["body"]["data"]
    receiver.wait_for(authorized, "payment_session.completed")
    assert "payment.capture" not in receiver.events(authorized)
    assert merchant.payment_request(authorized)["status"] == "AUTHORIZED"


def test_a_capture_collects_the_money(merchant, authorized, receiver):
    answer = merchant.captures(authorized, 150000)

    assert (answer.status_code, answer.json()["status"]) == (200, "SUCCEEDED")
    assert [capture["capture_amount"] for capture in answer.json()["captures"]] == [150000]
    assert receiver.wait_for(authorized, "payment.capture")["body"]["data"] == answer.json()
    assert merchant.payment_request(authorized)["status"] == "SUCCEEDED"


def test_captures_in_parts_add_up_to_no_more_than_was_authorized(merchant, authorized, receiver):
    merchant.captures(authorized, 100000)

    too_much, rest = merchant.captures(authorized, 50001), merchant.captures(authorized, 50000)

    assert too_much.json()["error_code"] == "CAPTURE_AMOUNT_EXCEEDED"
    assert [capture["capture_amount"] for capture in rest.json()["captures"]] == [100000, 50000]
    assert len(receiver.wait_for_all(authorized, "payment.capture", 2)) == 2
    assert merchant.captures(authorized, 1).json()["error_code"] == "INELIGIBLE_TRANSACTION_STATUS"


def test_cents_captured_in_parts_leave_no_crumbs(merchant, buyer):
    session = merchant.create(**MANUAL, country="PH", currency="PHP", amount=100.3)
    buyer.pays_by_card(session)
    merchant.captures(session, 100.1)

    assert merchant.captures(session, 0.2).status_code == 200
    assert merchant.captures(session, 0.01).json()["error_code"] == "INELIGIBLE_TRANSACTION_STATUS"


def test_the_path_of_the_guides_captures_too(merchant, authorized):
    payment_id = merchant.session(authorized)["payment_id"]

    answer = merchant.post(f"/payments/{payment_id}/capture", json={"capture_amount": 150000})

    assert (answer.status_code, answer.json()["status"]) == (200, "SUCCEEDED")


@pytest.mark.parametrize(
    ("amount", "error_code"),
    [
        (150001, "CAPTURE_AMOUNT_EXCEEDED"),
        (0, "INVALID_VALUE_ERROR"),
        (10.5, "INVALID_VALUE_ERROR"),
        (-1, "API_VALIDATION_ERROR"),
        ("150000", "API_VALIDATION_ERROR"),
        (True, "API_VALIDATION_ERROR"),
    ],
)
def test_a_wrong_capture_amount_is_refused(merchant, authorized, amount, error_code):
    answer = merchant.captures(authorized, amount)

    assert (answer.status_code, answer.json()["error_code"]) == (400, error_code)
    assert merchant.payment(authorized)["status"] == "AUTHORIZED"


def test_what_was_captured_by_itself_can_be_neither_captured_nor_released(merchant, buyer):
    session = merchant.create()
    buyer.pays_by_card(session)

    for answer in (merchant.captures(session, 1), merchant.releases(session)):
        assert (answer.status_code, answer.json()["error_code"]) == (400, "INELIGIBLE_TRANSACTION_STATUS")


def test_a_released_authorization_can_not_be_captured(merchant, authorized):
    released = merchant.releases(authorized)

    assert (released.status_code, released.json()["status"]) == (200, "CANCELED")
    assert merchant.session(authorized)["status"] == "COMPLETED"
    assert merchant.payment_request(authorized)["status"] == "CANCELED"
    for answer in (merchant.captures(authorized, 1), merchant.releases(authorized)):
        assert answer.json()["error_code"] == "INELIGIBLE_TRANSACTION_STATUS"


def test_an_authorization_lapses_after_seven_days(merchant, authorized, receiver, time):
    time.jump(timedelta(days=6, hours=23))
    assert merchant.payment(authorized)["status"] == "AUTHORIZED"

    time.jump(timedelta(hours=2))

    told = receiver.wait_for(authorized, "payment.expiry")["body"]["data"]
    assert told == merchant.payment(authorized)
    assert told["status"] == "EXPIRED"
    assert merchant.captures(authorized, 1).json()["error_code"] == "INACTIVE_PAYMENT_REQUEST"


def test_a_captured_authorization_does_not_lapse_but_what_is_left_of_it_does(
    merchant, authorized, receiver, time, told
):
    merchant.captures(authorized, 100000)
    later = merchant.create(**MANUAL)

    time.jump(timedelta(days=8))

    receiver.wait_for(later, "payment_session.expired")
    assert merchant.payment(authorized)["status"] == "SUCCEEDED"
    assert "payment.expiry" not in told(authorized)
    assert merchant.captures(authorized, 1).json()["error_code"] == "INACTIVE_PAYMENT_REQUEST"


def test_manual_capture_leaves_no_channel_but_cards(merchant):
    answer = merchant.refused(**MANUAL, allowed_payment_channels=["CARDS", "DANA"])

    assert answer.json()["error_code"] == "INVALID_PAYMENT_CHANNEL"
    assert "DANA" in answer.json()["message"]


@pytest.fixture
def shown(merchant, here):
    """A session whose buyer looks at a QR code, and the id of the payment request behind it."""
    session = merchant.create()
    page = requests.post(f"{session['payment_link_url']}/qris", data={}, timeout=30)
    assert page.status_code == 200, page.text
    (request,) = Ledger(here.database, merchant.key).payment_requests_of(session["payment_session_id"])
    return session, request["payment_request_id"]


def test_a_payment_request_that_waits_says_what_the_buyer_must_do(merchant, shown):
    request = merchant.get(f"/v3/payment_requests/{shown[1]}").json()

    assert request["status"] == "REQUIRES_ACTION"
    assert request["actions"][0]["type"] == "PRESENT_TO_CUSTOMER"
    assert request["actions"][0]["descriptor"] == "QR_STRING"


def test_a_simulated_payment_answers_pending_and_pays(merchant, shown, receiver):
    session, request_id = shown

    answer = merchant.post(f"/v3/payment_requests/{request_id}/simulate", json={"amount": 150000})

    assert (answer.status_code, answer.json()["status"]) == (200, "PENDING")
    assert receiver.wait_for(session, "payment.capture")["body"]["data"]["payment_request_id"] == request_id
    assert merchant.session(session)["status"] == "COMPLETED"
    again = merchant.post(f"/v3/payment_requests/{request_id}/simulate", json={})
    assert again.json()["error_code"] == "INACTIVE_PAYMENT_REQUEST"


def test_a_simulated_payment_of_another_amount_is_refused(merchant, shown):
    answer = merchant.post(f"/v3/payment_requests/{shown[1]}/simulate", json={"amount": 1})

    assert answer.json()["error_code"] == "INVALID_VALUE_ERROR"
    assert merchant.session(shown[0])["status"] == "ACTIVE"


def test_an_attempt_left_open_expires_with_its_session(merchant, shown, receiver):
    session, request_id = shown

    merchant.expire(session)

    told = receiver.wait_for(session, "payment_request.expiry")["body"]["data"]
    assert told == merchant.get(f"/v3/payment_requests/{request_id}").json()
    assert told["status"] == "EXPIRED"


def test_an_attempt_by_card_lapses_after_ten_minutes_and_the_session_goes_on(merchant, buyer, receiver, time):
    session = merchant.create()
    buyer.pays_by_card(session, CHALLENGED_CARD)

    time.jump(timedelta(minutes=11))

    assert receiver.wait_for(session, "payment_request.expiry")["body"]["data"]["status"] == "EXPIRED"
    assert merchant.session(session)["status"] == "ACTIVE"
    buyer.pays_by_card(session)
    assert merchant.session(session)["status"] == "COMPLETED"


def test_a_canceled_session_takes_its_open_attempts_along_in_silence(merchant, shown, told):
    session, request_id = shown

    merchant.cancel(session)

    assert merchant.get(f"/v3/payment_requests/{request_id}").json()["status"] == "CANCELED"
    assert told(session) == []
