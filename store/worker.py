"""The background worker: one loop that looks at each kind of work in its turn, and hands that do what is due.

The hands last as long as the worker. Each kind of work has its share of them, so that slow polls never keep a webhook
waiting. Only as much is reserved as there are hands free for it: what is reserved is begun at once, by one worker. A
hand that falls free wakes the loop, which sleeps only while nothing that it could begin is due. More than one worker
may run, and whatever is done twice changes nothing.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any, NamedTuple

from flask import Flask

from .database import UNAVAILABLE, reason, write_nothing
from .orders import budget, checks, inbox, refunds
from .rules import clock
from .xendit import Client, Endpoint, counted_calls

TICK = 0.25  # seconds from one look at all kinds of work to the next, unless a hand falls free before
# After a look that failed, so that a database that is away is not asked again and again.
AFTER_TROUBLE = 2.0
# What is under way when the worker is told to end may take so long. A look at Xendit ends after 7 seconds; what takes
# longer, as a refund may that is just sent, is taken again when its lease is over.
ENDS_WITHIN = 9.0

log = logging.getLogger(__name__)


class Job(NamedTuple):
    """A kind of work. `take` reserves up to so many pieces that are due and returns their ids; `do` does one.

    It is looked at `every` so many seconds, and while there is more than its `hands` can do, as soon as one of them
    is free. What it `polls` it asks of Xendit without anybody waiting for it: that keeps to the budget of polls, and
    leaves the last calls that Xendit allows to those who wait.
    """

    name: str
    every: float
    hands: int
    take: Callable[[int], list[int]]
    do: Callable[[int, Client], Any]
    polls: tuple[Endpoint, ...] = ()


SESSIONS_AND_PAYMENTS = (
    Endpoint.GET_SESSION, Endpoint.CANCEL_SESSION, Endpoint.GET_PAYMENT, Endpoint.GET_PAYMENT_REQUEST,
)  # fmt: skip
REFUNDS = (Endpoint.CREATE_REFUND, Endpoint.GET_REFUND, Endpoint.LIST_REFUNDS, Endpoint.GET_PAYMENT)
JOBS = (
    Job("webhooks", 0.25, 32, inbox.take, inbox.process),
    Job("open payments", 2.0, 8, checks.take, checks.check, SESSIONS_AND_PAYMENTS),
    Job("refunds", 2.0, 4, refunds.take, refunds.check, REFUNDS),
)


class Worker:
    """Runs until `stop` is called; `run_once` does all that is due now."""

    def __init__(self, app: Flask, provider: Client, *, is_test_key: bool, jobs: tuple[Job, ...] = JOBS) -> None:
        self._app = app
        self._provider = provider
        self._jobs = jobs
        self._polls_a_minute = budget.A_MINUTE_WITH_TEST_KEY if is_test_key else budget.A_MINUTE
        self._stopping = threading.Event()
        self._hand_is_free = threading.Event()
        self._troubles = Troubles(self._write_nothing)

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> bool:
        """Work until stopped, whatever fails. Tell whether all that was under way has come to its end then."""
        with self._shares() as shares:
            while not self._stopping.is_set():
                self._hand_is_free.clear()
                for share in shares:
                    share.look()
                clock.wait(self._hand_is_free, TICK)
            return not wait([work for share in shares for work in share.under_way], ENDS_WITHIN).not_done

    def run_once(self) -> bool:
        """Do everything that is due now; tell whether all of it went well."""
        with self._shares() as shares:
            for share in shares:
                while share.begin() or share.under_way:
                    wait(share.under_way, return_when=FIRST_COMPLETED)
        return not self._troubles.forget()

    @contextmanager
    def _shares(self) -> Iterator[list["Share"]]:
        hands = ThreadPoolExecutor(sum(job.hands for job in self._jobs), thread_name_prefix="hand")
        try:
            yield [Share(job, hands, self._take, self._do, self._troubles, self._hand_is_free) for job in self._jobs]
        finally:
            # What is still under way goes on.
            hands.shutdown(wait=False)

    def _take(self, job: Job, limit: int) -> list[int]:
        with self._app.app_context():
            if not job.polls:
                return job.take(limit)
            if any(self._provider.rate_limits.wait_for(endpoint) for endpoint in job.polls):
                return []
            taken = job.take(min(limit, budget.left(self._polls_a_minute)))
            # Another worker may just have been faster. Then the rest waits for its lease to end.
            return taken[: budget.reserve(len(taken), self._polls_a_minute)] if taken else []

    def _write_nothing(self) -> None:
        with self._app.app_context():
            write_nothing()

    def _do(self, job: Job, each: int) -> None:
        with self._app.app_context():
            if job.polls:
                self._poll(job, each)
            else:
                job.do(each, self._provider)

    def _poll(self, job: Job, each: int) -> None:
        """Do a piece of work for which one call is reserved; it may be more, or none."""
        with counted_calls() as calls:
            try:
                job.do(each, self._provider)
            finally:
                budget.correct(1, calls.made)


class Share:
    """The hands that one kind of work may hold, of all that there are. One that falls free is told of."""

    def __init__(
        self,
        job: Job,
        hands: Executor,
        take: Callable[[Job, int], list[int]],
        do: Callable[[Job, int], None],
        troubles: "Troubles",
        hand_is_free: threading.Event,
    ) -> None:
        self.under_way: set[Future] = set()
        self._job = job
        self._hands = hands
        self._take = take
        self._do = do
        self._troubles = troubles
        self._hand_is_free = hand_is_free
        self._next_look = clock.monotonic()

    def look(self) -> None:
        """Begin what is due, if it is time to look and a hand is free."""
        if clock.monotonic() >= self._next_look:
            self.begin()

    def begin(self) -> bool:
        """Begin what is due, as much as hands are free; tell whether there was anything."""
        self.under_way = {work for work in self.under_way if not work.done()}
        free = self._job.hands - len(self.under_way)
        if not free:
            return False
        taken: list[int] = []
        went_well = self._troubles.are_noted(self._job, lambda: taken.extend(self._take(self._job, free)))
        pause = self._job.every if went_well else AFTER_TROUBLE
        self._next_look = clock.monotonic() + (0 if len(taken) == free else pause)
        for each in taken:
            # With the context of this thread, which names the clock.
            work = self._hands.submit(copy_context().run, self._piece, each)
            work.add_done_callback(lambda _: self._hand_is_free.set())
            self.under_way.add(work)
        return bool(taken)

    def _piece(self, each: int) -> None:
        """Do one piece of work. One that fails is taken again when its lease is over; the rest go on."""
        self._troubles.are_noted(self._job, lambda: self._do(self._job, each))


class Troubles:
    """What fails, for the log: a database that cannot be used is said once, and once that it can be used again.

    Who found nothing to do has only read, which works on a full disk too: so what was said is taken back by a write.
    """

    def __init__(self, write_nothing: Callable[[], None]) -> None:
        self._write_nothing = write_nothing
        self._lock = threading.Lock()
        self._without_database: set[str] = set()  # names of the jobs that could not use it when they last tried
        self._is_said = False
        self._any = False

    def are_noted(self, job: Job, work: Callable[[], object]) -> bool:
        """Do some work; tell whether it went well. A failure that nobody foresaw is logged, and the worker goes on."""
        try:
            work()
            if self._is_said:
                self._write_nothing()
        except UNAVAILABLE as error:
            self._note_database(job, reason(error))
        except Exception:
            log.exception("the worker stumbled over its %s and goes on", job.name)
        else:
            self._note_success(job)
            return True
        self._any = True
        return False

    def forget(self) -> bool:
        """Tell whether anything failed since this was last asked."""
        was_any, self._any = self._any, False
        return was_any

    def _note_database(self, job: Job, what: str) -> None:
        with self._lock:
            if not self._is_said:
                log.error("the worker waits for the database, which cannot be used: %s", what)
            self._without_database.add(job.name)
            self._is_said = True

    def _note_success(self, job: Job) -> None:
        with self._lock:
            self._without_database.discard(job.name)
            if self._is_said and not self._without_database:
                log.info("the worker uses the database again")
                self._is_said = False
