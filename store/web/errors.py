"""One handler and one template for all error pages, in the shopper's words."""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress

from flask import Flask, current_app, g, make_response, render_template, request, session
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError
from werkzeug import Response
from werkzeug.exceptions import HTTPException

from ..database import UNAVAILABLE, reason, release
from ..rules.cart import count

WORDS = {
    400: ("That did not work", "The address or form was not understood. Go back and try again."),
    404: ("Page not found", "If you typed the address, check it. If you followed a link, it may be old."),
    405: ("That did not work", "This address cannot be opened in this way."),
    413: ("Too much at once", "What was sent is too large. Nothing was changed."),
    500: (
        "Something went wrong on our side",
        "Please try again in a moment. If you were paying, open your order's page: it always shows what Xendit's"
        " record says.",
    ),
    503: (
        "The shop cannot do this just now",
        "What you sent was not kept. Please try again in a minute. If you were paying, open your order's page: it"
        " always shows what Xendit's record says.",
    ),
}
NOT_NOW = "The shop cannot do this just now. No money was taken by this: please press the button again in a minute."
TRY_AGAIN = {"Retry-After": "30"}  # seconds

log = logging.getLogger(__name__)


def init_app(app: Flask, form_pages: Mapping[str, Callable[..., ResponseReturnValue]]) -> None:
    """Answer errors with a page. `form_pages` is what `csrf.py` has: the page that each form stands on."""
    app.extensions["form_pages"] = form_pages
    app.register_error_handler(HTTPException, _http_error)
    for kind in UNAVAILABLE:
        app.register_error_handler(kind, _unavailable)
    app.register_error_handler(Exception, _unforeseen)


def note_unavailable(error: SQLAlchemyError) -> None:
    """Say in the log that the database cannot be used, and let go of what was begun in it."""
    release()
    g.is_unavailable = True
    log.error("%s %s: the database cannot be used: %s", request.method, request.endpoint, reason(error))


def go_without_database() -> None:
    """Let go of what was begun in it, and let the header's cart not ask it."""
    release()
    g.pieces = count(session.get("cart", {}))


def _http_error(error: HTTPException) -> HTTPException | Response:
    if error.code is None or error.code < 400:
        return error
    # Its own answer has headers that belong to it: which methods are allowed, when to try again.
    answer = error.get_response()
    answer.set_data(_page(error.code)[0])
    return answer


def _unavailable(error: SQLAlchemyError) -> Response:
    is_first = "is_unavailable" not in g
    note_unavailable(error)
    form_page = current_app.extensions["form_pages"].get(request.endpoint) if request.method == "POST" else None
    if form_page and is_first:
        g.form_problem = NOT_NOW
        # That page may need the database as well. Then it is the one that needs nothing.
        with suppress(*UNAVAILABLE):
            return _again_later(form_page(503, **request.view_args))
    go_without_database()
    return _again_later(_page(503))


def _again_later(page: ResponseReturnValue) -> Response:
    answer = make_response(page)
    answer.headers.update(TRY_AGAIN)
    return answer


def _unforeseen(error: Exception) -> tuple[str, int]:
    # By its endpoint: the path of an order's page is a secret and stays out of the log.
    log.exception("%s %s failed", request.method, request.endpoint, exc_info=error)
    go_without_database()  # which may be what failed
    return _page(500)


def _page(code: int) -> tuple[str, int]:
    of_its_kind = WORDS[500] if code >= 500 else WORDS[400]
    title, text = WORDS.get(code, of_its_kind)
    g.pop("form_problem", None)  # The form that it speaks of is not on this page.
    return render_template("errors/show.html", title=title, text=text), code
