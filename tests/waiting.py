"""Waiting for what other processes do: by looking again and again, never by guessing how long it takes."""

import time
from collections.abc import Callable
from typing import Any

# Only who waits in vain waits so long. A poll may have to wait a whole minute for its budget, which the orders of
# other tests have spent; a loaded machine needs the rest.
PATIENCE = 90.0


def wait_until(condition: Callable[[], Any], within: float = PATIENCE) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"it did not come true within {within} s"
        time.sleep(0.02)
