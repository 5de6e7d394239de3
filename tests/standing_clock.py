"""A clock for tests that want a day to pass at once, in the place of either program's."""

import threading
from datetime import UTC, datetime, timedelta

NEW_YEAR = datetime(2030, 1, 1, tzinfo=UTC)


class StandingClock:
    """Time passes while somebody waits, and only then."""

    def __init__(self, started: datetime = NEW_YEAR):
        self._started = started
        self._passed = 0.0
        self._set_by = timedelta(0)

    def now(self) -> datetime:
        return self._started + timedelta(seconds=self._passed) + self._set_by

    def monotonic(self) -> float:
        return self._passed

    def sleep(self, seconds: float) -> None:
        self._passed += seconds

    def wait(self, event: threading.Event, seconds: float) -> None:
        if not event.is_set():
            self.sleep(seconds)

    def jumps(self, **duration: float) -> None:
        """Set the clock forth, or back; no time passes by that."""
        self._set_by += timedelta(**duration)
