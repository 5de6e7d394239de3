"""Rate limits: what each answer tells is kept for its endpoint, until Xendit's window is over."""

import pytest

from store.xendit import Endpoint, RateLimited
from store.xendit.rate_limits import WINDOW, RateLimits

from ...in_process import Sandbox
from ...standing_clock import StandingClock
from .calls import Answers, client_of, request_until

GET = Endpoint.GET_SESSION


def headers(left: int | str = 6, limit: int | str = 60, reset: float | str = 58.37) -> dict[str, str]:
    return {
        "Rate-Limit-Limit": str(limit), "Rate-Limit-Remaining": str(left), "Rate-Limit-Reset": str(reset),
    }  # fmt: skip


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def limits(clock: StandingClock) -> RateLimits:
    return RateLimits(clock.monotonic)


def test_before_any_answer_nothing_waits(limits: RateLimits):
    assert limits.wait_for(GET) == 0.0


@pytest.mark.parametrize(
    ("left", "limit", "wait"),
    [(7, 60, 0.0), (6, 60, 58.37), (0, 60, 58.37), (61, 600, 0.0), (60, 600, 58.37)],
)
def test_work_that_can_wait_leaves_the_last_tenth_to_others(limits: RateLimits, left: int, limit: int, wait: float):
    limits.note(GET, headers(left, limit), is_refused=False)

    assert limits.wait_for(GET) == pytest.approx(wait)


def test_after_the_reset_nothing_waits_any_more(limits: RateLimits, clock: StandingClock):
    limits.note(GET, headers(), is_refused=False)
    clock.sleep(58)
    assert limits.wait_for(GET) == pytest.approx(0.37)

    clock.sleep(1)

    assert limits.wait_for(GET) == 0.0


def test_each_endpoint_is_counted_by_itself(limits: RateLimits):
    limits.note(GET, headers(), is_refused=False)

    assert limits.wait_for(Endpoint.GET_PAYMENT) == 0.0
    assert limits.wait_for("GET /sessions/{id}") > 0


@pytest.mark.parametrize(
    ("told", "wait"),
    [(headers(40, reset=12.34), 12.34), ({}, WINDOW), (headers(reset="soon"), WINDOW)],
    ids=["with a reset", "without headers", "with a reset that is none"],
)
def test_after_a_429_nothing_is_left_until_the_reset(limits: RateLimits, told: dict, wait: float):
    limits.note(GET, told, is_refused=True)

    assert limits.wait_for(GET) == pytest.approx(wait)


@pytest.mark.parametrize("name", ["Rate-Limit-Limit", "Rate-Limit-Remaining", "Rate-Limit-Reset"])
@pytest.mark.parametrize(
    "odd", ["", "many", "-1", "nan", "inf", "1e3", "６", "6, 6", "9" * 5000], ids=lambda odd: ascii(odd[:8])
)
def test_headers_that_are_no_numbers_tell_nothing(limits: RateLimits, name: str, odd: str):
    limits.note(GET, {**headers(), name: odd}, is_refused=False)

    assert limits.wait_for(GET) == 0.0


def test_no_wait_is_longer_than_xendits_window(limits: RateLimits):
    limits.note(GET, headers(reset=1893456000), is_refused=False)

    assert limits.wait_for(GET) == WINDOW


def test_the_client_keeps_what_xendit_tells(sandbox: Sandbox):
    client = client_of(sandbox)
    sandbox.spoil("create_session", "rate_limit")
    with pytest.raises(RateLimited):
        client.create_session(request_until(30, "W-TEST25-A1"))

    assert 0 < client.rate_limits.wait_for(Endpoint.CREATE_SESSION) <= 12.34
    assert client.rate_limits.wait_for(GET) == 0.0


def test_the_client_keeps_what_a_good_answer_tells():
    client = Answers((200, {"payment_session_id": "ps-1", "status": "ACTIVE"}, headers(left=6))).client()

    client.get_session("ps-1")

    assert 0 < client.rate_limits.wait_for(GET) <= 58.37
