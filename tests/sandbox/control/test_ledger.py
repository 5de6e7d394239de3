"""What an auditor asks: all records, or some kinds of them; and how often the API was called, minute by minute."""

from ..conftest import new_merchant
from ..controls import Control
from .test_played_buyer import plays

MONEY = ("sessions", "payments", "captures", "refunds")
LOOK = "GET /sessions/{id}"


def test_the_records_of_money_can_be_had_without_the_rest(merchant, control):
    merchant.sets(refund_seconds=60)
    session = merchant.create()
    plays(control, session, "pay")
    refund = merchant.refunds(session, amount=150000).json()

    some, every = control.does("GET", f"ledger?only={','.join(MONEY)}"), control.ledger()

    assert set(some) == {"business_id", *MONEY}
    assert some == {name: every[name] for name in some}
    assert [capture["capture_amount"] for capture in some["captures"]] == [150000]
    assert some["captures"][0]["payment_id"] == some["payments"][0]["payment_id"] == refund["payment_id"]


def test_of_one_session_too(merchant, control):
    ours, _ = merchant.create(), merchant.create()

    [only] = control.does("GET", f"ledger?session={ours['payment_session_id']}&only=sessions")["sessions"]

    assert only == ours


def test_a_kind_that_there_is_not_is_refused_with_a_sentence(control):
    refused = control.asks("GET", "ledger?only=sessions,rumors")

    assert refused.status_code == 400
    assert "rumors" in refused.json()["message"]


def test_calls_are_counted_by_what_they_ask_whatever_the_id(merchant, control):
    for session in (merchant.create(), merchant.create()):
        merchant.session(session)
    merchant.cancel(session)

    counts = control.does("GET", "calls")

    assert {call: each["calls"] for call, each in counts["of"].items()} == {
        "GET /sessions/{id}": 3,  # The merchant of the tests is made by one.
        "POST /sessions": 2,
        "POST /sessions/{id}/cancel": 1,
    }
    assert (counts["calls"], counts["too_many"]) == (6, 0)


def test_the_most_in_a_minute_is_of_any_minute_on_the_sandboxs_clock(merchant, control, time):
    control.does("POST", "clock", {"action": "stop"})
    control.jumps(3600)
    session = merchant.create()
    for seconds in (30, 29, 1, 0, 59, 1):
        merchant.session(session)
        control.jumps(seconds)

    of = control.does("GET", "calls")["of"]

    assert (of[LOOK]["calls"], of[LOOK]["most_in_a_minute"]) == (7, 4)


def test_only_what_came_since_a_moment_is_counted(merchant, control, time):
    session = merchant.create()
    control.jumps(3600)
    now = control.does("GET", "clock")["now"]
    merchant.session(session)

    counts = control.does("GET", f"calls?since={now}")

    assert counts == {"calls": 1, "too_many": 0, "of": {LOOK: {"calls": 1, "most_in_a_minute": 1}}}
    assert control.asks("GET", "calls?since=yesterday").status_code == 400


def test_calls_that_were_too_many_are_counted(merchant, control, time):
    control.does("POST", "clock", {"action": "stop"})
    session = merchant.create()
    merchant.sets(rate_limited=True)
    for _ in range(62):
        merchant.session(session)

    assert control.does("GET", "calls")["too_many"] == 2


def test_another_accounts_records_and_calls_are_its_own(here, merchant, control, receiver):
    other = Control(here.address, new_merchant(here, receiver).key)
    merchant.create()

    assert other.ledger()["sessions"] == []
    assert other.does("GET", "calls")["of"].keys() == {LOOK}
