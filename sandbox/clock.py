"""The one place that reads the clock, and how moments are written. All modules ask here."""

from datetime import UTC, datetime


def now():
    """The present moment, in UTC."""
    return datetime.now(UTC)


def stamp(moment):
    """A moment as Xendit writes it: milliseconds and a Z. Stamps sort as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(stamp):
    """The moment that a stamp names."""
    return datetime.fromisoformat(stamp)
