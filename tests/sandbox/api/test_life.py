"""The life of a session through the API: read, cancel, expire."""

import pytest
import requests

UNKNOWN_IDS = ["ps-000000000000000000000000", "ps-short", "ps-" + "0" * 25, "%00"]


def test_a_session_reads_as_it_was_created(api):
    session = api.create()

    assert api.session(session) == session


@pytest.mark.parametrize("session_id", UNKNOWN_IDS)
def test_an_unknown_session_is_not_found(api, session_id):
    for answer in (api.get(f"/sessions/{session_id}"), api.post(f"/sessions/{session_id}/cancel")):
        assert answer.status_code == 404
        assert answer.json() == {"error_code": "NOT_FOUND", "message": "Session not found"}


@pytest.mark.parametrize("path", ["/v4/nothing", "/sessions/", "/v3/payments"])
def test_an_unknown_path_answers_in_the_envelope(api, path):
    answer = api.get(path)

    assert answer.status_code == 404
    assert answer.json().keys() == {"error_code", "message"}


def test_canceling_ends_the_session_and_its_link(api, buyer):
    session = api.create()

    answer = api.cancel(session)

    assert (answer.status_code, answer.json()["status"]) == (200, "CANCELED")
    assert "This page is no longer available" in buyer.opens(session).text
    assert api.session(session)["status"] == "CANCELED"


def test_a_session_is_canceled_once(api):
    session = api.create()
    api.cancel(session)

    answer = api.cancel(session)

    assert answer.status_code == 422
    assert answer.json() == {
        "error_code": "INVALID_SESSION_STATUS",
        "message": "Session status is CANCELED, expecting ACTIVE",
    }


def test_a_canceled_session_takes_no_payment(api, buyer):
    session = api.create()
    api.cancel(session)

    buyer.pays_by_qr(session)

    assert api.session(session)["status"] == "CANCELED"
    assert "payment_id" not in api.session(session)


def test_expiring_by_hand_ends_the_session_at_once(api, buyer):
    session = api.create()

    answer = api.expire(session)

    assert (answer.status_code, answer.json()["status"]) == (200, "EXPIRED")
    assert "The time to pay is over." in buyer.opens(session).text
    assert api.expire(session).status_code == 422


def test_an_expired_session_takes_no_payment(api, buyer):
    session = api.create()
    api.expire(session)

    buyer.pays_by_card(session)

    assert api.session(session)["status"] == "EXPIRED"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_sites_page_can_not_end_a_session(api, headers):
    session = api.create()
    session_id = session["payment_session_id"]

    for path in (f"/_control/sessions/{session_id}/expire", f"/dashboard/sessions/{session_id}/expire"):
        assert requests.post(api.address + path, headers=headers, timeout=30).status_code == 403

    assert api.session(session)["status"] == "ACTIVE"
