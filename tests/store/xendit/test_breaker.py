"""The circuit breaker: during an outage nobody waits in vain, and one call finds out when it is over."""

import contextlib
from collections.abc import Callable

import pytest
import requests

from store.xendit import Client, NotSent, Patience, ProviderRefused, ProviderUnavailable, RateLimited
from store.xendit.breaker import FAILURES, PAUSE, TOGETHER

from ...standing_clock import StandingClock
from .calls import Answers, Failing

SESSION = {"payment_session_id": "ps-1", "status": "ACTIVE"}
DOWN = (503, {"error_code": "SERVICE_UNAVAILABLE"}, {})
HURRIED = Patience(connect=1, read=1, total=2)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


class Busy(Answers):
    """In Xendit's place, where others may call before it answers."""

    meanwhile: Callable[[], None] | None = None

    def __call__(self, environ: dict, start_response: Callable) -> list[bytes]:
        others, self.meanwhile = self.meanwhile, None
        if others:
            others()
        return super().__call__(environ, start_response)


def fail(client: Client, times: int = FAILURES) -> None:
    for _ in range(times):
        with pytest.raises(ProviderUnavailable):
            client.get_session("ps-1")


def broken(clock: StandingClock, *then) -> tuple[Client, Answers]:
    """A client whose calls failed until none is made any more, and what Xendit answers afterwards."""
    answers = Busy(*[DOWN] * FAILURES, *then)
    client = answers.client(monotonic=clock.monotonic)
    fail(client)
    answers.calls.clear()
    return client, answers


def test_after_so_many_failures_in_a_row_no_call_is_made(clock: StandingClock):
    client, answers = broken(clock, SESSION)
    clock.sleep(PAUSE - 1)

    with pytest.raises(NotSent) as told:
        client.get_session("ps-1")

    assert told.value.did_nothing
    assert answers.calls == []


def test_then_one_call_tries_while_the_others_still_fail_at_once(clock: StandingClock):
    client, answers = broken(clock, DOWN)
    clock.sleep(PAUSE)
    answers.meanwhile = lambda: fail(client, 3)

    fail(client, 3)

    assert len(answers.calls) == 1


def test_another_call_tries_after_each_pause(clock: StandingClock):
    client, answers = broken(clock, DOWN)

    for _ in range(3):
        clock.sleep(PAUSE)
        fail(client, 2)

    assert len(answers.calls) == 3


@pytest.mark.parametrize(
    "answer", [SESSION, (404, {}, {}), (422, {}, {}), (429, {}, {})], ids=["200", "404", "422", "429"]
)
def test_once_xendit_answers_calls_go_through_again(clock: StandingClock, answer):
    client, answers = broken(clock, answer, SESSION)
    clock.sleep(PAUSE)
    with contextlib.suppress(ProviderRefused, RateLimited):
        client.get_session("ps-1")

    for _ in range(3):
        client.get_session("ps-1")

    assert len(answers.calls) == 4


@pytest.mark.parametrize(
    "answer",
    [SESSION, (404, {}, {}), (429, {}, {}), (503, {"error_code": "CHANNEL_UNAVAILABLE"}, {})],
    ids=["200", "404", "429", "a bank is down"],
)
def test_an_answer_between_failures_ends_their_row(clock: StandingClock, answer):
    answers = Answers(*[DOWN] * (FAILURES - 1), answer, *[DOWN] * (FAILURES - 1), SESSION)
    client = answers.client(monotonic=clock.monotonic)

    for _ in range(2 * FAILURES - 1):
        with contextlib.suppress(ProviderRefused, ProviderUnavailable):
            client.get_session("ps-1")

    assert client.get_session("ps-1").is_active


def test_failures_far_apart_are_no_outage(clock: StandingClock):
    answers = Answers(DOWN)
    client = answers.client(monotonic=clock.monotonic)

    for _ in range(3 * FAILURES):
        fail(client, 1)
        clock.sleep(TOGETHER / (FAILURES - 1) + 1)

    assert len(answers.calls) == 3 * FAILURES


def test_a_hurried_caller_whose_call_fails_stops_nobody(clock: StandingClock):
    answers = Answers(*[DOWN] * FAILURES, SESSION)
    client = answers.client(monotonic=clock.monotonic)

    for _ in range(FAILURES):
        with pytest.raises(ProviderUnavailable):
            client.get_session("ps-1", HURRIED)

    assert client.get_session("ps-1").is_active


def test_no_answer_at_all_is_an_outage_too(clock: StandingClock):
    network = Failing(requests.ConnectionError("refused"))
    client = Client("key", "http://127.0.0.1:2", network, monotonic=clock.monotonic)

    fail(client, 2 * FAILURES)

    assert network.calls == FAILURES


def test_two_clients_have_a_breaker_each(clock: StandingClock):
    broken(clock, DOWN)

    assert Answers(SESSION).client(monotonic=clock.monotonic).get_session("ps-1").is_active
