"""Webhooks: who sends them, and what makes two deliveries the same."""

import json

import pytest

from store.xendit import BadWebhook, parse_event
from store.xendit.webhook import is_authentic

TOKEN = "token-of-the-tests-0123456789abcdef"
COMPLETED = {
    "event": "payment_session.completed",
    "created": "2026-01-05T10:00:00Z",
    "data": {"payment_session_id": "ps-1", "payment_id": "py-1", "reference_id": "W-1-A1", "status": "COMPLETED"},
}
WRONG = {
    "missing": None, "empty": "", "shorter": TOKEN[:-1], "longer": TOKEN + "x", "space after": TOKEN + " ",
    "upper case": TOKEN.upper(), "another": "x" * len(TOKEN), "not ASCII": "t\xf6k", "not Latin-1": "李" * 35,
    "two at once": f"{TOKEN}, {TOKEN}",
}  # fmt: skip


def event(**changes):
    return parse_event(json.dumps({**COMPLETED, **changes}).encode())


def data(**changes) -> dict:
    return {**COMPLETED["data"], **changes}


def test_the_right_token_is_authentic():
    assert is_authentic(TOKEN, TOKEN)


@pytest.mark.parametrize("token", WRONG.values(), ids=WRONG)
def test_any_other_token_is_not(token: str | None):
    assert not is_authentic(token, TOKEN)


def test_an_event_has_the_fields_that_we_use():
    found = event(data=data(failure_code="EXPIRED_CARD"))

    assert found.name == "payment_session.completed"
    assert (found.session_id, found.payment_id, found.reference) == ("ps-1", "py-1", "W-1-A1")
    assert found.failure_code == "EXPIRED_CARD"


@pytest.mark.parametrize("created", ["2026-01-05T11:00:00Z", "", None, 7, ["x"]], ids=repr)
def test_each_delivery_of_an_event_has_the_same_key_whatever_its_time(created):
    assert event(created=created).key == event().key


def test_the_order_of_the_fields_does_not_change_the_key():
    backwards = json.dumps(dict(reversed(COMPLETED.items()))).encode()

    assert parse_event(backwards).key == event().key


@pytest.mark.parametrize(
    "changes",
    [
        {"data": data(status="EXPIRED")}, {"data": data(payment_session_id="ps-2")},
        {"event": "payment_session.expired"}, {"data": data(status=None)},
    ],
    ids=["status", "session", "name", "no status"],
)  # fmt: skip
def test_another_event_has_another_key(changes: dict):
    assert event(**changes).key != event().key


def test_an_event_without_a_subject_is_known_by_all_it_says_but_its_time():
    first = event(event="odd", data={"x": 1}, created="a")

    assert event(event="odd", data={"x": 1}, created="b").key == first.key
    assert event(event="odd", data={"x": 2}, created="a").key != first.key


def test_an_events_id_is_the_sessions_where_it_is_about_a_session():
    named = {"id": "ps-9", "status": "COMPLETED"}

    assert event(data=named).session_id == "ps-9"
    assert event(event="payment.capture", data=named).session_id is None


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'"x"', b"7", b"{", b'{"a": NaN}', b"[" * 9_000], ids=repr)
def test_a_body_that_is_no_json_object_is_refused(body: bytes):
    with pytest.raises(BadWebhook):
        parse_event(body)


@pytest.mark.parametrize("odd", [None, 7, 1.5, True, [], {}, "", "x" * 300], ids=lambda odd: ascii(odd)[:12])
def test_fields_of_an_odd_kind_are_left_out(odd):
    found = event(data={name: odd for name in ("payment_session_id", "payment_id", "reference_id", "failure_code")})

    assert (found.session_id, found.payment_id, found.reference, found.failure_code) == (None, None, None, None)


@pytest.mark.parametrize("odd", [None, 7, [], "text", [COMPLETED["data"]]], ids=repr)
def test_an_event_without_data_is_still_an_event(odd):
    assert event(data=odd).session_id is None
    assert event(event=odd).session_id == ("ps-1")
