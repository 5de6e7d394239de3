"""Xendit's payments API: read, capture, release, simulate; read a saved method."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from ..context import ledger
from ..objects import captures, payment_requests, simulation, tokens
from . import bodies, calls

bp = Blueprint("payments", __name__)
# How the id in a path is called: its component in the document, and where such objects are kept.
IDS = {
    "payment_id": ("PaymentId", "payments"),
    "payment_request_id": ("PaymentRequestId", "payment_requests"),
    "payment_token_id": ("PaymentTokenId", "tokens"),
}


def check_version() -> None:
    bodies.check_parameter("ApiVersion", request.headers.get("api-version"))


def find_story() -> None:
    """The session that this call is about, for the record; an id of the wrong length is refused."""
    [(name, given)] = request.view_args.items()
    component, table = IDS[name]
    bodies.check_parameter(component, given)
    calls.concern(ledger.session_of(table, given))


calls.stand_around(bp, check_version, find_story)


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


@bp.get("/v3/payment_tokens/<payment_token_id>")
def show_token(payment_token_id: str) -> ResponseReturnValue:
    return jsonify(tokens.find(ledger, payment_token_id))
