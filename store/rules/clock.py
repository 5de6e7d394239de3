"""The one place that reads the time, always in UTC."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return this moment as an aware datetime in UTC."""
    return datetime.now(UTC)
