"""Keeps other sites' pages away from the dashboard and `/_control`, and our own pages to ourselves.

A page elsewhere can post a form here, and it can give its own name the address of this machine and then read
what it likes. So a change must come from our own pages, and everything must be asked for by our own name.
"""

from flask import Response, request

from . import hosts
from .context import settings
from .contract.errors import ApiError
from .hosts import Origin

FOREIGN_HOST = "The sandbox answers here only under the name with which it was started, or as localhost"
FOREIGN_ORIGIN = "This form may be sent from the sandbox's own pages only"


def check() -> None:
    """Refuse a foreign name, and a change that a browser says comes from elsewhere. Programs say nothing."""
    asked = _asked()
    if asked is None or not (hosts.is_loopback(asked.host) or asked.host in {given.host for given in _given()}):
        raise ApiError(403, "FORBIDDEN", FOREIGN_HOST)
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    site, sender = request.headers.get("Sec-Fetch-Site", "none"), request.headers.get("Origin")
    # A tunnel may change the Host. It never changes the Origin, which is then the address given at the start.
    is_own = sender is None or hosts.origin(sender) in (asked, *_given())
    if site not in ("same-origin", "none") or not is_own:
        raise ApiError(403, "FORBIDDEN", FOREIGN_ORIGIN)


def address_for_buyers() -> str:
    """The address by which buyers of the shop that asks now are sent here.

    The public one, if there is one. Else a shop on this machine gets its links under the name by which it
    calls, because it follows no others.
    """
    asked = _asked()
    if settings.public_url is None and asked and hosts.is_loopback(asked.host):
        return str(asked)
    return settings.public_url or settings.address


def keep_private(answer: Response, content_security_policy: str) -> Response:
    """No cache keeps the page, and no other site learns from the Referer where it is: its address may be a secret."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["Content-Security-Policy"] = content_security_policy
    return answer


def _asked() -> Origin | None:
    """What a browser calls the address that it asks. Before a tunnel the scheme may be another one."""
    schemes = request.headers.get("X-Forwarded-Proto") or request.scheme
    return hosts.origin(f"{schemes.partition(',')[0].strip().lower()}://{request.host}")


def _given() -> list[Origin]:
    """Our own addresses, as they were given at the start."""
    return [hosts.origin(address) for address in (settings.address, settings.public_url) if address]
