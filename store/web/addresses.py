"""The one address of each page: under the shop's own name, and without a slash at the end.

Whatever name a visitor asked for, the rest of the shop sees that of PUBLIC_URL, so no link is ever built from theirs.
"""

from collections.abc import Callable
from urllib.parse import quote

from flask import Flask, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.middleware.proxy_fix import ProxyFix

from ..config import Settings
from ..xendit import Origin, bare_origin, is_loopback

# Machines call these under whatever name they know; no cookie is involved.
ANY_NAME = frozenset({"webhooks.create", "health.show", "static"})
VISITED = "warung.visited"
# Stands in the query of who was led here from another name. Who comes back with it under such a name again
# would be led in a circle; under the right name it is taken off.
LED_HERE = "led-here=1"
# What may stand in a query as it is, the percent signs of what is quoted already among it.
QUERY_SAFE = "%/?:@!$&'()*+,;=~"


def init_app(app: Flask) -> None:
    """Must come before the blueprints, which take over how slashes are treated, and before all other hooks."""
    settings: Settings = app.extensions["settings"]
    public = bare_origin(settings.public_url)
    app.url_map.strict_slashes = False
    app.wsgi_app = _seen_under(public, app.wsgi_app)
    if settings.proxies:
        # The scheme is PUBLIC_URL's, whatever a proxy says.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies, x_proto=0, x_host=settings.proxies)
    app.before_request(lambda: _lead_to_name(public) or _lead_to_page(public))


def _seen_under(public: Origin, app: Callable) -> Callable:
    """Note the name that was asked for, and let the shop see its own."""

    def seen(environ: dict, start_response: Callable) -> object:
        environ[VISITED] = bare_origin(f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST', '')}")
        environ["wsgi.url_scheme"], environ["HTTP_HOST"] = public.scheme, public.netloc
        return app(environ, start_response)

    return seen


def _lead_to_name(public: Origin) -> ResponseReturnValue | None:
    """Send 'localhost' to '127.0.0.1', 'www.' to the name without it, and so on: the cookie belongs to one name."""
    visited: Origin | None = request.environ[VISITED]
    # The port is no part of the name, and proxies often leave it out.
    if request.endpoint in ANY_NAME or (visited and visited.host == public.host):
        return None
    if visited in public.names():
        return redirect(_address(public, request.path), code=307)
    if visited and not _is_led_here() and _means(visited.host, public.host):
        return redirect(_address(public, request.path, LED_HERE), code=307)
    return render_template("errors/name.html", public_url=str(public)), 400


def _lead_to_page(public: Origin) -> ResponseReturnValue | None:
    if request.method not in ("GET", "HEAD") or request.endpoint in ANY_NAME:
        return None
    if _is_led_here():
        return redirect(_address(public, request.path), code=303)
    if request.endpoint and request.path != "/" and request.path.endswith("/"):
        return redirect(_address(public, request.path.rstrip("/")), code=308)
    return None


def _means(visited: str, public: str) -> bool:
    """Tell whether somebody who asked for this name surely wants the shop."""
    return is_loopback(visited) or visited.removeprefix("www.") == public.removeprefix("www.")


def _is_led_here() -> bool:
    return LED_HERE in _query()


def _address(public: Origin, path: str, *marks: str) -> str:
    """Return the address of a path under the shop's name, with this request's query."""
    query = "&".join([*(part for part in _query() if part != LED_HERE), *marks])
    # The path comes unquoted, and a line break in it must not get into a header.
    return f"{public}{quote(path)}" + ("?" + query if query else "")


def _query() -> list[str]:
    text = quote(request.query_string, safe=QUERY_SAFE)
    return text.split("&") if text else []
