"""A stand-in for Xendit: API, hosted page and webhooks on this machine."""

import re
from functools import partial
from pathlib import Path

from flask import Flask, Response, current_app, json, jsonify, redirect, request, send_file
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from . import control
from .api import balance, customers, payments, refunds, sessions, v3_refunds
from .checkout import dial, monograms, pages
from .contract import amounts
from .contract.errors import ApiError
from .dashboard import accounts
from .http_server import BODY_LIMIT, error_code_of
from .memory.database import Database
from .settings import Settings
from .webhooks.courier import Post, post_over_network

API = (sessions.bp, payments.bp, refunds.bp, v3_refunds.bp, customers.bp, balance.bp)
FORM_FIELDS_LIMIT = 50
# Where people are, with forms; programs are everywhere else.
PAGES = ("/dashboard/", "/checkout/")
# In the rule of a route: its type, if any, and its name.
ARGUMENT = re.compile(r"<(?:[^<>]*:)?(\w+)>")
OPENAPI = Path(__file__).parent / "api" / "openapi.json"
SERVER_ERROR = "Something unexpected happened. We are investigating this issue. Please try again later."


class Sandbox(Flask):
    def log_exception(self, exc_info: tuple) -> None:
        """Without the path: the address of a hosted page is a secret."""
        self.logger.error("Unexpected error", exc_info=exc_info)


def create_app(settings: Settings, database: Database, post: Post | None = None) -> Sandbox:
    """`post` is how a webhook address is tried, over the network unless another way is given."""
    app = Sandbox(__name__)
    app.config.update(MAX_CONTENT_LENGTH=BODY_LIMIT, MAX_FORM_PARTS=FORM_FIELDS_LIMIT)
    app.json.sort_keys = False
    post = post or partial(post_over_network, database.clock)
    app.extensions.update(settings=settings, database=database, post=post)
    app.jinja_env.filters.update(amount=amounts.formatted, line_total=amounts.line_total, monogram=monograms.of)
    for blueprint in (*API, pages.bp, dial.bp, accounts.bp, control.bp):
        app.register_blueprint(blueprint)
    app.add_url_rule("/openapi.json", "openapi", lambda: send_file(OPENAPI, mimetype="application/json"))
    # JSON is YAML too.
    app.add_url_rule("/openapi.yaml", "openapi_yaml", lambda: send_file(OPENAPI, mimetype="application/yaml"))
    # Under any name and for everybody, since it tells nothing.
    app.add_url_rule("/_control/health", "health", lambda: jsonify(status="ok"))
    app.register_error_handler(ApiError, lambda error: (jsonify(error.envelope), error.status))
    app.register_error_handler(HTTPException, _answer_http_error)
    app.register_error_handler(MethodNotAllowed, _lead_to_form)
    return app


def _answer_http_error(error: HTTPException) -> HTTPException | Response:
    """Any other error in Xendit's envelope, without details of ours."""
    if error.code is None or error.code < 400:
        return error
    message = SERVER_ERROR if error.code >= 500 else error.name
    if request.routing_exception is not None:
        message = f"{message}. The sandbox has {_paths()}"
    answer = error.get_response()
    answer.data = json.dumps({"error_code": error_code_of(error.code), "message": message})
    answer.content_type = "application/json"
    return answer


def _lead_to_form(error: MethodNotAllowed) -> ResponseReturnValue:
    """Who loads the answer to a form anew comes to the page on which it stood: one level up."""
    if request.method == "GET" and request.path.startswith(PAGES):
        return redirect(request.path.rpartition("/")[0], 303)
    return _answer_http_error(error)


def _paths() -> str:
    """What programs may call: Xendit's API, or under `/_control` what is there."""
    rooms = (control.bp,) if request.path.startswith(control.bp.url_prefix) else API
    names = [room.name for room in rooms]
    return ", ".join(
        method + " " + ARGUMENT.sub(r"{\1}", rule.rule)
        for rule in current_app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in names
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"})
    )
