"""Keeps other sites' pages away from the dashboard and `/_control`, and our own pages to ourselves.

A page elsewhere can post a form here, and it can give its own name the address of this machine and then read
what it likes. So a change must come from our own pages, and everything must be asked for by our own name.
"""

from urllib.parse import urlsplit

from flask import Response, request

from .context import settings
from .contract.errors import ApiError
from .settings import is_loopback

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


def keep_private(answer: Response, content_security_policy: str) -> Response:
    """No cache keeps the page, and no other site learns from the Referer where it is: its address may be a secret."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["Content-Security-Policy"] = content_security_policy
    return answer


def _own_origin() -> str:
    return f"http://{request.host}"


def _is_own(name: str) -> bool:
    return is_loopback(name) or name == _name(settings.public_url)


def _name(url: str) -> str:
    """The host without its port; nothing if it can't be read."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
