"""Xendit's newer API for refunds: by payment, and never without a version."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from ..context import ledger
from ..objects import v3_refunds
from . import bodies, calls

bp = Blueprint("v3_refunds", __name__)


def check_version() -> None:
    bodies.check_parameter("RequiredApiVersion", request.headers.get("api-version"))


calls.stand_around(bp, check_version)


@bp.post("/v3/refunds")
def create() -> ResponseReturnValue:
    body = bodies.checked(request.get_data(), "CreateV3Refund")
    calls.concern(ledger.session_of("payments", body["payment_id"]))
    return jsonify(v3_refunds.create(ledger, body))


@bp.get("/v3/refunds/<refund_id>")
def show(refund_id: str) -> ResponseReturnValue:
    bodies.check_parameter("V3RefundId", refund_id)
    calls.concern(ledger.session_of("refunds", refund_id))
    return jsonify(v3_refunds.find(ledger, refund_id))
