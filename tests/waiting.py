"""Waiting for what other processes do: by looking again and again, never by guessing how long it takes."""

import time
from collections.abc import Callable
from typing import Any


def wait_until(condition: Callable[[], Any], within: float = 10.0) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"it did not come true within {within} s"
        time.sleep(0.02)
