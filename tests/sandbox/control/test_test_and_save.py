"""Test and save: an address is tried with samples about nobody's things, and saved if each is answered 2xx."""

import json

import pytest

from sandbox.webhooks.samples import TOPICS

from ..controls import Control
from ..receiver import Receiver

ROUTE = "account/test_and_save"
# As CONTRACT 4.5 lists them, with the event that comes under each.
EVENTS = {
    "payment_session_completed": "payment_session.completed",
    "payment_session_expired": "payment_session.expired",
    "payment_status": "payment.capture",
    "payment_request_status": "payment_request.expiry",
    "payment_token_status": "payment_token.activation",
    "refund_succeeded": "refund.succeeded",
    "refund_failed": "refund.failed",
    "subscriptions": "recurring.cycle.succeeded",
    "payment_link": None,
}


@pytest.fixture
def shop():
    """A shop with an address of its own, which the account does not know yet."""
    with Receiver() as running:
        yield running


def test_each_topic_is_known():
    assert set(TOPICS) == set(EVENTS)


def test_an_address_that_takes_a_sample_of_each_topic_is_saved(merchant, control, shop):
    answer = control.does("POST", ROUTE, {"webhook_url": shop.url})

    assert [each["body"].get("event") for each in shop.received] == list(EVENTS.values())
    assert [each["status"] for each in answer["sent"]] == [200] * len(EVENTS)
    assert answer["account"]["webhook_url"] == merchant.sets().webhook_url == shop.url


@pytest.mark.parametrize("topic", EVENTS)
def test_a_sample_goes_out_with_the_token_and_is_shown_as_it_was_sent(merchant, control, shop, topic):
    answer = control.does("POST", ROUTE, {"webhook_url": shop.url, "topic": topic})

    [came], [sent] = shop.received, answer["sent"]
    assert came["headers"]["x-callback-token"] == sent["headers"]["x-callback-token"] == merchant.sets().webhook_token
    assert came["headers"]["webhook-id"] == sent["headers"]["webhook-id"]
    assert json.loads(sent["body"]) == came["body"]
    assert came["body"].get("event") == EVENTS[topic]


def test_a_sample_is_about_nobodys_session_and_is_in_no_record(merchant, control, shop, buyer):
    session = merchant.create()
    buyer.pays_by_qr(session)
    control.waits_for(session, 2)
    before = control.ledger()
    control.does("POST", ROUTE, {"webhook_url": shop.url})

    told = json.dumps([each["body"] for each in shop.received])
    known = (session["payment_session_id"], session["reference_id"], merchant.session(session)["payment_id"])
    assert not any(each in told for each in known)
    assert {**control.ledger(), "calls": []} == {**before, "calls": []}


@pytest.mark.parametrize("status", [302, 400, 401, 404, 500, 503])
def test_an_address_that_answers_anything_but_2xx_is_not_saved(merchant, control, shop, status):
    before = control.does("GET", "account")
    shop.statuses["reference-of-nobody"] = status

    answer = control.asks("POST", ROUTE, json={"webhook_url": shop.url, "merchant": "Toko"})

    assert (answer.status_code, answer.json()["error_code"]) == (422, "WEBHOOK_NOT_TAKEN")
    assert f"{shop.url} answered {status} to the sample of Payment Session Completed" in answer.json()["message"]
    assert [each["status"] for each in answer.json()["sent"]] == [status]
    assert control.does("GET", "account") == before


@pytest.mark.parametrize("status", [201, 202, 204])
def test_any_2xx_will_do(merchant, control, shop, status):
    shop.statuses["reference-of-nobody"] = status

    assert control.does("POST", ROUTE, {"webhook_url": shop.url})["account"]["webhook_url"] == shop.url


def test_an_address_where_nobody_answers_is_not_saved(merchant, control):
    answer = control.asks("POST", ROUTE, json={"webhook_url": "http://127.0.0.1:1/hook"})

    assert answer.status_code == 422
    assert "gave no answer (ConnectionRefusedError)" in answer.json()["message"]


def test_an_address_that_is_too_slow_is_not_saved(merchant, control, shop):
    shop.delays["reference-of-nobody"] = 3

    answer = control.asks("POST", ROUTE, json={"webhook_url": shop.url, "webhook_timeout_seconds": 1})

    assert "gave no answer (TimeoutError)" in answer.json()["message"]


def test_a_new_token_is_tried_and_saved_with_the_address(merchant, control, shop):
    control.does("POST", ROUTE, {"webhook_url": shop.url, "webhook_token": "a_new_token"})

    assert {each["headers"]["x-callback-token"] for each in shop.received} == {"a_new_token"}
    assert merchant.sets().webhook_token == "a_new_token"


def test_without_an_address_the_one_that_is_set_is_tried(merchant, control, receiver):
    assert len(control.does("POST", ROUTE)["sent"]) == len(EVENTS)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"webhook_url": None}, "no webhook_url to test"),
        ({"webhook_url": "ftp://shop.example"}, "must be an http or https address"),
        ({"topic": "disbursements"}, "topic must be one of"),
        ({"topic": ["payment_link"]}, "topic must be one of"),
        ({"color": "blue"}, "There is no color here"),
    ],
)
def test_what_cannot_be_tried_is_refused_with_a_sentence(merchant, control, receiver, body, words):
    answer = control.asks("POST", ROUTE, json=body)

    assert (answer.status_code, answer.json()["error_code"]) == (400, "API_VALIDATION_ERROR")
    assert words in answer.json()["message"]


def test_a_plain_save_asks_no_address(merchant, control):
    assert control.does("PUT", "account", {"webhook_url": "http://127.0.0.1:1/hook"})["webhook_url"]


def test_another_sites_page_can_have_no_address_tried(control, shop):
    answer = control.asks("POST", ROUTE, json={"webhook_url": shop.url}, headers={"Origin": "https://evil.example"})

    assert (answer.status_code, shop.received) == (403, [])


def test_without_a_key_the_default_accounts_address_is_tried(address, shop):
    assert Control(address).does("POST", ROUTE, {"topic": "payment_link"})["sent"][0]["status"] == 200
