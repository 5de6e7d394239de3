"""What the dashboard's plain forms sent, as values."""

from flask import request

from ..trouble import dials, faults
from ..webhooks.plans import Dial

LONGEST_NUMBER = 9
LONGEST_ID = 18


def dial() -> Dial:
    """The chosen position, with the number that stands beside it."""
    position = request.form.get("position")
    typed = text(f"number_{position}")
    return dials.parse(position, number(typed, "The number") if typed else None)


def fault() -> dict:
    """The document of a fault, with those fields alone that matter for its kind."""
    document = {"operation": text("operation"), "kind": text("kind")}
    document["count"] = None if text("count") == "" else number(text("count"), "How often")
    kind = faults.KINDS.get(text("kind"))
    for name in kind.asks if kind else ():
        document |= SETTINGS[name]()
    return document


def settings() -> dict:
    """An account's settings. An empty token keeps the one that is set; no address means that none is."""
    changes = {
        "merchant": text("merchant"),
        "webhook_url": text("webhook_url") or None,
        "rate_limited": "rate_limited" in request.form,
        "retries_timeouts": "retries_timeouts" in request.form,
        "hk_and_mx": "hk_and_mx" in request.form,
        "webhook_timeout_seconds": number(text("webhook_timeout_seconds"), "The time for an answer"),
        "refund_seconds": number(text("refund_seconds"), "The time for a refund"),
        "refund_failure_code": text("refund_failure_code") or None,
    }
    return changes | ({"webhook_token": text("webhook_token")} if text("webhook_token") else {})


def is_id(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and len(typed) <= LONGEST_ID


def text(name: str) -> str:
    return request.form.get(name, "").strip()


def number(typed: str, what: str) -> int:
    """ValueError with a sentence about `what`, if this is no whole number."""
    if not typed.isascii() or not typed.isdigit() or len(typed) > LONGEST_NUMBER:
        raise ValueError(f"{what} must be a whole number.")
    return int(typed)


def _number_or_text(typed: str) -> int | str:
    try:
        return number(typed, "The value")
    except ValueError:
        return typed


# How a fault's settings stand in the form, by the names that its kind asks for.
SETTINGS = {
    "milliseconds": lambda: {"milliseconds": number(text("milliseconds"), "Milliseconds")},
    "status": lambda: {"status": number(text("status"), "The status")},
    "error_code": lambda: {"error_code": text("error_code")},
    "value": lambda: {"value": _number_or_text(text("value"))} if text("value") else {},
}
