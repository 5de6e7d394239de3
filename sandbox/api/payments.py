"""Xendit's payments API: read, capture, release, simulate."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from ..context import ledger
from ..objects import captures, payment_requests, simulation
from . import bodies, calls, interference

bp = Blueprint("payments", __name__)
bp.before_request(calls.begin)
bp.after_request(calls.end)
VERSION_HEADER = "api-version"


@bp.before_request
def check_version() -> None:
    if VERSION_HEADER in request.headers:
        bodies.check_parameter(VERSION_HEADER, request.headers[VERSION_HEADER])


@bp.before_request
def find_story() -> None:
    """The session that this call is about, for the record; an id of the wrong length is refused."""
    if "payment_id" in request.view_args:
        table, name = "payments", "payment_id"
    else:
        table, name = "payment_requests", "payment_request_id"
    given = request.view_args[name]
    bodies.check_parameter(name, given)
    calls.concern(ledger.session_of(table, given) or "")


bp.before_request(interference.before)


@bp.get("/v3/payments/<payment_id>")
def show_payment(payment_id: str) -> ResponseReturnValue:
    return jsonify(captures.find(ledger, payment_id))


@bp.post("/v3/payments/<payment_id>/capture")
@bp.post("/payments/<payment_id>/capture")  # As Xendit's guides write it.
def capture(payment_id: str) -> ResponseReturnValue:
    body = bodies.checked(request.get_data(), "Capture")
    return jsonify(captures.capture(ledger, payment_id, body.get("capture_amount")))


@bp.post("/v3/payments/<payment_id>/cancel")
def cancel_payment(payment_id: str) -> ResponseReturnValue:
    return jsonify(captures.cancel(ledger, payment_id))


@bp.get("/v3/payment_requests/<payment_request_id>")
def show_request(payment_request_id: str) -> ResponseReturnValue:
    return jsonify(payment_requests.find(ledger, payment_request_id))


@bp.post("/v3/payment_requests/<payment_request_id>/simulate")
def simulate(payment_request_id: str) -> ResponseReturnValue:
    body = bodies.checked(request.get_data(), "Simulate")
    return jsonify(simulation.simulate(ledger, payment_request_id, body.get("amount")))
