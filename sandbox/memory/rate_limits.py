"""Xendit's rate limit in test mode: calls a minute for each endpoint and account.

It is off until an account switches it on, so that nobody's tests run into it by chance.
"""

import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..contract.errors import ApiError

QUOTA = 60
WINDOW = timedelta(minutes=1)


@dataclass(frozen=True)
class Count:
    """Where a call stands; without a limit it has neither headers nor refusal."""

    is_limited: bool = False
    used: int = 0
    reset_seconds: float = 0

    @property
    def headers(self) -> dict[str, str]:
        if not self.is_limited:
            return {}
        return {
            "Rate-Limit-Limit": str(QUOTA),
            "Rate-Limit-Remaining": str(max(QUOTA - self.used, 0)),
            "Rate-Limit-Reset": f"{self.reset_seconds:.2f}",
        }

    def check(self) -> None:
        """Raise the `ApiError` of a call too many."""
        if self.is_limited and self.used > QUOTA:
            raise ApiError(429, "RATE_LIMIT_EXCEEDED", f"More than {QUOTA} requests in a minute")


class RateLimits:
    """The calls of the last minute, of all accounts of one sandbox."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: dict[tuple[str, str], deque[datetime]] = {}  # (key, endpoint) → moments of the calls

    def count(self, key: str, endpoint: str, now: datetime) -> Count:
        """Count one call. A refused call does not lengthen the wait."""
        with self._lock:
            calls = self._calls.setdefault((key, endpoint), deque())
            # A call that lies ahead was made before the clock went back.
            while calls and not timedelta() <= now - calls[0] < WINDOW:
                calls.popleft()
            used = len(calls) + 1
            if used <= QUOTA:
                calls.append(now)
            return Count(True, used, (calls[0] + WINDOW - now).total_seconds())

    def forget(self, key: str) -> None:
        """Forget the calls of one account."""
        with self._lock:
            for each in [each for each in self._calls if each[0] == key]:
                del self._calls[each]
