"""Which forms count: those that the shop's own pages sent, and none that another site sent in the buyer's name.

Browsers say where a form comes from: in `Sec-Fetch-Site`, and older ones in `Origin`. The token in a form is for those
that say neither, and ties the form to this visit. It is made from the buyer's key, so that no page that is only looked
at has to set a cookie. Who has no cookie yet has no key either, and nothing that another site could misuse: their token
is made by chance, and the one with which the visit begins holds for all of it.
"""

import hmac
from collections.abc import Callable, Mapping
from enum import Enum

from flask import Flask, Response, current_app, g, request, session
from flask.typing import ResponseReturnValue
from itsdangerous import Signer

from ..rules import chance
from ..xendit import Origin, bare_origin
from . import visitor

FIELD = "csrf_token"
FIRST_TOKEN_BYTES = 16
READING = frozenset({"GET", "HEAD", "OPTIONS"})
# Machines call these: no browser, no cookie, no form.
NOT_FORMS = frozenset({"webhooks.create"})
# Their forms stand on pages that are the same for everybody, so the shop's own origin is enough.
ORIGIN_IS_ENOUGH = frozenset({"cart.create"})

LOST = (
    "Nothing was changed and no money was taken, because this page had lost its connection to your visit:"
    " please press the button once more."
)
NO_COOKIE = (
    "Nothing was changed and no money was taken, because your browser did not send the cookie by which we know you and"
    " your cart: please allow cookies for this shop and try again."
)
FROM_ELSEWHERE = (
    "Nothing was changed and no money was taken, because this form did not come from our own page:"
    " if you want what it says, press the button here."
)


class Sender(Enum):
    """Where a form came from, as the browser says."""

    OWN_PAGE = "own page"
    ELSEWHERE = "elsewhere"
    NOT_SAID = "not said"


def init_app(app: Flask, form_pages: Mapping[str, Callable[..., ResponseReturnValue]]) -> None:
    """Refuse forms that do not count. `form_pages` has for each endpoint of a form the page that it stands on:
    a function of the status and of the address's parts, which shows the form as it was filled in."""
    own = bare_origin(app.extensions["settings"].public_url)

    @app.before_request
    def refuse_what_does_not_count() -> ResponseReturnValue | None:
        if request.endpoint is None or request.method in READING or request.endpoint in NOT_FORMS:
            return None
        sender = _sender(own)
        if _counts(sender):
            return None
        g.form_problem = _problem(sender)
        return form_pages[request.endpoint](422 if sender is Sender.OWN_PAGE else 403, **request.view_args)

    app.after_request(_keep_first_token)
    app.jinja_env.globals["csrf_token"] = token


def token() -> str:
    """Return the token of this visit's forms."""
    key = visitor.key()
    signed = _signer().get_signature(key) if key else _signer().sign(chance.token(FIRST_TOKEN_BYTES))
    return signed.decode()


def _keep_first_token(response: Response) -> Response:
    if "first_token" in g and visitor.key():
        session["first_token"] = g.first_token
    return response


def _problem(sender: Sender) -> str:
    if sender is Sender.ELSEWHERE:
        return FROM_ELSEWHERE
    return LOST if visitor.key() else NO_COOKIE


def _counts(sender: Sender) -> bool:
    if sender is Sender.ELSEWHERE:
        return False
    is_origin_enough = sender is Sender.OWN_PAGE and request.endpoint in ORIGIN_IS_ENOUGH
    return _fits(request.form.get(FIELD, "")) or is_origin_enough


def _fits(sent: str) -> bool:
    if visitor.key():
        fitting = {token(), session.get("first_token", token())}
        return any(hmac.compare_digest(each.encode(), sent.encode()) for each in fitting)
    is_ours = _signer().validate(sent)
    if is_ours:
        g.first_token = sent
    return is_ours


def _signer() -> Signer:
    return Signer(current_app.secret_key, salt="form")


def _sender(own: Origin) -> Sender:
    site = request.headers.get("Sec-Fetch-Site")
    if site in ("same-site", "cross-site"):
        return Sender.ELSEWHERE
    said = request.headers.get("Origin", "null")
    if site == "same-origin" or bare_origin(said) == own:
        return Sender.OWN_PAGE
    # "null" is what a browser says that keeps the origin to itself, on our own pages too.
    return Sender.NOT_SAID if said == "null" else Sender.ELSEWHERE
