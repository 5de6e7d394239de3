"""The worker's hands: each kind of work has its share of them, and takes the next piece as one falls free."""

import threading

import pytest

from store.rules import clock
from store.worker import Job

from ..in_process import Shop
from ..standing_clock import StandingClock
from ..waiting import PATIENCE
from .ending import EndingClock, Stuck


def test_slow_work_of_one_kind_keeps_no_other_kind_waiting(shop: Shop):
    slow, ended = Stuck(), []
    polls = Job("polls", 60.0, 3, lambda _: [1, 2], lambda *_: (slow(), ended.append("poll")))
    webhooks = Job("webhooks", 60.0, 2, lambda _: [1], lambda *_: (ended.append("webhook"), slow.may_end.set()))
    ending = EndingClock(4, lambda: worker.stop())

    with clock.using(ending):
        worker = shop.worker(polls, webhooks)
        worker.run()

    assert ended == ["webhook", "poll", "poll"]


def test_no_more_is_reserved_than_hands_are_free_to_do(shop: Shop):
    slow, limits = Stuck(), []
    job = Job("polls", 2.0, 3, lambda limit: limits.append(limit) or [1, 2][:limit], slow)
    ending = EndingClock(40, lambda: (worker.stop(), slow.may_end.set()))

    with clock.using(ending):
        worker = shop.worker(job)
        worker.run()

    assert (limits, slow.begun) == ([3, 1], 3)


class WaitingClock(StandingClock):
    """A clock on which waiting for something takes as long as that takes, and no time passes."""

    def wait(self, event: threading.Event, seconds: float) -> None:
        assert event.wait(PATIENCE)


def test_the_next_is_begun_when_a_hand_falls_free_beside_a_slow_one_and_before_any_time_has_passed(shop: Shop):
    slow, ended, waiting = Stuck(), [], list(range(20))

    def do(each: int, _: object) -> None:
        if each == 0:
            slow()
        elif each == 19:
            slow.may_end.set()
            worker.stop()
        ended.append(each)

    job = Job("webhooks", 60.0, 2, lambda limit: [waiting.pop(0) for _ in waiting[:limit]], do)
    with clock.using(WaitingClock()):
        worker = shop.worker(job)
        all_ended = worker.run()
        passed = clock.monotonic()

    assert (all_ended, passed, sorted(ended)) == (True, 0, list(range(20)))


def test_one_pass_begins_the_next_beside_a_slow_one(shop: Shop):
    slow, ended, waiting = Stuck(), [], list(range(5))

    def do(each: int, _: object) -> None:
        if each == 0:
            slow()
        ended.append(each)
        if each == 4:
            slow.may_end.set()

    shop.worker(Job("webhooks", 60.0, 2, lambda limit: [waiting.pop(0) for _ in waiting[:limit]], do)).run_once()

    assert ended == [1, 2, 3, 4, 0]


def test_what_is_under_way_may_end_when_the_worker_is_told_to(shop: Shop):
    slow = Stuck()
    ended: list[int] = []
    job = Job("slow work", 60.0, 1, lambda _: [1], lambda each, _: (slow(), ended.append(each)))
    ending = EndingClock(1, lambda: (worker.stop(), threading.Timer(0.2, slow.may_end.set).start()))

    with clock.using(ending):
        worker = shop.worker(job)
        all_ended = worker.run()

    assert (all_ended, ended) == (True, [1])


def test_it_does_not_wait_for_what_does_not_end(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("store.worker.ENDS_WITHIN", 0.1)
    slow = Stuck()
    ending = EndingClock(1, lambda: worker.stop())

    with clock.using(ending):
        worker = shop.worker(Job("slow work", 60.0, 1, lambda _: [1], slow))
        all_ended = worker.run()

    slow.may_end.set()
    assert not all_ended


def test_one_pass_goes_through_all_kinds_of_work_and_does_all_that_is_due(shop: Shop):
    waiting = {"letters": [1, 2, 3], "refunds": [4]}
    done: list[int] = []

    def job(name: str) -> Job:
        return Job(name, 60.0, 2, lambda limit: [waiting[name].pop(0) for _ in waiting[name][:limit]], note)

    def note(each: int, _: object) -> None:
        done.append(each)

    assert shop.worker(job("letters"), job("refunds")).run_once()

    assert sorted(done) == [1, 2, 3, 4]
