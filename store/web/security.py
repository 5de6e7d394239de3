"""Headers on every answer, and the one name under which the shop is visited."""

from urllib.parse import urlsplit

from flask import Flask, Response, redirect, request

from ..config import Settings
from ..xendit import Client

HSTS = "max-age=31536000; includeSubDomains"
# Machines call these under whatever name they know; no cookie is involved.
ANY_NAME = frozenset({"webhooks.create", "health.show", "static"})
# Nobody's data is on these; every other page belongs to one buyer.
PUBLIC = frozenset({"catalog.index", "catalog.show", "static"})


def init_app(app: Flask) -> None:
    settings: Settings = app.extensions["settings"]
    provider: Client = app.extensions["xendit"]
    public = urlsplit(settings.public_url)
    csp = _content_security_policy(provider.hosts.csp_sources())

    @app.before_request
    def visit_under_public_name():
        """Send 'localhost' to '127.0.0.1' or the like, so that the buyer comes back with the same cookie."""
        name = urlsplit(f"//{request.host}").hostname
        if name == public.hostname or request.endpoint in ANY_NAME:
            return None
        return redirect(settings.public_url + request.full_path.rstrip("?"), code=307)

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(
            {
                "Content-Security-Policy": csp,
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "strict-origin-when-cross-origin",
                "Cross-Origin-Opener-Policy": "same-origin",
                "Cross-Origin-Resource-Policy": "same-origin",
            }
        )
        if public.scheme == "https":
            response.headers["Strict-Transport-Security"] = HSTS
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
