"""The dashboard over HTTP: its pages about an account, and that each form does what it says."""

import re
import uuid

import pytest
import requests

from sandbox.trouble import scenarios

from ..conftest import new_merchant, until
from .conftest import UNKNOWN, Dashboard


def settings(**changes):
    return {
        "merchant": "Toko Siti",
        "webhook_url": "http://127.0.0.1:9/hook",
        "webhook_token": "",
        "webhook_timeout_seconds": "30",
        "refund_seconds": "3",
        "refund_failure_code": "",
    } | changes


def row_of(page, session):
    return page.index(f">{session['reference_id']}</a>")


def test_sessions_come_newest_first(merchant, dashboard):
    older, newer = merchant.create(), merchant.create()

    page = dashboard.opens()

    assert row_of(page, newer) < row_of(page, older)


def test_a_session_is_found_by_a_part_of_its_reference(merchant, dashboard):
    wanted, other = merchant.create(reference_id="Order-ABC-1"), merchant.create()

    page = dashboard.opens("?q=order-abc")

    assert wanted["reference_id"] in page
    assert other["reference_id"] not in page
    assert other["reference_id"] in dashboard.opens(f"?q={other['payment_session_id']}")
    assert "No session with" in dashboard.opens("?q=%25_nothing")


def test_the_dial_of_the_account_is_turned(dashboard, control):
    answer = dashboard.sends("/dial", position="late", number_late="90", number_repeat="3")

    assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (
        303,
        dashboard.base.removeprefix(dashboard.here.address),
    )
    assert control.does("GET", "dial") == {"position": "late", "number": 90}
    assert "Next webhooks: late by 90 seconds" in dashboard.opens()


@pytest.mark.parametrize(
    "form", [{}, {"position": "late", "number_late": "soon"}, {"position": "late", "number_late": "0"}]
)
def test_a_dial_that_cannot_be_set_is_refused_with_a_sentence(dashboard, control, form):
    answer = dashboard.sends("/dial", **form)

    assert answer.status_code == 422
    assert re.search(r'role="alert">\w+ must be', answer.text) or "number must be a whole" in answer.text
    assert control.does("GET", "dial")["position"] == "on_time"


def test_the_dial_of_one_session_is_turned_and_released(merchant, dashboard, control):
    session, other = merchant.create(), merchant.create()

    dashboard.sends_to(session, "/dial", position="repeat", number_repeat="2")

    assert "Next webhooks: repeated, 2 times in a row" in dashboard.opens_story(session)
    assert "Next webhooks: on time" in dashboard.opens_story(other)
    assert dashboard.sends_to(session, "/dial/release").status_code == 303
    assert "Next webhooks: on time" in dashboard.opens_story(session)


def test_the_clock_is_stopped_moved_and_set_going(dashboard, control, time):
    dashboard.sends("/clock", action="stop")
    before = control.does("GET", "clock")
    dashboard.sends("/clock", action="jump", amount="3", unit="hours")
    after = control.does("GET", "clock")

    assert before["stopped"]
    assert int(after["now"][11:13]) == (int(before["now"][11:13]) + 3) % 24
    dashboard.sends("/clock", action="go")
    assert not control.does("GET", "clock")["stopped"]
    assert dashboard.sends("/clock", action="jump", amount="-1", unit="days").status_code == 422


def test_a_fault_is_added_seen_and_removed(dashboard, control):
    dashboard.sends(
        "/faults", operation="get_session", kind="error", count="2", status="503", error_code="SERVER_ERROR"
    )

    [fault] = control.does("GET", "faults")
    assert (fault["operation"], fault["status"], fault["left"], fault["milliseconds"]) == (
        "get_session",
        503,
        2,
        0,
    )
    assert "the next 2 calls" in dashboard.opens("/faults")
    assert dashboard.sends(f"/faults/{fault['id']}/remove").status_code == 303
    assert control.does("GET", "faults") == []


@pytest.mark.parametrize(("form", "details"), [
    ({"kind": "delay", "count": "", "milliseconds": "250"}, {"count": None, "milliseconds": 250}),
    ({"kind": "wrong_amount", "count": "1", "value": "7"}, {"value": 7}),
    ({"kind": "wrong_status", "count": "1", "value": "FAILED"}, {"value": "FAILED"}),
    ({"kind": "garbage", "count": "1", "status": "nonsense"}, {"status": 500}),
])  # fmt: skip
def test_a_fault_takes_the_details_of_its_kind(dashboard, control, form, details):
    assert dashboard.sends("/faults", operation="*", **form).status_code == 303

    [fault] = control.does("GET", "faults")
    assert fault | details == fault


def test_a_fault_that_cannot_be_is_refused_and_what_was_typed_stays(dashboard, control):
    answer = dashboard.sends("/faults", operation="*", kind="error", count="1", status="200", error_code="OWN_CODE")

    assert answer.status_code == 422
    assert "status must be from 400 to 599" in answer.text
    assert 'value="OWN_CODE"' in answer.text
    assert control.does("GET", "faults") == []


