"""Whether the shop can work: for load balancers and monitors."""

import logging

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from ..database import reason
from ..doctor import Pulse

bp = Blueprint("health", __name__)
log = logging.getLogger(__name__)


@bp.get("/healthz")
def show() -> ResponseReturnValue:
    try:
        current_app.extensions.setdefault("pulse", Pulse()).check()
    except SQLAlchemyError as error:
        log.error("the database cannot be used: %s", reason(error))
        return {"status": "unavailable"}, 503
    return {"status": "ok"}
