"""The one clock of the shop: what time it is, always in UTC, how much of it has passed, and waiting.

It is this machine's, unless another is put in its place with `using`. That holds in the context it
is called in and nowhere else, so that shops beside each other may each have a clock of their own.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime


class Clock:
    """This machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def wait(self, event: threading.Event, seconds: float) -> None:
        event.wait(seconds)


_clock: ContextVar[Clock] = ContextVar("clock", default=Clock())  # noqa: B039 (it keeps nothing that could change)


@contextmanager
def using(clock: Clock) -> Iterator[None]:
    """Let the block go by another clock."""
    before = _clock.set(clock)
    try:
        yield
    finally:
        _clock.reset(before)


def now() -> datetime:
    """Return this moment as an aware datetime in UTC."""
    return _clock.get().now()


def monotonic() -> float:
    """Return seconds that only ever grow; two of them tell how much time lies between."""
    return _clock.get().monotonic()


def sleep(seconds: float) -> None:
    """Wait."""
    _clock.get().sleep(seconds)


def wait(event: threading.Event, seconds: float) -> None:
    """Wait until something happens that others tell of, but so long at most."""
    _clock.get().wait(event, seconds)
