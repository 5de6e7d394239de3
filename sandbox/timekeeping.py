"""The clock for `/_control` and the dashboard: shown, stopped, set going, moved forward.

All accounts share it, as they share the process.
"""

from datetime import UTC, datetime, timedelta

from . import clock, ticker
from .objects import self_payment as timing

# What was due before a jump leaves before it, but nobody waits longer for a receiver that does not answer.
PATIENCE_SECONDS = 2


def shown():
    return {
        "now": clock.stamp(clock.now()),
        "stopped": clock.shared.is_stopped,
        "real": clock.stamp(clock.real_now()),
    }


def stop():
    clock.shared.stop()


def go():
    clock.shared.go()


def reset():
    """Back to real time."""
    clock.shared.reset()


def jump(database, seconds):
    """Forward by so many seconds. When this returns, what is due has happened; its webhooks leave now."""
    _jump(database, lambda: timedelta(seconds=seconds))


def jump_to(database, text):
    """Forward to a moment."""
    moment = _moment(text)
    _jump(database, lambda: moment - clock.now())


def stamp(text):
    """A moment that somebody wrote, as the sandbox writes it."""
    return clock.stamp(_moment(text))


def _moment(text):
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None and moment.astimezone(UTC):
            return moment
    except (ValueError, OverflowError):
        pass
    raise ValueError("A moment is written with its zone, as in 2030-01-31T12:00:00Z.")


def _jump(database, gap):
    timing.wait_until_quiet(database, PATIENCE_SECONDS)
    try:
        clock.shared.jump(gap())
    except OverflowError:
        raise ValueError("The clock jumps forward only, and not beyond the year 9000.") from None
    ticker.run_due(database)
