"""The sandbox's one clock, and how moments are written. All modules ask here.

It goes with real time until somebody stops it or lets it jump. Whatever is due (expiry, retries, lapses,
refunds) is due on this clock. What a caller says about time, such as `expires_at`, is said in real time:
`from_real` finds the same moment on this clock, so that a session made after a jump lives as long as its
caller meant, while the API goes on showing what was sent. The clock of a new process shows real time,
whatever a database file remembers.
"""

import threading
from datetime import UTC, datetime, timedelta

LATEST = datetime(9000, 1, 1, tzinfo=UTC)


class Clock:
    def __init__(self):
        self._lock = threading.Lock()
        self._ahead = timedelta(0)
        self._stopped_at = None
        self._listeners = []

    def now(self):
        """The present moment on this clock, in UTC."""
        with self._lock:
            return self._stopped_at or real_now() + self._ahead

    @property
    def is_stopped(self):
        return self._stopped_at is not None

    def stop(self, at=None):
        """Stand still, here or at another moment."""
        now = at or self.now()
        with self._lock:
            self._stopped_at = now

    def go(self):
        """Go on from where it stands."""
        now = self.now()
        with self._lock:
            self._ahead, self._stopped_at = now - real_now(), None

    def jump(self, gap):
        """Go forward by a timedelta; what becomes due on the way happens at once."""
        if gap < timedelta(0) or gap > LATEST - self.now():
            raise ValueError("The clock jumps forward only, and not beyond the year 9000.")
        with self._lock:
            if self._stopped_at is not None:
                self._stopped_at += gap
            self._ahead += gap
        for listener in list(self._listeners):
            listener()

    def reset(self):
        """Back to real time."""
        with self._lock:
            self._ahead, self._stopped_at = timedelta(0), None

    def on_jump(self, listener):
        self._listeners.append(listener)

    def from_real(self, moment):
        """The moment on this clock that is as far ahead as `moment` is in real time."""
        ahead = moment - real_now()
        return min(LATEST, self.now() + min(ahead, LATEST - self.now()))


def real_now():
    return datetime.now(UTC)


def stamp(moment):
    """A moment as Xendit writes it: milliseconds and a Z. Stamps sort as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(stamp):
    """The moment that a stamp names."""
    return datetime.fromisoformat(stamp)


shared = Clock()
now = shared.now
