"""HTTP Basic with the secret key as user and no password; the colon between them stays. Source: CONTRACT 1.1."""

import base64
import binascii

from ..contract.errors import ApiError, invalid_api_key
from ..settings import LIVE_KEY_PREFIX, is_key

LIVE_KEY_REFUSED = (
    "This is a sandbox, not Xendit: it takes keys that begin with xnd_development_ only. Never send it a live key"
)


def key_of(header: str | None) -> str:
    """The key in an Authorization header; `INVALID_API_KEY` if there is none or it can't be a test key."""
    scheme, _, credentials = (header or "").partition(" ")
    user, colon, password = _decoded(credentials).partition(":")
    if user.startswith(LIVE_KEY_PREFIX):
        raise ApiError(401, "INVALID_API_KEY", LIVE_KEY_REFUSED)
    if scheme.lower() != "basic" or not colon or password or not is_key(user):
        raise invalid_api_key()
    return user


def _decoded(credentials: str) -> str:
    try:
        return base64.b64decode(credentials.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
