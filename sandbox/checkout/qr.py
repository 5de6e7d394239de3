"""A code to scan, drawn."""

import segno
from markupsafe import Markup


def drawing(text: str) -> Markup:
    """The code as inline SVG."""
    code = segno.make(text, error="m", micro=False)
    return Markup(code.svg_inline(scale=5, border=4, dark="#0b1f3a", light="#ffffff", title="QR code", omitsize=True))
