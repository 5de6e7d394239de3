"""Slots: so many calls at once, some who wait for one, and nobody else is kept."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
import requests

from store.config import THREADS
from store.worker import JOBS
from store.xendit import NoSlot, Slots
from store.xendit.breaker import FAILURES

from ...waiting import PATIENCE, wait_until
from .calls import Answers


def taken(slots: Slots, wait: float = PATIENCE) -> bool:
    """Tell whether another thread gets a slot."""

    def take() -> bool:
        with slots.one(wait) as has_one:
            return has_one

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(take).result(PATIENCE)


def in_a_thread(pool: ThreadPoolExecutor, slots: Slots, go_on: threading.Event) -> tuple[Future, threading.Event]:
    """Have another thread hold a slot until it may go on; what comes second is set once it has been told."""
    told = threading.Event()

    def hold() -> bool:
        with slots.one(PATIENCE) as has_one:
            told.set()
            go_on.wait(PATIENCE)
            return has_one

    return pool.submit(hold), told


def test_who_finds_no_slot_waits_until_one_is_free():
    slots, go_on = Slots(calls=1, waiting=1), threading.Event()
    with ThreadPoolExecutor(2) as pool:
        first, is_told = in_a_thread(pool, slots, go_on)
        assert is_told.wait(PATIENCE)
        second, second_is_told = in_a_thread(pool, slots, go_on)
        assert not second_is_told.wait(0.05)

        go_on.set()

        assert (first.result(PATIENCE), second.result(PATIENCE)) == (True, True)


def test_who_waits_in_vain_or_finds_no_place_to_wait_is_told_so():
    slots, nowhere_to_wait = Slots(calls=1, waiting=1), Slots(calls=1, waiting=0)

    with slots.one(), nowhere_to_wait.one():
        assert taken(slots, wait=0.01) is False
        assert taken(nowhere_to_wait, wait=PATIENCE) is False

    assert taken(slots, wait=0) and taken(nowhere_to_wait, wait=0)


def test_a_slot_holds_for_all_that_its_thread_does_within_and_is_given_back_whatever_happens():
    slots = Slots(calls=1, waiting=0)

    with pytest.raises(KeyError), slots.one() as outer, slots.one() as inner:
        assert (outer, inner) == (True, True)
        raise KeyError

    assert taken(slots)


def test_who_was_told_that_there_is_none_is_not_kept_again():
    slots, go_on = Slots(calls=1, waiting=0), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        _, is_told = in_a_thread(pool, slots, go_on)
        assert is_told.wait(PATIENCE)
        with slots.one() as outer:
            go_on.set()
            wait_until(lambda: taken(slots))

            with slots.one() as inner:
                assert (outer, inner) == (False, False)


def test_a_call_without_a_slot_is_not_made_and_no_sign_of_an_outage():
    provider, slots = Answers({"payment_session_id": "ps-a"}), Slots(calls=0, waiting=0)
    client = provider.client(slots=slots)
    for _ in range(FAILURES + 1):
        with pytest.raises(NoSlot) as found:
            client.get_session("ps-a")
        assert found.value.did_nothing
    assert provider.calls == []


def test_a_call_gives_its_slot_back():
    provider = Answers((requests.codes.not_found, {}, {}))
    client = provider.client(slots=Slots(calls=1, waiting=0))

    for _ in range(2):
        with pytest.raises(Exception, match="404"):
            client.get_session("ps-a")

    assert len(provider.calls) == 2


def test_no_hand_of_the_worker_ever_waits_for_a_slot():
    assert sum(job.hands for job in JOBS) <= THREADS * 3 // 4
