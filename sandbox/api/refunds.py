"""Xendit's API for refunds as its SDKs call it. The newer one is in `v3_refunds.py`."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from ..context import ledger
from ..objects import idempotency, refunds
from . import bodies, calls

bp = Blueprint("refunds", __name__)
calls.stand_around(bp)


@bp.post("/refunds")
def create() -> ResponseReturnValue:
    body = bodies.checked(request.get_data(), "CreateRefund")
    calls.concern(ledger.session_of("payment_requests", body["payment_request_id"]))
    key = request.headers.get("idempotency-key")
    return jsonify(idempotency.once(ledger, "create_refund", key, body, lambda: refunds.create(ledger, body)))


@bp.get("/refunds")
@bp.get("/refunds/")  # As Xendit's SDKs write it.
def index() -> ResponseReturnValue:
    newest, has_more = refunds.newest(ledger)
    return jsonify(data=newest, has_more=has_more)


@bp.get("/refunds/<refund_id>")
def show(refund_id: str) -> ResponseReturnValue:
    calls.concern(ledger.session_of("refunds", refund_id))
    return jsonify(refunds.find(ledger, refund_id))


@bp.post("/refunds/<refund_id>/cancel")
def cancel(refund_id: str) -> ResponseReturnValue:
    calls.concern(ledger.session_of("refunds", refund_id))
    return jsonify(refunds.cancel(ledger, refund_id))
