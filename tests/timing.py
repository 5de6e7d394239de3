"""How long answers take, for the few tests whose subject is a bound that the shop promises."""

import time
from collections.abc import Callable

import requests


def seconds_of(ask: Callable[[], requests.Response]) -> float:
    """How long a good answer took, in seconds."""
    started = time.monotonic()
    answer = ask()
    taken = time.monotonic() - started
    assert answer.status_code == 200, answer.text
    return taken


def percentile(times: list[float], percent: int) -> float:
    """The time that so many of a hundred do not exceed."""
    return sorted(times)[len(times) * percent // 100]
