"""Slots for calls: whatever Xendit does, only so many threads of a process wait for it.

A thread that is to call again and again, or must know beforehand that it can, holds one slot all that time. Those who
wait for a slot hold threads, too, so only some may; further ones are told at once that there is none.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST_WAIT = 2.0  # seconds


class Slots:
    """So many `calls` at once, and as many threads as are `waiting` for one. Safe to share between threads."""

    def __init__(self, calls: int, waiting: int) -> None:
        self._free = threading.Semaphore(calls)
        self._places_to_wait = threading.Semaphore(waiting)
        self._thread = threading.local()

    @contextmanager
    def one(self, wait: float = LONGEST_WAIT) -> Iterator[bool]:
        """Hold a slot for the block, after a wait of at most so many seconds; tell whether there is one.

        What was told to the thread around the block holds in it, too.
        """
        told = getattr(self._thread, "has_one", None)
        if told is not None:
            yield told
            return
        has_one = self._thread.has_one = self._take(wait)
        try:
            yield has_one
        finally:
            self._thread.has_one = None
            if has_one:
                self._free.release()

    def _take(self, wait: float) -> bool:
        if self._free.acquire(blocking=False):
            return True
        if not self._places_to_wait.acquire(blocking=False):
            return False
        try:
            return self._free.acquire(timeout=wait)
        finally:
            self._places_to_wait.release()
