"""Whose turn it is to write to a SQLite file: first come, first served, between threads and between processes.

SQLite's own waiting is a lottery: each who waits asks again after a pause of its own, and some lose for seconds. So
the threads of a process stand in one line, and the first of each line meets those of the other processes at a file
beside the database, with two places: one for who writes, one for who is next. Nobody takes the first without having
had the second, so a busy process cannot push in before one that waits.

That is about fairness alone: what keeps two writers apart is SQLite itself. Where no file can be kept, each process
goes by its own line.
"""

import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock

from .rules import clock

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

WRITING, NEXT = 0, 1
# Seconds. A process sees so late that a place has become free, and the file lies idle meanwhile; so the one before it
# lets those in its own line write for a while before it gives the file away.
ASKS_EVERY = 0.0005
KEEPS_FOR = 0.005


class TooLate(Exception):
    """Others wrote for longer than one was ready to wait."""


class Turns:
    """The line of one process. `file` is where processes meet, None where the database is nobody else's."""

    def __init__(self, file: str | None) -> None:
        self._file = file if fcntl else None
        self._meeting: int | None = None  # the open file, while this process is the one that writes
        self._met_at = 0.0
        self._lock = Lock()
        self._line: deque[Lock] = deque()  # each is let go when it is its turn
        self._is_taken = False

    @contextmanager
    def one(self, patience: float) -> Iterator[None]:
        """Hold the turn for the block; wait for it so many seconds at most. Raises TooLate."""
        deadline = clock.monotonic() + patience
        self._stand_in_line(patience)
        try:
            self._meet_the_others(deadline)
            yield
        finally:
            self._pass_on()

    def _stand_in_line(self, patience: float) -> None:
        with self._lock:
            if not self._is_taken:
                self._is_taken = True
                return
            mine = Lock()
            mine.acquire()
            self._line.append(mine)
        if mine.acquire(timeout=patience):
            return
        with self._lock:
            if mine in self._line:
                self._line.remove(mine)
                raise TooLate

    def _meet_the_others(self, deadline: float) -> None:
        if self._file is None or self._meeting is not None:
            return
        with suppress(OSError):  # No file can be kept there, or none that can be locked.
            meeting = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o666)
            try:
                _take(meeting, NEXT, deadline)
                _take(meeting, WRITING, deadline)
            except BaseException:
                os.close(meeting)
                raise
            _leave(meeting, NEXT)
            self._meeting, self._met_at = meeting, clock.monotonic()

    def _pass_on(self) -> None:
        with self._lock:
            if self._meeting is not None and not (self._line and self._may_keep(self._meeting)):
                os.close(self._meeting)
                self._meeting = None
            if self._line:
                self._line.popleft().release()
            else:
                self._is_taken = False

    def _may_keep(self, meeting: int) -> bool:
        return clock.monotonic() - self._met_at < KEEPS_FOR or _is_nobodys(meeting, NEXT)


def _take(meeting: int, place: int, deadline: float) -> None:
    while not _is_taken(meeting, place):
        if clock.monotonic() > deadline:
            raise TooLate
        clock.sleep(ASKS_EVERY)


def _is_taken(meeting: int, place: int) -> bool:
    """Take a place if it is free; tell whether it was. Raises OSError where files cannot be locked."""
    try:
        fcntl.lockf(meeting, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _leave(meeting: int, place: int) -> None:
    fcntl.lockf(meeting, fcntl.LOCK_UN, 1, place)


def _is_nobodys(meeting: int, place: int) -> bool:
    if not _is_taken(meeting, place):
        return False
    _leave(meeting, place)
    return True
