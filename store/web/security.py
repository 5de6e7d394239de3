"""Headers on every answer."""

from flask import Flask, Response, request

from ..config import Settings
from ..xendit import Client

HSTS = "max-age=31536000; includeSubDomains"
# Nobody's data is on these; every other page belongs to one buyer, and no search engine may list it.
PUBLIC = frozenset({"catalog.index", "catalog.show", "robots.show", "static"})


def init_app(app: Flask) -> None:
    settings: Settings = app.extensions["settings"]
    provider: Client = app.extensions["xendit"]
    headers = _headers(settings.public_url, provider)
    app.after_request(lambda response: _with_headers(response, headers))


def _headers(public_url: str, provider: Client) -> dict[str, str]:
    """Return the headers that every answer has."""
    headers = {
        "Content-Security-Policy": _content_security_policy(provider.hosts.csp_sources()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if public_url.startswith("https://"):
        headers["Strict-Transport-Security"] = HSTS
    return headers


def _with_headers(response: Response, headers: dict[str, str]) -> Response:
    response.headers.update(headers)
    if request.endpoint not in PUBLIC or response.status_code >= 400:
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
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
