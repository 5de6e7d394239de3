"""Saving a payment method, with a payment or alone, and sessions for Xendit's own components."""

import json
import re
from pathlib import Path

import pytest

from ..conftest import CHALLENGED_CARD, COMPONENTS, GOOD_CARD, new_customer
from ..controls import Control

DOCUMENTED = json.loads(Path(__file__).with_name("documented_requests.json").read_text())
SAVE = {"session_type": "SAVE", "amount": 0, "customer": new_customer()}
TICKED = GOOD_CARD | {"save": "on"}


@pytest.mark.parametrize("name", DOCUMENTED)
def test_each_documented_request_is_accepted(merchant, name):
    answer = merchant.post("/sessions", json=DOCUMENTED[name])

    assert answer.status_code == 201, answer.text
    assert {key: answer.json()[key] for key in ("amount", "session_type", "mode")} == {
        key: DOCUMENTED[name][key] for key in ("amount", "session_type", "mode")
    }


def test_a_session_that_saves_has_no_capture_method(merchant):
    session = merchant.create(**SAVE)

    assert session["amount"] == 0
    assert "capture_method" not in session
    assert session["customer_id"].startswith("cust-")


def test_saving_alone_gives_a_token_and_no_payment(merchant, buyer, receiver):
    session = merchant.create(**SAVE)

    buyer.pays_by_card(session)

    saved = merchant.session(session)
    token = receiver.wait_for(session, "payment_token.activation")["body"]["data"]
    completed = receiver.wait_for(session, "payment_session.completed")["body"]["data"]
    assert saved["status"] == "COMPLETED"
    assert re.fullmatch(r"pt-[0-9a-f-]{36}", saved["payment_token_id"])
    assert not {"payment_id", "payment_request_id"} & saved.keys()
    assert completed == saved
    assert (token["payment_token_id"], token["status"]) == (saved["payment_token_id"], "ACTIVE")
    assert token["customer_id"] == session["customer_id"]
    assert sorted(receiver.events(session)) == ["payment_session.completed", "payment_token.activation"]


def test_a_method_that_can_not_be_saved_is_told_and_may_be_tried_again(merchant, buyer, receiver):
    session = merchant.create(**SAVE)

    buyer.answers_the_bank(session, "UNAUTHENTICATED")

    token = receiver.wait_for(session, "payment_token.failure")["body"]["data"]
    assert (token["status"], token["failure_code"]) == ("FAILED", "AUTHENTICATION_FAILED")
    assert merchant.session(session)["status"] == "ACTIVE"
    assert receiver.events(session) == ["payment_token.failure"]


@pytest.mark.parametrize(
    ("choice", "card", "kind"),
    [
        ("FORCED", GOOD_CARD, "PAY_AND_SAVE"),
        ("OPTIONAL", TICKED, "PAY_AND_SAVE"),
        ("OPTIONAL", GOOD_CARD, "PAY"),
        ("DISABLED", TICKED, "PAY"),
        (None, TICKED, "PAY"),
    ],
)
def test_a_payment_saves_the_method_when_it_must_or_the_buyer_wants(merchant, buyer, choice, card, kind):
    session = merchant.create(allow_save_payment_method=choice, customer=new_customer())

    buyer.pays_by_card(session, card)

    payment = merchant.payment(session)
    token_id = merchant.session(session).get("payment_token_id")
    told = {delivery["event"] for delivery in Control(merchant.address, merchant.key).deliveries(session)}
    assert payment["type"] == kind
    assert payment.get("payment_token_id") == token_id
    assert (token_id is not None) == (kind == "PAY_AND_SAVE")
    assert ("payment_token.activation" in told) == (kind == "PAY_AND_SAVE")
    assert session.get("allow_save_payment_method") == choice


def test_a_saved_method_is_read_as_its_webhook_told_it(merchant, buyer, receiver):
    session = merchant.create(**SAVE)
    buyer.pays_by_card(session)

    token = merchant.get(f"/v3/payment_tokens/{merchant.session(session)['payment_token_id']}")

    assert token.status_code == 200
    assert token.json() == receiver.wait_for(session, "payment_token.activation")["body"]["data"]
    assert (token.json()["reference_id"], token.json()["status"]) == (session["reference_id"], "ACTIVE")


@pytest.mark.parametrize(
    ("token_id", "headers", "status", "error_code"),
    [
        ("pt-00000000-0000-4000-8000-000000000000", {}, 404, "DATA_NOT_FOUND"),
        ("pt-1", {}, 400, "API_VALIDATION_ERROR"),
        ("pt-00000000-0000-4000-8000-000000000000", {"api-version": "2020-01-01"}, 400, "API_VALIDATION_ERROR"),
    ],
)
def test_a_saved_method_that_cannot_be_read_is_refused(merchant, token_id, headers, status, error_code):
    answer = merchant.get(f"/v3/payment_tokens/{token_id}", headers=headers)

    assert (answer.status_code, answer.json()["error_code"]) == (status, error_code)


