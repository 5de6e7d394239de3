"""Xendit's payment channels: which fit a session, which its amount allows.

`channels.json` has one row for each channel and country. `least` and `most` are in the row's currency;
`refund` is null where Xendit can't give the money back, and its `days` are null where no day is the last;
`minutes` is how long one try lives, where Xendit says so. Only channels with `captures` can be
authorized first and captured later.
"""

import json
from pathlib import Path

from . import cards

# What the buyer sees of each type; the hosted page lists the types in this order.
KINDS = {
    "CARDS": "card",
    "QR_CODE": "qr",
    "EWALLET": "redirect",
    "BANK_TRANSFER": "account",
    "ONLINE_BANKING": "redirect",
    "OVER_THE_COUNTER": "counter",
    "PAYLATER": "redirect",
}
TYPES = tuple(KINDS)


def _read(path: Path) -> list[dict]:
    rows = json.loads(path.read_text(encoding="utf-8"))
    return [row | {"kind": KINDS[row["type"]], "captures": row["type"] == "CARDS"} for row in rows]


CHANNELS = _read(Path(__file__).with_name("channels.json"))


def active(country: str, currency: str) -> list[dict]:
    """All channels of a country and currency."""
    return [row for row in CHANNELS if row["country"] == country and row["currency"] == currency]


def find(country: str, currency: str, code: str) -> dict | None:
    """One channel, or None."""
    return next((row for row in active(country, currency) if row["code"] == code), None)


def fitting(session: dict) -> list[dict]:
    """The active channels that can do what a session, or a request for one, asks; its amount aside."""
    return [row for row in active(session["country"], session["currency"]) if _fits(row, session)]


def offered(session: dict) -> list[dict]:
    """The channels on the session's page, by type. One whose range misses the amount is not usable."""
    allowed = session.get("allowed_payment_channels")
    rows = [
        row | {"usable": _allows_amount(row, session)}
        for row in fitting(session)
        if not allowed or row["code"] in allowed
    ]
    # Two codes of one brand appear as one, as in Xendit's own checkout.
    brands = {(row["type"], row["name"]): row for row in reversed(rows)}
    return sorted(brands.values(), key=lambda row: (TYPES.index(row["type"]), row["name"].casefold()))


def usable(session: dict, code: str) -> dict | None:
    """The channel, if it can pay this session; None if not."""
    allowed = session.get("allowed_payment_channels")
    row = next((row for row in fitting(session) if row["code"] == code), None)
    is_usable = row and _allows_amount(row, session) and (not allowed or code in allowed)
    return row if is_usable else None


def must_save(session: dict) -> bool:
    """Whether only channels that can be saved for later will do."""
    return session["session_type"] == "SAVE" or session.get("allow_save_payment_method") == "FORCED"


def _fits(row: dict, session: dict) -> bool:
    is_shown = row["hosted"] or session["mode"] != "PAYMENT_LINK"
    can_capture_later = row["captures"] or session.get("capture_method") != "MANUAL"
    return is_shown and can_capture_later and (row["saves"] or not must_save(session))


def _allows_amount(row: dict, session: dict) -> bool:
    if session["session_type"] == "SAVE" or row["least"] <= session["amount"] <= row["most"]:
        return True
    # Some amounts that Xendit names for failing cards lie outside the ranges it gives for cards.
    return row["type"] == "CARDS" and cards.is_test_amount(session)
