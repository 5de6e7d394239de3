"""The scenarios: each can be read, played, survived by a patient merchant, and ended by the normal one."""

from contextlib import suppress

import pytest
import requests

from sandbox.trouble import faults, scenarios
from sandbox.webhooks.plans import POSITIONS

from ..conftest import session_request, until
from ..controls import Control, is_done

PATIENCE = 8


def gets_session(merchant):
    """Ask again, under the same reference, until a session comes back."""
    request = session_request()
    for _ in range(PATIENCE):
        with suppress(requests.RequestException):
            answer = merchant.post("/sessions", json=request)
            if answer.status_code == 201:
                return answer.json()
    raise AssertionError("no session")


def reads_until(merchant, session, status):
    for _ in range(PATIENCE):
        with suppress(requests.RequestException):
            answer = merchant.get(f"/sessions/{session['payment_session_id']}")
            if answer.status_code == 200 and answer.json()["status"] == status:
                return answer.json()
    raise AssertionError(f"never {status}")


def reads_payment_and_gives_back(merchant, session):
    """As a merchant who compares, then refunds and looks what became of it; who is refused for good stops asking."""
    payment_id = session.get("payment_id") or merchant.payment_request(session)["latest_payment_id"]
    merchant.get(f"/v3/payments/{payment_id}")
    refund = {"payment_request_id": session["payment_request_id"], "reason": "OTHERS"}
    headers = {"idempotency-key": session["reference_id"]}
    for _ in range(PATIENCE):
        with suppress(requests.RequestException):
            answer = merchant.post("/refunds", json=refund, headers=headers)
            if answer.status_code == 200:
                assert merchant.get(f"/refunds/{answer.json()['id']}").status_code in (200, 503)
                return


@pytest.mark.parametrize("name", scenarios.ALL)
def test_each_scenario_does_what_it_says_and_the_money_is_right(merchant, control, buyer, time, name):
    played = control.does("POST", f"scenarios/{name}")

    session = gets_session(merchant)
    buyer.fails_by_qr(session)
    if merchant.http.get(session["payment_link_url"], timeout=30).status_code == 200:
        buyer.pays_by_qr(session)
    status = "EXPIRED" if name == "late_money" else "COMPLETED"
    if status == "EXPIRED":
        merchant.expire(session)
        control.jumps(played["settings"]["dial"]["number"])
    reads_payment_and_gives_back(merchant, reads_until(merchant, session, status))

    ledger = control.ledger(session)
    assert [capture["capture_amount"] for capture in ledger["captures"]] == [150000]
    assert [refund["amount"] for refund in ledger["refunds"]] == ([] if name == "refund_refused" else [150000])
    assert status in [each["status"] for each in ledger["sessions"]]
    settings = played["settings"]
    if "dial" in settings:
        assert control.does("GET", "dial")["position"] == settings["dial"]["position"]
    acted = {call["fault"] for call in control.ledger()["calls"]} - {None}
    assert acted == {fault["kind"] for fault in settings.get("faults", ())}


def test_each_position_and_each_kind_of_fault_has_a_scenario():
    settings = [scenario["settings"] for scenario in scenarios.ALL.values()]

    assert {each["dial"]["position"] for each in settings if "dial" in each} == set(POSITIONS)
    assert {fault["kind"] for each in settings for fault in each.get("faults", ())} == set(faults.KINDS)


@pytest.mark.parametrize("name", scenarios.ALL)
def test_each_scenario_can_be_read(control, name):
    scenario = control.does("GET", f"scenarios/{name}")

    assert set(scenario) == {"name", "title", "teaches", "what_happens", "settings"}
    assert all(scenario[part].strip() for part in ("title", "teaches", "what_happens"))
    assert set(scenario["settings"]) in ({"dial"}, {"faults"})
    assert scenario in control.does("GET", "scenarios")


def test_no_two_scenarios_have_one_title():
    titles = [scenario["title"] for scenario in scenarios.ALL.values()]

    assert len(set(titles)) == len(titles)


def test_the_normal_scenario_ends_any_other(merchant, control, buyer):
    control.does("POST", "scenarios/garbage")
    control.does("POST", "scenarios/never")
    assert control.does("GET", "faults") == []

    control.does("POST", f"scenarios/{scenarios.NORMAL}")

    session = merchant.create()
    buyer.pays_by_qr(session)
    rows = until(lambda: control.deliveries(session), lambda rows: all(map(is_done, rows)))
    assert [row["state"] for row in rows] == ["DELIVERED"] * 2


def test_a_scenario_can_be_played_for_one_session(merchant, control):
    ours, other = merchant.create(), merchant.create()

    control.does("POST", f"scenarios/late?session={ours['payment_session_id']}")

    positions = [
        control.does("GET", f"sessions/{session['payment_session_id']}/dial")["position"] for session in (ours, other)
    ]
    assert positions == ["late", "on_time"]


@pytest.mark.parametrize("name", ["garbage", "before_answer"])
def test_what_is_not_about_webhooks_of_a_session_cannot_be_played_for_one(merchant, control, name):
    session = merchant.create()

    refused = control.asks("POST", f"scenarios/{name}?session={session['payment_session_id']}")

    assert refused.status_code == 400
    assert "account" in refused.json()["message"]


def test_an_unknown_scenario_is_not_found(control):
    for method in ("GET", "POST"):
        assert control.asks(method, "scenarios/apocalypse").status_code == 404


def test_a_scenario_is_played_for_one_merchant_only(here, control):
    control.does("POST", "scenarios/failing_api")

    assert Control(here.address).does("GET", "faults") == []
