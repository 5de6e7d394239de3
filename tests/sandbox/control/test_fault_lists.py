"""Faults of the API as they wait: in which order, how often, for whom, and what the records say of them."""

import pytest

from ..conftest import new_merchant
from ..controls import Control
from .test_faults import asks_for_session, reads
from .test_played_buyer import plays


def test_faults_tell_a_story_in_the_order_in_which_they_were_ordered(merchant, control):
    control.orders("error", "create_session", status=503, count=2)
    control.orders("error", status=500)

    statuses = [asks_for_session(merchant).status_code for _ in range(4)]

    assert statuses == [503, 503, 500, 201]
    assert control.does("GET", "faults") == []


def test_a_fault_says_how_many_calls_it_still_spoils(merchant, control):
    ordered = control.orders("error", "create_session", count=3)

    asks_for_session(merchant)

    assert control.does("GET", "faults") == [ordered | {"left": 2}]


def test_a_fault_without_a_count_stays_until_it_is_taken_away(merchant, control):
    fault = control.orders("error", count=None)
    assert [asks_for_session(merchant).status_code for _ in range(5)] == [500] * 5

    control.does("DELETE", f"faults/{fault['id']}")

    assert asks_for_session(merchant).status_code == 201
    assert control.asks("DELETE", f"faults/{fault['id']}").status_code == 404


def test_all_faults_can_be_taken_away_at_once(merchant, control):
    control.orders("error")
    control.orders("garbage", count=None)

    control.does("DELETE", "faults")

    assert asks_for_session(merchant).status_code == 201


def test_a_spoiled_call_is_in_the_ledger_as_its_caller_saw_it(merchant, control):
    session = merchant.create()
    control.orders("garbage", "get_session")
    reads(merchant, session)

    made, read = control.ledger(session)["calls"]

    assert (made["fault"], read["fault"], read["status"]) == (None, "garbage", 200)
    assert "<html>" in read["answer"]


def test_one_merchants_faults_leave_the_others_alone(here, merchant, control, receiver):
    other = new_merchant(here, receiver)
    control.orders("error", count=None)

    assert asks_for_session(other).status_code == 201
    theirs = Control(here.address, other.key)
    assert theirs.does("GET", "faults") == []
    assert theirs.asks("DELETE", f"faults/{control.does('GET', 'faults')[0]['id']}").status_code == 404


def test_a_call_that_did_no_work_is_part_of_its_sessions_story_too(merchant, control):
    session = merchant.create()
    control.orders("error", "get_session")

    reads(merchant, session)

    assert [call["fault"] for call in control.ledger(session)["calls"]] == [None, "error"]


@pytest.mark.parametrize("fault", [
    {}, [], {"kind": "flood"}, {"kind": "error", "operation": "pay"}, {"kind": "error", "count": 0},
    {"kind": "error", "count": "1"}, {"kind": "delay", "milliseconds": 60001},
    {"kind": "error", "status": 200},
    {"kind": "error", "error_code": "not found"}, {"kind": "wrong_amount", "value": [1]},
    {"kind": "error", "when": 1},
    {"kind": ["error"]}, {"kind": "error", "status": True}, {"kind": "error", "error_code": None},
])  # fmt: skip
def test_a_fault_that_makes_no_sense_is_refused_with_a_sentence(control, fault):
    refused = control.asks("POST", "faults", json=fault)

    assert refused.status_code == 400
    assert refused.json()["message"].endswith(".")
    assert control.does("GET", "faults") == []


def test_a_fault_of_one_session_leaves_calls_about_the_others_alone(merchant, control):
    ours, other = merchant.create(), merchant.create()
    control.orders("wrong_amount", "get_session", session=ours["payment_session_id"], count=None)

    assert [reads(merchant, session).json()["amount"] for session in (ours, other, ours)] == [150001, 150000, 150001]


def test_a_fault_of_one_session_spoils_what_is_asked_about_its_payment_and_refunds(merchant, control):
    ours, other = merchant.create(), merchant.create()
    for session in (ours, other):
        plays(control, session, "pay")
    control.orders("error", "*", session=ours["payment_session_id"], count=None)

    def statuses(session):
        ids = control.ledger(session)["payments"][0]
        refund = merchant.post("/refunds", json={"payment_request_id": ids["payment_request_id"], "reason": "OTHERS"})
        return [merchant.get(f"/v3/payments/{ids['payment_id']}").status_code, refund.status_code]

    assert (statuses(ours), statuses(other)) == ([500, 500], [200, 200])
    assert [call["fault"] for call in control.ledger(ours)["calls"]][-2:] == ["error", "error"]


def test_a_refund_that_is_read_is_about_its_session(merchant, control):
    session = merchant.create()
    plays(control, session, "pay")
    refund = merchant.refunds(session).json()
    control.orders("wrong_amount", "get_refund", session=session["payment_session_id"])

    assert [merchant.get(f"/refunds/{refund['id']}").json()["amount"] for _ in range(2)] == [150001, 150000]


def test_a_session_of_a_fault_is_named_by_its_id(control):
    assert control.asks("POST", "faults", json={"kind": "error", "session": 7}).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000, b"[]", b"{}", b'{"payment_request_id": 7}', b'{"payment_request_id": []}', b"\xff",
        b'{"payment_request_id": "\\ud800"}',
    ],
)  # fmt: skip
def test_what_is_no_refund_is_about_no_session(merchant, control, body):
    session = merchant.create()
    control.orders("error", "create_refund", status=503, session=session["payment_session_id"])

    answer = merchant.post("/refunds", data=body, headers={"content-type": "application/json"})

    assert answer.status_code == 400
    assert len(control.does("GET", "faults")) == 1
