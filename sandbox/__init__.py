"""A stand-in for Xendit: API, hosted page and webhooks on this machine. Started by `__main__.py`."""

from flask import Flask, jsonify
from werkzeug.exceptions import HTTPException

from . import amounts, api, control, dashboard, hosted
from .errors import ApiError

BODY_LIMIT = 256 * 1024
FORM_FIELDS_LIMIT = 50
ERROR_CODES = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", 413: "REQUEST_TOO_LARGE", 500: "SERVER_ERROR"}
SERVER_ERROR = "Something unexpected happened. We are investigating this issue. Please try again later."


class Sandbox(Flask):
    def log_exception(self, exc_info):
        """Without the path: the address of a hosted page is a secret."""
        self.logger.error("Unexpected error", exc_info=exc_info)


def create_app(settings, ledger):
    app = Sandbox(__name__)
    app.config.update(MAX_CONTENT_LENGTH=BODY_LIMIT, MAX_FORM_PARTS=FORM_FIELDS_LIMIT)
    app.json.sort_keys = False
    app.extensions.update(settings=settings, ledger=ledger)
    app.jinja_env.filters.update(amount=amounts.formatted, line_total=amounts.line_total)
    for blueprint in (api.bp, hosted.bp, dashboard.bp, control.bp):
        app.register_blueprint(blueprint)
    app.register_error_handler(ApiError, lambda error: (jsonify(error.envelope), error.status))
    app.register_error_handler(HTTPException, _answer_http_error)
    return app


def _answer_http_error(error):
    """Any other error in Xendit's envelope, without details of ours."""
    if error.code is None or error.code < 400:
        return error
    message = SERVER_ERROR if error.code >= 500 else error.name
    code = ERROR_CODES.get(error.code, "API_VALIDATION_ERROR")
    return jsonify(error_code=code, message=message), error.code
