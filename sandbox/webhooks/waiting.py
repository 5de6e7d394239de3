"""Waiting for webhooks: until those of a session were tried, or until none of anybody is on its way."""

from collections.abc import Callable

from ..clock import Clock
from ..memory.database import Database
from ..memory.ledger import Ledger

LOOK_SECONDS = 0.005


def until_tried(ledger: Ledger, session_id: str, seconds: float) -> None:
    """Until each webhook of the session that is due was sent and answered, or refused; no longer than this."""
    _wait_while(ledger.clock, lambda now: ledger.has_untried(session_id, now), seconds)


def until_quiet(database: Database, seconds: float) -> None:
    """Until no webhook of anybody is due or under way, but no longer than this."""
    _wait_while(database.clock, database.has_under_way, seconds)


def _wait_while(clock: Clock, is_so: Callable[[str], bool], seconds: float) -> None:
    deadline = clock.monotonic() + seconds
    while is_so(clock.stamp()) and clock.monotonic() < deadline:
        clock.sleep(LOOK_SECONDS)
