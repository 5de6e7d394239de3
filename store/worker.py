"""The background worker: works through the inbox, looks at attempts when they are due, closes orders.

More than one may run: each piece of work is reserved before it is done, and whatever is done twice
changes nothing.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial

from flask import Flask

from .database import UNAVAILABLE, reason
from .orders import checks, inbox
from .rules import clock
from .xendit import Client

INBOX_EVERY = 0.25
CHECKS_EVERY = 2.0
BATCH = 50
# Work is mostly waiting for Xendit; one slow answer must not hold up everyone else.
HANDS = 8
# Xendit allows 60 calls a minute to an endpoint with a test key and 600 with a live one
# (CONTRACT 1.2). Polls take half of it; reads for a webhook or a waiting buyer are not counted.
POLLS_A_MINUTE_WITH_TEST_KEY = 30
POLLS_A_MINUTE = 300

log = logging.getLogger(__name__)


class Worker:
    """Runs until `stop` is called; `run_once` does all that is due now."""

    def __init__(self, app: Flask, provider: Client, *, is_test_key: bool) -> None:
        self._app = app
        self._provider = provider
        self._budget = Budget(POLLS_A_MINUTE_WITH_TEST_KEY if is_test_key else POLLS_A_MINUTE)
        self._stopping = threading.Event()
        self._has_stumbled = False

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        """Work until stopped. What fails is logged, and neither the inbox nor the checks wait for the other."""
        next_checks = 0.0
        while not self._stopping.is_set():
            pause = INBOX_EVERY if self._manages(self._work_through_inbox) else CHECKS_EVERY
            if clock.monotonic() >= next_checks:
                self._manages(self._check_due_attempts)
                next_checks = clock.monotonic() + CHECKS_EVERY
            clock.sleep(pause)

    def _manages(self, work: Callable[[], object]) -> bool:
        """Do some work; tell whether it went well. A failure that nobody foresaw is logged, and the worker goes on."""
        try:
            work()
        except UNAVAILABLE as error:
            log.error("the worker waits for the database, which cannot be used: %s", reason(error))
        except Exception:
            log.exception("the worker stumbled and goes on")
        else:
            return True
        self._has_stumbled = True
        return False

    def run_once(self) -> bool:
        """Do everything that is due now; tell whether all of it went well."""
        self._has_stumbled = False
        while self._work_through_inbox():
            pass
        self._check_due_attempts()
        return not self._has_stumbled

    def _work_through_inbox(self) -> int:
        with self._app.app_context():
            taken = inbox.take(BATCH)
        self._in_parallel(inbox.process, taken)
        return len(taken)

    def _check_due_attempts(self) -> None:
        with self._app.app_context():
            taken = checks.take(min(BATCH, self._budget.left()))
        self._budget.spend(len(taken))
        self._in_parallel(checks.check, taken)

    def _in_parallel(self, work: Callable[[int, Client], None], ids: Iterable[int]) -> None:
        """Do each piece of work. One that fails is logged and taken again when its lease is over; the rest go on."""

        def one(each: int) -> None:
            with self._app.app_context():
                self._manages(partial(work, each, self._provider))

        with ThreadPoolExecutor(HANDS) as pool:
            for each in ids:
                # With the context of this thread, which names the clock.
                pool.submit(copy_context().run, one, each)


class Budget:
    """How many polls may still be made: `a_minute` of them, saved up for a minute at most."""

    def __init__(self, a_minute: int) -> None:
        self._a_minute = a_minute
        self._left = float(a_minute)
        self._at = clock.monotonic()

    def left(self) -> int:
        """Return the whole number of polls that may be made now."""
        now = clock.monotonic()
        self._left = min(self._left + (now - self._at) * self._a_minute / 60, self._a_minute)
        self._at = now
        return int(self._left)

    def spend(self, polls: int) -> None:
        self._left -= polls
