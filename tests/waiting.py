"""Waiting for what other processes do: by looking again and again, never by guessing how long it takes."""

import time
from collections.abc import Callable
from typing import Any

# Only who waits in vain waits so long; a loaded machine needs some of it.
PATIENCE = 30.0


def wait_until(condition: Callable[[], Any], within: float = PATIENCE) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"it did not come true within {within} s"
        time.sleep(0.02)
