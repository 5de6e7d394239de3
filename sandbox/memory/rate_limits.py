"""Xendit's rate limit in test mode: calls a minute for each endpoint and account. Called by `calls.py`.

It is off until an account switches it on, so that nobody's tests run into it by chance.
"""

import threading
from collections import deque
from dataclasses import dataclass
from datetime import timedelta

from .. import clock
from ..contract.errors import ApiError

QUOTA = 60
WINDOW = timedelta(minutes=1)
_lock = threading.Lock()
_calls = {}  # (key, endpoint) → moments of the calls in the window


@dataclass(frozen=True)
class Count:
    """Where a call stands; without a limit it has neither headers nor refusal."""

    is_limited: bool = False
    used: int = 0
    reset_seconds: float = 0

    @property
    def headers(self):
        if not self.is_limited:
            return {}
        return {
            "Rate-Limit-Limit": str(QUOTA),
            "Rate-Limit-Remaining": str(max(QUOTA - self.used, 0)),
            "Rate-Limit-Reset": f"{self.reset_seconds:.2f}",
        }

    def check(self):
        if self.is_limited and self.used > QUOTA:
            raise ApiError(429, "RATE_LIMIT_EXCEEDED", f"More than {QUOTA} requests in a minute")


def forget(key):
    """Forget the calls of one account."""
    with _lock:
        for each in [each for each in _calls if each[0] == key]:
            del _calls[each]


def count(account, endpoint):
    """Count one call. A refused call does not lengthen the wait."""
    if not account.rate_limited:
        return Count()
    now = clock.now()
    with _lock:
        calls = _calls.setdefault((account.key, endpoint), deque())
        # A call that lies ahead was made before the clock went back.
        while calls and not timedelta() <= now - calls[0] < WINDOW:
            calls.popleft()
        used = len(calls) + 1
        if used <= QUOTA:
            calls.append(now)
        return Count(True, used, (calls[0] + WINDOW - now).total_seconds())
