"""Control of one account: its settings, its ledger, its reset; who may ask, and what nobody may."""

import uuid

import pytest
import requests

from ..conftest import SECRET_KEY, new_merchant
from ..controls import Control

READS = ("clock", "ledger", "account", "dial", "faults", "scenarios")
CHANGES = (
    ("POST", "clock"), ("POST", "reset"), ("PUT", "account"), ("PUT", "dial"), ("POST", "faults"),
    ("DELETE", "faults"), ("POST", "deliveries/resend"), ("POST", "scenarios/late"),
)  # fmt: skip


def test_the_ledger_tells_the_whole_story_of_a_session(merchant, control, buyer, receiver):
    session = merchant.create()
    merchant.session(session)
    buyer.fails_by_qr(session)
    buyer.pays_by_card(session)
    merchant.refunds(session, amount=1000)
    receiver.wait_for(session, "refund.succeeded")
    control.waits_for(session, 4)

    ledger = control.ledger(session)

    assert ledger["sessions"] == [merchant.session(session)]
    assert [each["status"] for each in ledger["payments"]] == ["FAILED", "SUCCEEDED"]
    assert [each["status"] for each in ledger["payment_requests"]] == ["FAILED", "SUCCEEDED"]
    assert [each["capture_amount"] for each in ledger["captures"]] == [150000]
    assert [each["amount"] for each in ledger["refunds"]] == [1000]
    assert ledger["captures"][0]["payment_id"] == ledger["payments"][1]["payment_id"]
    told = [row["event"] for row in ledger["deliveries"]]
    assert told == ["payment.failure", "payment.capture", "payment_session.completed", "refund.succeeded"]
    assert [call["path"].partition("/ps-")[0] for call in ledger["calls"]][:2] == ["/sessions", "/sessions"]


def test_a_delivery_in_the_ledger_has_what_was_sent_and_what_was_answered(merchant, control, buyer, receiver):
    session = merchant.create()

    buyer.fails_by_qr(session)

    (row,) = control.waits_for(session, 1)
    (sent,) = row["tries"]
    came = receiver.wait_for(session, "payment.failure")
    assert sent["body"] == came["body"]
    assert (sent["status"], sent["answer"], sent["by_hand"]) == (200, "ok", 0)
    assert set(sent["headers"]) <= {name.lower() for name in came["headers"]}
    assert merchant.sets().webhook_token not in str(row)


def test_saved_methods_are_in_the_ledger(merchant, control, buyer):
    customer = {"type": "INDIVIDUAL", "reference_id": "siti", "individual_detail": {"given_names": "Siti"}}
    session = merchant.create(customer=customer, allow_save_payment_method="FORCED")

    buyer.pays_by_card(session)

    assert [token["status"] for token in control.ledger()["tokens"]] == ["ACTIVE"]


def test_each_account_has_its_own_ledger(here, merchant, control, receiver):
    session = merchant.create()
    other = Control(here.address, new_merchant(here, receiver).key)

    assert other.ledger()["sessions"] == []
    assert other.asks("GET", f"ledger?session={session['payment_session_id']}").status_code == 404
    assert len(control.ledger()["sessions"]) == 1


def test_a_reset_takes_records_dials_and_faults_but_no_settings(merchant, control):
    control.turns_dial("never")
    control.orders("error", "get_session", count=None)
    merchant.create()
    before = control.does("GET", "account")

    control.does("POST", "reset")

    ledger = control.ledger()
    assert all(rows == [] for name, rows in ledger.items() if name != "business_id")
    assert control.does("GET", "dial")["position"] == "on_time"
    assert control.does("GET", "faults") == []
    assert control.does("GET", "account") == before


def test_settings_can_be_changed_one_by_one(merchant, control):
    changed = control.does("PUT", "account", {"rate_limited": True, "refund_failure_code": "REFUND_FAILED"})

    assert changed == control.does("GET", "account")
    assert (changed["rate_limited"], changed["refund_failure_code"]) == (True, "REFUND_FAILED")
    assert "Rate-Limit-Limit" in merchant.get("/sessions/ps-000000000000000000000000").headers


@pytest.mark.parametrize("change", [
    {"webhook_url": "ftp://shop.example"}, {"webhook_url": ["x"]}, {"webhook_token": ""},
    {"rate_limited": "yes"}, {"hk_and_mx": 1},
    {"key": "xnd_development_other"}, {"business_id": "x"}, {"color": "blue"}, [], "on",
    {"refund_failure_code": ["REFUND_FAILED"]}, {"refund_failure_code": {}}, {"merchant": 7},
])  # fmt: skip
def test_a_setting_that_makes_no_sense_is_refused_with_a_sentence(control, change):
    before = control.does("GET", "account")

    refused = control.asks("PUT", "account", json=change)

    assert refused.status_code == 400
    assert refused.json()["error_code"] == "API_VALIDATION_ERROR"
    assert refused.json()["message"].endswith(".")
    assert control.does("GET", "account") == before


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"position": NaN}', b"[" * 100000, b'{"position": "\\ud800"}'])
def test_a_body_that_is_no_json_is_refused(control, body):
    for method, path in CHANGES[:1] + CHANGES[2:5]:
        refused = control.asks(method, path, data=body)
        assert (refused.status_code, refused.json()["error_code"]) == (400, "API_VALIDATION_ERROR")


def test_without_a_key_it_is_about_the_default_account(address):
    anybody, owner = Control(address), Control(address, SECRET_KEY)

    assert anybody.does("GET", "account") == owner.does("GET", "account")
    assert anybody.does("GET", "account")["key"] == SECRET_KEY


@pytest.mark.parametrize("key", ["xnd_production_0123456789", "sk_test_123", ""])
def test_a_key_that_is_no_test_key_is_refused(here, key):
    answer = requests.get(f"{here.address}/_control/account", auth=(key, ""), timeout=30)

    assert (answer.status_code, answer.json()["error_code"]) == (401, "INVALID_API_KEY")


def test_a_new_key_finds_an_empty_account_of_its_own(here):
    new = Control(here.address, f"xnd_development_{uuid.uuid4()}")

    assert new.ledger()["sessions"] == []
    assert new.does("GET", "account")["webhook_url"] is None


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_another_sites_page_can_change_nothing(control, headers, method, path):
    refused = control.asks(method, path, json={}, headers=headers)

    assert refused.status_code == 403
    assert refused.json()["error_code"] == "FORBIDDEN"


@pytest.mark.parametrize("path", READS)
def test_no_answer_invites_another_sites_page_to_read(control, path):
    assert "Access-Control-Allow-Origin" not in control.asks("GET", path).headers


def test_an_expired_session_is_answered_and_a_second_time_refused(merchant, control):
    session = merchant.create()
    path = f"sessions/{session['payment_session_id']}/expire"

    assert control.does("POST", path)["status"] == "EXPIRED"
    assert control.asks("POST", path).status_code == 422


def test_anothers_session_cannot_be_expired(here, merchant, receiver):
    session = merchant.create()
    other = Control(here.address, new_merchant(here, receiver).key)

    assert other.asks("POST", f"sessions/{session['payment_session_id']}/expire").status_code == 404
