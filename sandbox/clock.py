"""The clock of one sandbox, and how moments are written. Whatever needs the time is given this clock.

It goes with real time until somebody stops it or lets it jump. Whatever is due (expiry, retries, lapses,
refunds) is due on this clock. What a caller says about time, such as `expires_at`, is said in real time:
`from_real` finds the same moment on this clock, so that a session made after a jump lives as long as its
caller meant, while the API goes on showing what was sent. The clock of a new process shows real time,
whatever a database file remembers.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

LATEST = datetime(9000, 1, 1, tzinfo=UTC)


class RealTime:
    """This machine's time. A program that plays with time gives a clock another one, with all three."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some moment; they only grow."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class Clock:
    def __init__(self, real: RealTime | None = None) -> None:
        real = real or RealTime()
        self.real_now, self.monotonic, self.sleep = real.now, real.monotonic, real.sleep
        self._lock = threading.Lock()
        self._ahead = timedelta(0)
        self._stopped_at: datetime | None = None
        self._listeners: list[Callable[[], None]] = []

    def now(self) -> datetime:
        """The present moment on this clock, in UTC."""
        with self._lock:
            return self._stopped_at or self.real_now() + self._ahead

    def stamp(self) -> str:
        """The present moment as Xendit writes it."""
        return stamp(self.now())

    @property
    def is_stopped(self) -> bool:
        return self._stopped_at is not None

    def stop(self, at: datetime | None = None) -> None:
        """Stand still, here or at another moment."""
        now = at or self.now()
        with self._lock:
            self._stopped_at = now

    def go(self) -> None:
        """Go on from where it stands."""
        now = self.now()
        with self._lock:
            self._ahead, self._stopped_at = now - self.real_now(), None

    def jump(self, gap: timedelta) -> None:
        """Go forward; what becomes due on the way happens at once. Raises ValueError."""
        if gap < timedelta(0) or gap > LATEST - self.now():
            raise ValueError("The clock jumps forward only, and not beyond the year 9000.")
        with self._lock:
            if self._stopped_at is not None:
                self._stopped_at += gap
            self._ahead += gap
        for listener in list(self._listeners):
            listener()

    def reset(self) -> None:
        """Back to real time."""
        with self._lock:
            self._ahead, self._stopped_at = timedelta(0), None

    def on_jump(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    def from_real(self, moment: datetime) -> datetime:
        """The moment on this clock that is as far ahead as `moment` is in real time."""
        ahead = moment - self.real_now()
        return min(LATEST, self.now() + min(ahead, LATEST - self.now()))


def stamp(moment: datetime) -> str:
    """A moment as Xendit writes it: milliseconds and a Z. Stamps sort as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(stamp: str) -> datetime:
    """The moment that a stamp names."""
    return datetime.fromisoformat(stamp)
