"""The fields of what Xendit sends, in answers and in webhooks: each is what we expect there, or it is not there."""

from decimal import Decimal, InvalidOperation
from typing import Any

from .errors import UntrustedAnswer

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


def number(amount: int | Decimal) -> int | float:
    """Return an amount as JSON writes it, which has one kind of number; a float of two decimals prints them exactly."""
    return amount if isinstance(amount, int) else float(amount)


def id_and_status(body: Any, *names_of_id: str) -> tuple[str, str]:
    """Return what every record has. Raises UntrustedAnswer if this one has not."""
    if not isinstance(body, dict):
        raise UntrustedAnswer("the answer is no JSON object")
    ids = [text(body.get(name), LONGEST_ID) for name in names_of_id]
    found, status = next(filter(None, ids), None), text(body.get("status"))
    if not found or not status:
        raise UntrustedAnswer(f"the answer has no {' or '.join(names_of_id)}, or no status")
    return found, status