def test_an_attempt_to_save_is_no_payment_of_the_api(merchant, buyer):
    session = merchant.create(**SAVE)
    step = buyer.pays_by_card(session, CHALLENGED_CARD)
    payment_id = re.search(r"py-[0-9a-f-]{36}", step.headers["Location"])[0]

    assert merchant.get(f"/v3/payments/{payment_id}").status_code == 404


@pytest.mark.parametrize("changes", [{"allow_save_payment_method": "FORCED", "customer": new_customer()}, SAVE])
def test_only_channels_that_save_will_do_where_saving_is_a_must(merchant, changes):
    answer = merchant.refused(**changes, allowed_payment_channels=["CARDS", "QRIS"])

    assert answer.json()["error_code"] == "INVALID_PAYMENT_CHANNEL"
    assert "Channel(s) QRIS are not available" in answer.json()["message"]


def test_a_components_session_has_a_key_and_no_link(merchant):
    configuration = {"origins": ["https://shop.example"], "return_url": "https://shop.example/back"}

    session = merchant.create(mode="COMPONENTS", components_configuration=configuration)

    assert re.fullmatch(r"session-[0-9a-f]{32}-(pl|pd|sl|sd)-[^-]+-[^-]+", session["components_sdk_key"])
    assert "payment_link_url" not in session
    assert session["components_configuration"] == configuration
    assert merchant.session(session) == session


def test_the_components_key_is_in_no_webhook(merchant, receiver):
    session = merchant.create(**COMPONENTS)

    merchant.expire(session)

    assert "components_sdk_key" not in receiver.wait_for(session, "payment_session.expired")["body"]["data"]


@pytest.mark.parametrize(
    ("configuration", "path"),
    [
        (None, "/body/components_configuration"),
        ({}, "/body/components_configuration/origins"),
        ({"return_url": "https://shop.example/back"}, "/body/components_configuration/origins"),
        ({"origins": []}, "/body/components_configuration/origins"),
    ],
)
def test_components_need_the_origins_on_which_they_may_stand(merchant, configuration, path):
    answer = merchant.refused(mode="COMPONENTS", components_configuration=configuration)

    assert (answer.status_code, answer.json()["error_code"]) == (400, "API_VALIDATION_ERROR")
    assert [error["path"] for error in answer.json()["errors"]] == [path]


@pytest.mark.parametrize(
    "origins",
    [
        *(["http://shop.example"], ["shop"], ["https://shop.example/path"], [7], "x", [""]),
        *(["https://shop.example?x"], ["https://shop.example/#x"], ["https://me@shop.example"]),
    ],
)
def test_a_bad_origin_of_components_is_located(merchant, origins):
    answer = merchant.refused(mode="COMPONENTS", components_configuration={"origins": origins})

    assert answer.json()["error_code"] == "API_VALIDATION_ERROR"
    assert answer.json()["errors"][0]["path"].startswith("/body/components_configuration/origins")


@pytest.mark.parametrize(
    ("subscription", "path"),
    [
        (None, "/body/subscription"),
        ({}, "/body/subscription/schedule"),
        ({"schedule": {"interval": "MONTH", "interval_count": 1}}, "/body/subscription/schedule/anchor_date"),
    ],
)
def test_a_subscription_with_parts_missing_is_told_which(merchant, subscription, path):
    answer = merchant.refused(session_type="SUBSCRIPTION", subscription=subscription)

    assert [error["path"] for error in answer.json()["errors"]] == [path]


def test_a_whole_subscription_is_refused_as_not_imitated(merchant):
    schedule = {"interval": "MONTH", "interval_count": 1, "anchor_date": "2030-01-01"}

    answer = merchant.refused(session_type="SUBSCRIPTION", subscription={"schedule": schedule})

    assert answer.json()["error_code"] == "SESSION_TYPE_NOT_SUPPORTED"
    assert (
        answer.json()["message"]
        == "session_type SUBSCRIPTION is a standard type that this sandbox does not imitate yet"
    )


def test_a_primary_channel_must_be_among_those_requested(merchant):
    answer = merchant.refused(
        allowed_payment_channels=["CARDS"],
        payment_link_configuration={"primary_payment_channels": ["QRIS"]},
    )

    assert answer.json() == {
        "error_code": "INVALID_PRIMARY_PAYMENT_CHANNEL",
        "message": "Primary channel QRIS is not included in the requested channels",
    }


def test_headers_for_platforms_are_tolerated(merchant):
    merchant.http.headers.update({"for-user-id": "5f27a14a9bf05c73dd040bc8", "with-split-rule": "splitru_1"})

    session = merchant.create()

    assert merchant.session(session) == session
