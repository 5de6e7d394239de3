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
PAID = {
    "event": "payment.capture",
    "created": "2026-01-05T10:00:00Z",
    "data": {
        "payment_id": "py-1", "payment_request_id": "pr-1", "reference_id": "W-1-A1_aB3_x-9Zq0", "status": "SUCCEEDED",
    },
}  # fmt: skip
REFUND = {
    "id": "rfd-1", "payment_id": "ddpy-1", "payment_request_id": "pr-1", "reference_id": "W-1-R1", "status": "FAILED",
    "failure_code": "ACCOUNT_NOT_FOUND",
}  # fmt: skip

REFUND_WITH_NEWER_NAME = {"refund_id" if name == "id" else name: value for name, value in REFUND.items()}
# Of COMPLETED, PAID and the end of a payment request, as versions before kept them.
KEYS = [
    "056c5b8a7c39bbd84985884dd59b3630d143d190fecb02f2574caecf967d1194",
    "ab5793c4f7ba8a9b21bb3096eb3c03fffbea73de9563977d5ab3f53ecf934c5a",
    "59a9a19f709f436afe12e19692815a50354d356e838eeb58143c961b52054fb9",
]
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


def test_an_event_about_a_payment_names_its_payment_request():
    found = event(**PAID)

    assert (found.payment_id, found.payment_request_id, found.session_id) == ("py-1", "pr-1", None)


def test_an_event_about_a_payment_request_names_it():
    found = event(event="payment_request.expiry", data={"payment_request_id": "pr-1", "status": "EXPIRED"})

    assert (found.payment_request_id, found.payment_id, found.refund_id) == ("pr-1", None, None)


def refund_event(data: dict, event_name: str = "refund.failed"):
    return event(event=event_name, data=data)


@pytest.mark.parametrize(
    "sent",
    [
        REFUND, REFUND_WITH_NEWER_NAME,
        {"event": "refund.failed", "created": "2020-08-29T09:12:33.001Z", "data": REFUND},
        {"event": "refund.failed", "created": "2020-08-29T09:12:34.001Z", "data": REFUND_WITH_NEWER_NAME},
    ],
    ids=["in data", "by the newer name", "in a second envelope", "in a second envelope, by the newer name"],
)  # fmt: skip
def test_a_refund_is_found_wherever_xendit_puts_it_and_its_event_has_one_key(sent: dict):
    found = refund_event(sent)

    assert (found.refund_id, found.payment_id, found.payment_request_id) == ("rfd-1", "ddpy-1", "pr-1")
    assert (found.reference, found.failure_code) == ("W-1-R1", "ACCOUNT_NOT_FOUND")
    assert found.key == refund_event(REFUND).key


@pytest.mark.parametrize("changes", [{"id": "rfd-2"}, {"status": "SUCCEEDED"}], ids=["refund", "status"])
def test_two_refunds_of_one_payment_are_two_events(changes: dict):
    assert refund_event({**REFUND, **changes}).key != refund_event(REFUND).key


@pytest.mark.parametrize("odd", [None, 7, [], "text", {}], ids=repr)
def test_a_refund_event_whose_second_envelope_is_empty_is_still_an_event(odd):
    assert refund_event({"data": odd, "id": "rfd-1"}).refund_id == "rfd-1"


def test_only_a_refund_event_has_a_second_envelope():
    assert event(data={"data": REFUND, "payment_session_id": "ps-1"}).payment_request_id is None


def test_the_key_of_an_event_stays_what_it_was():
    """A shop that is upgraded knows an event again that it stored before."""
    keys = [event().key, event(**PAID).key, event(event="payment_request.expiry", data={"payment_request_id": "p"}).key]

    assert keys == KEYS


NO_OBJECT = {
    **dict.fromkeys((b"[]", b"null", b'"x"', b"7"), "not a JSON object"),
    **dict.fromkeys((b"", b"{"), "not JSON: JSONDecodeError"),
    b'{"a": NaN}': "not JSON: BadJSON",
    b"[" * 9_000: "nested too deeply",
}


@pytest.mark.parametrize(("body", "told"), NO_OBJECT.items(), ids=ascii)
def test_a_body_that_is_no_json_object_is_refused_and_says_why(body: bytes, told: str):
    with pytest.raises(BadWebhook) as error:
        parse_event(body)

    assert str(error.value) == told


def test_an_event_without_a_name_is_known_by_all_it_says_but_its_time():
    nameless = event(event=None)

    assert event(event=None, created="2027-01-01T00:00:00Z").key == nameless.key
    assert event(event=None, data=data(amount=1)).key != nameless.key


@pytest.mark.parametrize("odd", [None, 7, "", "Paid", "paid!", "x" * 65, "payment_session.completed\n"], ids=ascii)
def test_an_event_of_an_odd_name_has_none(odd):
    assert event(event=odd).name == ""


@pytest.mark.parametrize("odd", [None, 7, 1.5, True, [], {}, "", "x" * 300], ids=lambda odd: ascii(odd)[:12])
def test_fields_of_an_odd_kind_are_left_out(odd):
    found = event(data={name: odd for name in ("payment_session_id", "payment_id", "reference_id", "failure_code")})

    assert (found.session_id, found.payment_id, found.reference, found.failure_code) == (None, None, None, None)


def test_a_failure_code_is_cut_to_what_can_be_stored():
    assert event(data=data(failure_code="X" * 65)).failure_code == "X" * 64


@pytest.mark.parametrize("odd", [None, 7, [], "text", [COMPLETED["data"]]], ids=repr)
def test_an_event_without_data_is_still_an_event(odd):
    assert event(data=odd).session_id is None
    assert event(event=odd).session_id == ("ps-1")
