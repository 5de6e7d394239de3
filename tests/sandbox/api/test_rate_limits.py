"""Xendit's rate limit of the test mode: off at first; sixty calls a minute for each endpoint and account."""

from datetime import timedelta

import pytest

from sandbox.trouble import faults

from ..conftest import new_merchant

HEADERS = {"Rate-Limit-Limit", "Rate-Limit-Remaining", "Rate-Limit-Reset"}
UNKNOWN = "/sessions/ps-000000000000000000000000"


@pytest.fixture
def limited(merchant, time):
    """A merchant whose sixty calls to read a session are used up."""
    time.stop()
    merchant.sets(rate_limited=True)
    for _ in range(60):
        merchant.get(UNKNOWN)
    return merchant


def test_nobody_is_limited_at_first(merchant):
    answers = [merchant.get(UNKNOWN) for _ in range(61)]

    assert {answer.status_code for answer in answers} == {404}
    assert not HEADERS & answers[0].headers.keys()


def test_the_headers_count_down(merchant, time):
    merchant.sets(rate_limited=True)
    time.stop()
    merchant.get(UNKNOWN)
    time.jump(timedelta(seconds=1.63))

    headers = merchant.get(UNKNOWN).headers

    assert {name: headers[name] for name in HEADERS} == {
        "Rate-Limit-Limit": "60",
        "Rate-Limit-Remaining": "58",
        "Rate-Limit-Reset": "58.37",
    }


def test_the_call_after_the_last_is_refused(limited):
    answer = limited.get(UNKNOWN)

    assert (answer.status_code, answer.json()["error_code"]) == (429, "RATE_LIMIT_EXCEEDED")
    assert answer.headers["Rate-Limit-Remaining"] == "0"
    assert "Retry-After" not in answer.headers


def test_another_endpoint_and_another_account_have_their_own_count(limited, here, receiver):
    other = new_merchant(here, receiver)
    other.sets(rate_limited=True)

    assert limited.post("/sessions", json={}).status_code == 400
    assert other.get(UNKNOWN).status_code == 404


def test_each_operation_is_counted_for_itself(merchant):
    merchant.sets(rate_limited=True)

    left = {}
    for operation in faults.OPERATIONS.values():
        method, path = operation.words.split()
        answer = merchant.http.request(method, merchant.address + path.replace("{id}", "nobody"), timeout=30)
        left[operation.name] = answer.headers["Rate-Limit-Remaining"]

    assert left == dict.fromkeys(faults.OPERATIONS, "59")


def test_the_window_slides(limited, time):
    time.jump(timedelta(seconds=59))
    before = limited.get(UNKNOWN).status_code

    time.jump(timedelta(seconds=1))

    assert (before, limited.get(UNKNOWN).status_code) == (429, 404)


def test_a_clock_that_goes_back_does_not_lock_an_account_out(merchant, time):
    merchant.sets(rate_limited=True)
    time.jump(timedelta(days=30))
    for _ in range(61):
        merchant.get(UNKNOWN)

    time.reset()

    answer = merchant.get(UNKNOWN)
    assert answer.status_code == 404
    assert float(answer.headers["Rate-Limit-Reset"]) <= 60
