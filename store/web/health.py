"""Whether the shop can work: for load balancers and monitors."""

import logging

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from ..database import db

bp = Blueprint("health", __name__)
log = logging.getLogger(__name__)


@bp.get("/healthz")
def show() -> ResponseReturnValue:
    try:
        db.session.execute(text("SELECT 1 FROM products LIMIT 1"))
    except SQLAlchemyError as error:
        log.error("the database does not answer: %s", type(error).__name__)
        return {"status": "unavailable"}, 503
    return {"status": "ok"}
