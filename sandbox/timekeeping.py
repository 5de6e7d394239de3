"""What people do to a sandbox's clock: look at it, stop it, set it going, move it forward.

All accounts of a sandbox share it.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from . import clock, ticker
from .clock import Clock
from .memory.database import Database
from .webhooks import waiting

# What was due before a jump leaves before it, but nobody waits longer for a receiver that does not answer.
PATIENCE_SECONDS = 2
# No receiver has longer for its answer.
FLUSH_SECONDS = 60


def shown(of: Clock) -> dict:
    return {"now": of.stamp(), "stopped": of.is_stopped, "real": clock.stamp(of.real_now())}


def jump(database: Database, seconds: float) -> None:
    """Forward by so many seconds. When this returns, what is due has happened; its webhooks leave now."""
    _jump(database, lambda: timedelta(seconds=seconds))


def jump_to(database: Database, text: str) -> None:
    """Forward to a moment. Raises ValueError if this is none, or one that has passed."""
    moment = _moment(text)
    _jump(database, lambda: moment - database.clock.now())


def flush(database: Database) -> dict:
    """Send all webhooks that are due and wait for their receivers: how many were sent, and whether that was all."""
    tried = database.count_tries()
    ticker.run_due(database)
    database.delivery_added.set()
    waiting.until_quiet(database, FLUSH_SECONDS)
    is_left = database.has_under_way(database.clock.stamp())
    return {"sent": database.count_tries() - tried, "all": not is_left}


def stamp(text: str) -> str:
    """A moment that somebody wrote, as the sandbox writes it. Raises ValueError."""
    return clock.stamp(_moment(text))


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        moment.astimezone(UTC)
    except (ValueError, OverflowError):
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError("A moment is written with its zone, as in 2030-01-31T12:00:00Z.")
    return moment


def _jump(database: Database, gap: Callable[[], timedelta]) -> None:
    waiting.until_quiet(database, PATIENCE_SECONDS)
    try:
        database.clock.jump(gap())
    except OverflowError:
        raise ValueError("The clock jumps forward only, and not beyond the year 9000.") from None
    ticker.run_due(database)
