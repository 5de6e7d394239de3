"""Refunds after they were asked for: read, listed, canceled, and asked for again with the same key."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from ..conftest import new_merchant, until
from ..controls import names

UNKNOWN = "rfd-00000000-0000-4000-8000-000000000000"


@pytest.fixture
def paid(merchant, buyer):
    """A session of 150000 paid by card, whose refunds stay pending."""
    merchant.sets(refund_seconds=60)
    session = merchant.create()
    buyer.pays_by_card(session)
    return session


def reads(merchant, refund):
    return merchant.get(f"/refunds/{refund['id']}").json()


def listed(merchant, path="/refunds/"):
    return [refund["id"] for refund in merchant.get(path).json()["data"]]


def cancels(merchant, refund):
    return merchant.post(f"/refunds/{refund['id']}/cancel")


def test_a_refund_is_read_as_it_was_answered_and_later_as_it_ended(merchant, paid, receiver):
    merchant.sets(refund_seconds=1)
    refund = merchant.refunds(paid).json()
    early = reads(merchant, refund)

    told = receiver.wait_for(paid, "refund.succeeded")["body"]["data"]["data"]

    assert early == refund
    assert reads(merchant, refund) == told | {"payment_request_id": refund["payment_request_id"]}


@pytest.mark.parametrize(("method", "path"), [("GET", "/refunds/{}"), ("POST", "/refunds/{}/cancel")])
@pytest.mark.parametrize("refund_id", [UNKNOWN, "nothing"])
def test_a_refund_that_nobody_asked_for_is_not_found(merchant, method, path, refund_id):
    answer = merchant.http.request(method, merchant.address + path.format(refund_id), timeout=30)

    assert (answer.status_code, answer.json()["error_code"]) == (404, "DATA_NOT_FOUND")


@pytest.mark.parametrize("path", ["/refunds", "/refunds/"])
def test_refunds_are_listed_newest_first(here, receiver, merchant, paid, path):
    older = merchant.refunds(paid, amount=1000).json()
    cancels(merchant, older)
    newer = merchant.refunds(paid, amount=2000).json()

    assert listed(merchant, path) == [newer["id"], older["id"]]
    assert merchant.get(path).json()["has_more"] is False
    assert listed(new_merchant(here, receiver), path) == []


def test_a_list_of_refunds_says_that_there_are_more(merchant, paid):
    made = []
    for _ in range(101):
        made.append(merchant.refunds(paid, amount=1).json())
        cancels(merchant, made[-1])

    answer = merchant.get("/refunds/").json()

    assert [refund["id"] for refund in answer["data"]] == [refund["id"] for refund in reversed(made[1:])]
    assert answer["has_more"] is True


def test_a_pending_refund_is_canceled_and_takes_nothing(merchant, paid, webhooks, time):
    refund = merchant.refunds(paid).json()

    canceled = cancels(merchant, refund).json()

    assert canceled["status"] == "CANCELLED"
    assert reads(merchant, refund) == canceled
    other = merchant.refunds(paid, amount=150000).json()
    time.jump(timedelta(minutes=2))
    came = until(webhooks, lambda all: "refund.succeeded" in names(all))
    told = [each["body"]["data"]["data"] for each in came if each["body"]["event"].startswith("refund.")]
    assert [each["id"] for each in told] == [other["id"]]
    assert reads(merchant, refund) == canceled


@pytest.mark.parametrize("failure_code", [None, "REFUND_FAILED"])
def test_a_refund_that_has_ended_is_not_canceled(merchant, paid, receiver, failure_code):
    merchant.sets(refund_seconds=0, refund_failure_code=failure_code)
    refund = merchant.refunds(paid).json()
    end = "failed" if failure_code else "succeeded"
    receiver.wait_for(paid, f"refund.{end}")

    answer = cancels(merchant, refund)

    assert (answer.status_code, answer.json()) == (
        400,
        {
            "error_code": "INELIGIBLE_TRANSACTION_STATUS",
            "message": f"Refund status is {end.upper()}, expecting PENDING",
        },
    )


def test_a_refund_asked_for_again_with_its_key_is_made_once(merchant, paid, receiver):
    merchant.sets(refund_seconds=0)
    key = {"idempotency-key": "refund-1"}
    body = {"payment_request_id": merchant.session(paid)["payment_request_id"], "reason": "OTHERS", "amount": 1000}
    first = merchant.post("/refunds", json=body, headers=key).json()
    until(lambda: reads(merchant, first), lambda refund: refund["status"] == "SUCCEEDED")

    again = merchant.post("/refunds", json=dict(reversed(body.items())), headers=key)

    assert (again.status_code, again.json()) == (200, first)
    assert listed(merchant) == [first["id"]]


def test_a_key_of_another_refund_is_refused(here, receiver, merchant, paid):
    key = {"idempotency-key": "refund-1"}
    body = {"payment_request_id": merchant.session(paid)["payment_request_id"], "reason": "OTHERS", "amount": 1000}
    merchant.post("/refunds", json=body, headers=key)

    other = merchant.post("/refunds", json=body | {"amount": 2000}, headers=key)
    stranger = new_merchant(here, receiver).post("/refunds", json=body, headers=key)

    assert (other.status_code, other.json()["error_code"]) == (409, "DUPLICATE_ERROR")
    assert stranger.status_code == 404
    assert len(listed(merchant)) == 1


def test_a_reset_forgets_the_keys(merchant, control, paid):
    key = {"idempotency-key": "refund-1"}
    body = {"payment_request_id": merchant.session(paid)["payment_request_id"], "reason": "OTHERS"}
    merchant.post("/refunds", json=body, headers=key)

    control.does("POST", "reset")

    assert merchant.post("/refunds", json=body, headers=key).status_code == 404


def test_a_key_keeps_no_refusal(merchant, paid):
    key = {"idempotency-key": "refund-1"}
    body = {"payment_request_id": merchant.session(paid)["payment_request_id"], "reason": "OTHERS"}
    blocking = merchant.refunds(paid).json()

    refused = merchant.post("/refunds", json=body, headers=key)
    cancels(merchant, blocking)
    taken = merchant.post("/refunds", json=body, headers=key)

    assert refused.json()["error_code"] == "REFUND_IN_PROGRESS"
    assert taken.status_code == 200


def test_the_same_key_many_times_at_once_makes_one_refund(merchant, paid):
    body = {"payment_request_id": merchant.session(paid)["payment_request_id"], "reason": "OTHERS"}

    def asks(_):
        return merchant.post("/refunds", json=body, headers={"idempotency-key": "refund-1"}).json()["id"]

    with ThreadPoolExecutor(8) as crowd:
        ids = set(crowd.map(asks, range(8)))

    assert ids == set(listed(merchant))
    assert len(ids) == 1
