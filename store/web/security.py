"""Headers on every answer, and the one name under which the shop is visited."""

from urllib.parse import quote, urlsplit

from flask import Flask, Response, redirect, request

from ..config import Settings
from ..xendit import Client

HSTS = "max-age=31536000; includeSubDomains"
# Machines call these under whatever name they know; no cookie is involved.
ANY_NAME = frozenset({"webhooks.create", "health.show", "static"})
# What may stand in a query as it is, the percent signs of what is quoted already among it.
QUERY_SAFE = "%/?:@!$&'()*+,;=~"
# Nobody's data is on these; every other page belongs to one buyer.
PUBLIC = frozenset({"catalog.index", "catalog.show", "static"})


def init_app(app: Flask) -> None:
    settings: Settings = app.extensions["settings"]
    provider: Client = app.extensions["xendit"]
    headers = _headers(settings.public_url, provider)
    app.before_request(lambda: _visit_under_public_name(settings.public_url))
    app.after_request(lambda response: _with_headers(response, headers))


def _visit_under_public_name(public_url: str) -> Response | None:
    """Send 'localhost' to '127.0.0.1' or the like, so that the buyer comes back with the same cookie."""
    name = urlsplit(f"//{request.host}").hostname
    if name == urlsplit(public_url).hostname or request.endpoint in ANY_NAME:
        return None
    # The path comes unquoted, and a line break in it must not get into a header.
    query = quote(request.query_string, safe=QUERY_SAFE)
    return redirect(public_url + quote(request.path) + ("?" + query if query else ""), code=307)


def _headers(public_url: str, provider: Client) -> dict[str, str]:
    """Return the headers that every answer has."""
    headers = {
        "Content-Security-Policy": _content_security_policy(provider.hosts.csp_sources()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if urlsplit(public_url).scheme == "https":
        headers["Strict-Transport-Security"] = HSTS
    return headers


def _with_headers(response: Response, headers: dict[str, str]) -> Response:
    response.headers.update(headers)
    if request.endpoint not in PUBLIC or response.status_code >= 400:
        response.headers["Cache-Control"] = "no-store"
    elif request.endpoint != "static":
        # The header counts this browser's cart, so no cache may share the page.
        response.headers["Cache-Control"] = "private, no-cache"
    return response


def _content_security_policy(provider_hosts: list[str]) -> str:
    # Browsers hold form-action against every hop of a redirect, so the way to the hosted page
    # must be in it: https://www.w3.org/TR/CSP3/#directive-form-action
    form_action = " ".join(["'self'", *provider_hosts])
    return (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none';"
        f" frame-ancestors 'none'; form-action {form_action}"
    )
