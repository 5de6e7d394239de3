"""The QR code of QRIS, and what a payment by it tells. Called by `hosted.py` and `checkout_page.py`."""

import secrets

import segno
from markupsafe import Markup

ISSUER = "Sandbox Wallet"


def drawing(session):
    """The code as inline SVG."""
    # No real wallet app may take the code for a bill, so it says what it is.
    text = f"Sandbox of Xendit, no money moves. {session['payment_session_id']}"
    code = segno.make(text, error="m", micro=False)
    return Markup(
        code.svg_inline(scale=5, border=4, dark="#0b1f3a", light="#ffffff", title="QR code", omitsize=True)
    )


def payment_details():
    return {"payment_details": {"issuer_name": ISSUER, "receipt_id": secrets.token_hex(6).upper()}}
