"""The numbers and codes that a buyer takes to a bank or a shop.

They follow from the session, the channel and the merchant's name, so that the page shows the same ones each time.
"""

import hashlib

from markupsafe import Markup

from ..contract import emv

# Neither a bank nor a shop may take one of these for a real bill.
ACCOUNT_PREFIX = "0000"
COUNTER_PREFIX = "TEST"
NUMBER_LENGTH = 12
PROPERTIES = {"account": "virtual_account_number", "counter": "payment_code", "qr": "qr_string"}
# Code 39: five bars and four gaps for each character, w wide and n narrow; * begins and ends.
CODE_39 = {
    "0": "nnnwwnwnn",
    "1": "wnnwnnnnw",
    "2": "nnwwnnnnw",
    "3": "wnwwnnnnn",
    "4": "nnnwwnnnw",
    "5": "wnnwwnnnn",
    "6": "nnwwwnnnn",
    "7": "nnnwnnwnw",
    "8": "wnnwnnwnn",
    "9": "nnwwnnwnn",
    "E": "wnnnwwnnn",
    "S": "nnwnnnwwn",
    "T": "nnnnwnwwn",
    "*": "nwnnwnwnn",
}
WIDTHS = {"n": 1, "w": 3}
MARGIN = 10
BAR_HEIGHT = 48


def properties(session: dict, channel: dict, merchant: str) -> dict:
    """The `channel_properties` of a new try: the code, and how long it is good for."""
    if channel["kind"] not in PROPERTIES:
        return {}
    return {PROPERTIES[channel["kind"]]: present(session, channel, merchant), "expires_at": session["expires_at"]}


def actions(session: dict, channel: dict, merchant: str) -> list[dict]:
    """What the buyer must do next, as `GET /v3/payment_requests/{id}` tells it."""
    if channel["kind"] in PROPERTIES:
        descriptor, value = PROPERTIES[channel["kind"]].upper(), present(session, channel, merchant)
        return [{"type": "PRESENT_TO_CUSTOMER", "descriptor": descriptor, "value": value}]
    if "payment_link_url" not in session:
        return []  # Where components lead the buyer is not imitated.
    address = f"{session['payment_link_url']}/{channel['code'].lower()}"
    return [{"type": "REDIRECT_CUSTOMER", "descriptor": "WEB_URL", "value": address}]


def present(session: dict, channel: dict, merchant: str) -> str:
    """What the buyer scans, types or shows. `merchant` is the name that a scanner shows."""
    number = _number(f"{session['payment_session_id']} {channel['code']}")
    if channel["kind"] == "qr":
        return emv.payment_code(session, channel["code"], merchant, f"{COUNTER_PREFIX}{number}")
    return f"{ACCOUNT_PREFIX if channel['kind'] == 'account' else COUNTER_PREFIX}{number}"


def barcode(text: str) -> Markup:
    """The text in Code 39, as inline SVG."""
    at, bars = MARGIN, []
    for character in f"*{text}*":
        for place, width in enumerate(WIDTHS[letter] for letter in CODE_39[character]):
            if place % 2 == 0:
                bars.append(f"M{at} 0h{width}v{BAR_HEIGHT}h-{width}z")
            at += width
        at += WIDTHS["n"]
    size = f"0 0 {at + MARGIN} {BAR_HEIGHT}"
    return Markup(f'<svg viewBox="{size}" aria-hidden="true"><path d="{"".join(bars)}"/></svg>')


def _number(text: str) -> str:
    digest = int(hashlib.sha256(text.encode()).hexdigest(), 16)
    return str(digest)[-NUMBER_LENGTH:]
