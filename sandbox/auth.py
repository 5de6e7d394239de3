"""HTTP Basic with the secret key as user and no password. Called before every API view."""

import base64
import binascii
import hmac

from .errors import invalid_api_key


def check(header, secret_key):
    """Raise `INVALID_API_KEY` unless the Authorization header carries the key."""
    scheme, _, credentials = (header or "").partition(" ")
    if scheme.lower() != "basic" or not hmac.compare_digest(_decoded(credentials), f"{secret_key}:".encode()):
        raise invalid_api_key()


def _decoded(credentials):
    try:
        return base64.b64decode(credentials.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""
