"""How many calls Xendit still allows, as each of its answers tells.

It counts each endpoint of an account by itself, over the last minute (CONTRACT 1.2). Nothing here refuses a call:
whoever has work that can wait asks first, and so leaves the rest to buyers and webhooks.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

WINDOW = 60.0  # seconds
# So much of the limit is not for work that can wait.
SPARE = 0.1
WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)
SECONDS = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?", re.ASCII)


@dataclass(frozen=True)
class Standing:
    """What an answer told: of `limit` calls in a minute `left` may still be made until `until`, by our clock."""

    limit: int
    left: int
    until: float


class RateLimits:
    """Safe to share between threads. `monotonic` tells how much time has passed."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._standings: dict[str, Standing] = {}

    def wait_for(self, endpoint: str) -> float:
        """Return for how many seconds work that can wait should make no call of an `Endpoint`; 0.0 is now."""
        standing = self._standings.get(endpoint)
        if standing is None or standing.left > standing.limit * SPARE:
            return 0.0
        return max(0.0, standing.until - self._monotonic())

    def note(self, endpoint: str, headers: Mapping[str, str], is_refused: bool) -> None:
        """Keep what the headers of an answer tell. After a 429 no more calls are left, whatever they tell."""
        limit = WHOLE.fullmatch(headers.get("Rate-Limit-Limit", ""))
        left = WHOLE.fullmatch(headers.get("Rate-Limit-Remaining", ""))
        seconds = SECONDS.fullmatch(headers.get("Rate-Limit-Reset", ""))
        # No wait is longer than the window, so that what is written otherwise than Xendit says stops nobody for long.
        until = self._monotonic() + (min(float(seconds[0]), WINDOW) if seconds else WINDOW)
        if is_refused:
            self._standings[endpoint] = Standing(int(limit[0]) if limit else 0, 0, until)
        elif limit and left and seconds:
            self._standings[endpoint] = Standing(int(limit[0]), int(left[0]), until)
