"""The fields of what Xendit sends, in answers and in webhooks: each is what we expect there, or it is not there."""

from decimal import Decimal, InvalidOperation
from typing import Any

LONGEST_TEXT = 255
# Xendit's own have 27 and 39 characters, but promise nothing (CONTRACT 9.14, 9.15). What is longer could not be stored.
LONGEST_ID = 255
LONGEST_CODE = 64


def text(value: Any, limit: int = LONGEST_TEXT) -> str | None:
    """Return a text of up to `limit` characters; None for anything else, and for an empty one."""
    return value if isinstance(value, str) and 0 < len(value) <= limit else None


def code(value: Any) -> str | None:
    """Return a word of Xendit's, such as a failure code, cut to what can be stored."""
    return (text(value) or "")[:LONGEST_CODE].strip() or None


def decimal(value: Any) -> Decimal | None:
    """Return a finite number. The examples in Xendit's documents show amounts both as numbers and as text."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