def test_each_scenario_has_a_button_that_sets_it(dashboard, control):
    page = dashboard.opens("/scenarios")

    for name, scenario in scenarios.ALL.items():
        assert f'id="{name}"' in page
        assert dashboard.sends(f"/scenarios/{name}").status_code == 303, scenario
    dashboard.sends("/scenarios/late")
    assert control.does("GET", "dial") == {"position": "late", "number": 60}
    assert dashboard.sends("/scenarios/nothing").status_code == 404


def test_the_settings_are_changed_and_an_empty_token_stays(dashboard, control):
    dashboard.sends("/settings", **settings(webhook_token="a_new_token"))
    dashboard.sends("/settings", **settings(rate_limited="on", refund_failure_code="REFUND_FAILED", hk_and_mx="on"))

    account = control.does("GET", "account")
    assert (account["merchant"], account["webhook_url"]) == ("Toko Siti", "http://127.0.0.1:9/hook")
    assert account["webhook_token"] == "a_new_token"
    assert (account["rate_limited"], account["retries_timeouts"]) == (True, False)
    assert (account["refund_failure_code"], account["hk_and_mx"]) == ("REFUND_FAILED", True)


@pytest.mark.parametrize("wrong", [
    {"webhook_url": "ftp://x"}, {"merchant": ""}, {"refund_seconds": "x"}, {"webhook_token": "with space"},
])  # fmt: skip
def test_wrong_settings_are_refused_with_a_sentence(dashboard, control, wrong):
    before = control.does("GET", "account")

    answer = dashboard.sends("/settings", **settings(**wrong))

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert control.does("GET", "account") == before


def test_a_reset_asks_first(merchant, dashboard):
    session = merchant.create()

    assert "Yes, forget everything" in dashboard.opens("/reset")
    assert session["reference_id"] in dashboard.opens()
    assert dashboard.sends("/reset").status_code == 303
    assert session["reference_id"] not in dashboard.opens()


def test_the_undelivered_are_counted_and_sent_again(merchant, dashboard, control, buyer, receiver):
    dashboard.sends("/dial", position="never")
    session = merchant.create()
    buyer.pays_by_qr(session)

    page = dashboard.opens("/webhooks")
    assert "2 not delivered." in page
    assert receiver.events(session) == []
    assert dashboard.sends("/webhooks/resend", which="undelivered").status_code == 303
    receiver.wait_for(session, "payment_session.completed")
    until(lambda: dashboard.opens("/webhooks"), lambda page: "0 not delivered." in page)


def test_those_that_are_ticked_are_sent_again(merchant, dashboard, control, buyer, receiver):
    session = merchant.create()
    buyer.pays_by_qr(session)
    capture, _ = control.waits_for(session, 2)

    dashboard.sends("/webhooks/resend", which="ticked", delivery=[capture["id"], "nonsense"])

    receiver.wait_for_all(session, "payment.capture", 2)
    assert dashboard.sends("/webhooks/resend", which="ticked").status_code == 422


def test_accounts_are_listed_with_masked_keys_and_opened_by_key(here, merchant, receiver, dashboard):
    other = new_merchant(here, receiver)
    other_session = other.create()
    url = f"{here.address}/dashboard/accounts"

    page = requests.get(url, timeout=30).text

    assert merchant.key not in page
    assert f"•••{merchant.key[-4:]}" in page
    assert other_session["reference_id"] not in dashboard.opens()
    assert other_session["reference_id"] in Dashboard(here, other).opens()


def test_a_new_account_is_opened_before_its_first_call(here):
    url = f"{here.address}/dashboard/accounts"
    key = f"xnd_development_{uuid.uuid4()}"

    opened = requests.post(url, data={"key": key}, allow_redirects=False, timeout=30)
    refused = requests.post(url, data={"key": "xnd_production_0123456789"}, timeout=30)

    assert re.fullmatch(r"/dashboard/accounts/[0-9a-f]{24}/settings", opened.headers["Location"])
    assert key not in opened.headers["Location"]
    assert (refused.status_code, "Never type a live key" in refused.text) == (422, True)


@pytest.mark.parametrize("path", [f"sessions/{UNKNOWN}", "accounts/000000000000000000000000"])
def test_what_nobody_knows_is_not_found(here, path):
    answer = requests.get(f"{here.address}/dashboard/{path}", timeout=30)

    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("path", "page"),
    [("/dial", ""), ("/clock", ""), ("/webhooks/resend", "/webhooks"), ("/scenarios/late", "/scenarios")],
)
def test_the_answer_to_a_form_that_is_loaded_anew_leads_to_its_page(dashboard, path, page):
    answer = requests.get(dashboard.base + path, timeout=30)

    assert (answer.status_code, answer.url) == (200, dashboard.base + page)


@pytest.mark.parametrize("path", ["/expire", "/resend", "/dial", "/dial/release"])
def test_so_it_is_on_the_page_of_a_session(merchant, dashboard, path):
    story = f"{dashboard.here.address}/dashboard/sessions/{merchant.create()['payment_session_id']}"

    answer = requests.get(story + path, timeout=30)

    assert (answer.status_code, answer.url) == (200, story)
