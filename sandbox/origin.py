"""Keeps other sites' pages away from the dashboard and `/_control`.

A page elsewhere can post a form here, and it can give its own name the address of this machine and then read
what it likes. So a change must come from our own pages, and everything must be asked for by our own name.
"""

import ipaddress
from urllib.parse import urlsplit

from flask import request

from .context import settings
from .contract.errors import ApiError

FOREIGN_HOST = "The sandbox answers here only under the name with which it was started, or as localhost"
FOREIGN_ORIGIN = "This form may be sent from the sandbox's own pages only"


def check() -> None:
    """Refuse a foreign name, and a change that a browser says comes from elsewhere. Programs say nothing."""
    if not _is_own(_name(f"//{request.host}")):
        raise ApiError(403, "FORBIDDEN", FOREIGN_HOST)
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    site = request.headers.get("Sec-Fetch-Site", "none")
    sender = request.headers.get("Origin")
    if site not in ("same-origin", "none") or sender not in (None, settings.public_url, _own_origin()):
        raise ApiError(403, "FORBIDDEN", FOREIGN_ORIGIN)


def _own_origin() -> str:
    return f"http://{request.host}"


def _is_own(name: str) -> bool:
    return _is_loopback(name) or name == _name(settings.public_url)


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _name(url: str) -> str:
    """The host without its port; nothing if it can't be read."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
