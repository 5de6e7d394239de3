"""Counting the calls that some work makes, for whoever keeps to a budget of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar


class Calls:
    """How many were made so far."""

    made = 0


_counted: ContextVar[Calls | None] = ContextVar("counted_calls", default=None)


@contextmanager
def counted_calls() -> Iterator[Calls]:
    """Count the calls that the block makes, in its own thread."""
    calls = Calls()
    before = _counted.set(calls)
    try:
        yield calls
    finally:
        _counted.reset(before)


def note_call() -> None:
    """A call is made now."""
    if calls := _counted.get():
        calls.made += 1
