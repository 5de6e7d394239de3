"""The circuit breaker: while Xendit cannot be reached nobody waits for it in vain.

After `FAILURES` calls in a row that failed within a minute, calls fail at once for `PAUSE` seconds. Then one call is
let through to try, and each `PAUSE` another, until one is answered.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable

from .errors import NotSent

FAILURES = 5
PAUSE = 30.0  # seconds
# Failures further apart are no outage: one object that Xendit stumbles over stops nobody else.
TOGETHER = 60.0  # seconds

log = logging.getLogger(__name__)


class Breaker:
    """Safe to share between threads. `monotonic` tells how much time has passed."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._failed_at: deque[float] = deque(maxlen=FAILURES)
        self._next_try: float | None = None  # None while calls go through

    def check(self) -> None:
        """Let a call through, or raise NotSent."""
        with self._lock:
            if self._next_try is None:
                return
            now = self._monotonic()
            if now < self._next_try:
                raise NotSent
            # This call is the one that tries. Should nothing be heard of it, another does later.
            self._next_try = now + PAUSE

    def note_answer(self) -> None:
        """Xendit answered, whatever it said: calls go through."""
        with self._lock:
            self._failed_at.clear()
            if self._next_try is not None:
                log.warning("xendit answers again")
            self._next_try = None

    def note_failure(self) -> None:
        """A call got no answer, or none of Xendit's."""
        with self._lock:
            now = self._monotonic()
            self._failed_at.append(now)
            if self._next_try is None and len(self._failed_at) == FAILURES and now - self._failed_at[0] <= TOGETHER:
                self._next_try = now + PAUSE
                log.warning("xendit failed %d times in a row: no call for %d seconds", FAILURES, PAUSE)
