"""How many calls may be made that nobody waits for: so many in any minute, wherever that begins.

What was made is kept as the number of calls in each second, by its Unix time. Pure rules: no Flask, no database.
"""

from collections.abc import Mapping
from datetime import datetime

WINDOW = 60  # seconds, as Xendit counts them (CONTRACT 1.2)

Made = Mapping[str, int]  # JSON knows no other keys than text


def left(made: Made, a_minute: int, now: datetime) -> int:
    """Return how many calls may be made now."""
    return max(0, a_minute - sum(_recent(made, now).values()))


def spent(made: Made, calls: int, now: datetime) -> dict[str, int]:
    """Return what was made in the last minute once these calls are made too."""
    recent = _recent(made, now)
    second = str(_second(now))
    return {**recent, second: recent.get(second, 0) + calls}


def given_back(made: Made, calls: int, now: datetime) -> dict[str, int]:
    """Return the same without calls that were counted and not made.

    The oldest are forgotten, which would be soonest: so never more are made than may be, whichever it was.
    """
    kept = _recent(made, now)
    for second in sorted(kept, key=int):
        forgotten = min(calls, kept[second])
        kept[second] -= forgotten
        calls -= forgotten
    return kept


def _recent(made: Made, now: datetime) -> dict[str, int]:
    """Return what still counts. What was made later than now was made before the clock went back: it counts as now."""
    recent: dict[str, int] = {}
    for second, calls in made.items():
        # A call may have been made at the end of its second, so that counts a whole one longer.
        if int(second) >= _second(now) - WINDOW:
            counted_as = str(min(int(second), _second(now)))
            recent[counted_as] = recent.get(counted_as, 0) + calls
    return recent


def _second(moment: datetime) -> int:
    return int(moment.timestamp())
