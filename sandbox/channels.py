"""The payment channels that this account has active. Called by `validation.py` and the hosted page."""

import json
from pathlib import Path

CHANNELS = json.loads(Path(__file__).with_name("channels.json").read_text())


def active(country, currency):
    """The channels for a country and currency, each with its `least` and `most` amount."""
    return [
        channel | limits
        for channel in CHANNELS
        for limits in channel["limits"]
        if limits["country"] == country and limits["currency"] == currency
    ]


def offered(session):
    """The channels on the session's page. One whose range misses the amount is shown but not usable."""
    allowed = session.get("allowed_payment_channels")
    return [
        channel | {"usable": channel["least"] <= session["amount"] <= channel["most"]}
        for channel in active(session["country"], session["currency"])
        if not allowed or channel["code"] in allowed
    ]


def can_pay(session, code):
    return any(channel["code"] == code and channel["usable"] for channel in offered(session))
