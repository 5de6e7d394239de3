"""All of Xendit's webhooks: check the token, read strictly, store, answer. The worker does the rest."""

import logging

from flask import Blueprint, abort, current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from ..database import reason
from ..orders import inbox
from ..xendit import BadWebhook, is_authentic, parse_event

bp = Blueprint("webhooks", __name__, url_prefix="/webhooks")
log = logging.getLogger(__name__)


@bp.post("/xendit")
def create() -> ResponseReturnValue:
    settings = current_app.extensions["settings"]
    if not is_authentic(request.headers.get("x-callback-token"), settings.xendit_webhook_token):
        log.warning("webhook refused: wrong token")
        return {"error": "The x-callback-token header is missing or wrong."}, 401
    try:
        event = parse_event(_body())
    except BadWebhook as error:
        log.warning("webhook refused: %s", error)
        return {"error": f"The body must be a JSON object: {error}."}, 400
    try:
        inbox.store(event)
    except SQLAlchemyError as error:
        # Not stored, so not answered with 200: Xendit will send it again.
        log.error("webhook not stored: %s", reason(error))
        return {"error": "The event could not be stored. Please send it again."}, 503
    log.info("webhook %s stored", event.name or "of another kind")
    return {"status": "stored"}


def _body() -> bytes:
    limit = request.max_content_length
    # Werkzeug cuts a chunked body off at its limit without a word, so it reads one byte more than is taken.
    request.max_content_length = limit + 1
    body = request.get_data()
    return body if len(body) <= limit else abort(413)
