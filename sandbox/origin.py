"""Keeps other sites' pages from posting to the dashboard and to `/_control`. Called before their views."""

from urllib.parse import urlsplit

from flask import request

from .context import settings
from .errors import ApiError


def check():
    """Refuse a change that a browser says comes from elsewhere. Programs send neither header."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    site = request.headers.get("Sec-Fetch-Site", "none")
    sender = request.headers.get("Origin")
    if site not in ("same-origin", "none") or (sender is not None and sender not in _own_origins()):
        raise ApiError(403, "FORBIDDEN", "This form may be sent from the sandbox's own pages only")


def _own_origins():
    port = urlsplit(settings.public_url).port
    return settings.public_url, f"http://localhost:{port}"
