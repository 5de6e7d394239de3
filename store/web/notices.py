"""What the page after a form tells the buyer, kept for that page alone in a cookie of its own.

The page that shows a notice removes its cookie. In the session cookie that would write the cart again, and an answer
that comes late would bring back an old cart.
"""

from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from itsdangerous import BadSignature, URLSafeSerializer

LIFE_SECONDS = 600


def init_app(app: Flask) -> None:
    app.after_request(_send)
    app.jinja_env.globals["notices"] = told


def tell(text: str) -> None:
    """Say this on the page that is shown next: by this answer, or by the one that it leads to."""
    g.setdefault("notices", []).append(text)


def told() -> list[str]:
    """Return what is to be said on the page that is being shown."""
    g.notices_are_shown = True
    return [*_kept()["texts"], *g.get("notices", [])]


def _kept() -> dict:
    """The notices that this request brings along, and the path of their cookie, at or above that of the request."""
    try:
        return _serializer().loads(request.cookies.get(_cookie_name(), ""))
    except BadSignature:
        return {"path": request.path, "texts": []}


def _send(response: Response) -> Response:
    if g.get("notices_are_shown"):
        if _cookie_name() in request.cookies:
            response.delete_cookie(_cookie_name(), path=_kept()["path"], **_attributes())
    elif "notices" in g and response.location:
        path = urlsplit(response.location).path
        value = _serializer().dumps({"path": path, "texts": g.notices})
        response.set_cookie(_cookie_name(), value, max_age=LIFE_SECONDS, path=path, **_attributes())
    return response


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key, salt="notices")


def _cookie_name() -> str:
    # A cookie for one page's path cannot be called __Host-, which is for the whole host.
    return current_app.config["SESSION_COOKIE_NAME"].replace("__Host-", "__Secure-") + "-notices"


def _attributes() -> dict:
    return {"secure": current_app.config["SESSION_COOKIE_SECURE"], "httponly": True, "samesite": "Lax"}
