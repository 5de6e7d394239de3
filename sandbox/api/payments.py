"""Xendit's payments API: read, capture, release, simulate. Registered by `create_app`."""

from flask import Blueprint, jsonify, request

from ..context import ledger
from ..contract import errors, ids
from ..objects import captures, payment_requests, simulation
from . import bodies, calls, interference

bp = Blueprint("api_v3", __name__)
bp.before_request(calls.begin)
bp.after_request(calls.end)
VERSION = "2024-11-11"


@bp.before_request
def check_version():
    if request.headers.get("api-version", VERSION) != VERSION:
        raise errors.invalid_request(
            [("/headers/api-version", f"must be equal to one of the allowed values: {VERSION}")]
        )


@bp.before_request
def find_story():
    """The session that this call is about, for the record; an id of the wrong length is refused."""
    ((name, value),) = request.view_args.items()
    for is_wrong, word in (
        (len(value) < ids.UUID_ID_LENGTH, "fewer"),
        (len(value) > ids.UUID_ID_LENGTH, "more"),
    ):
        if is_wrong:
            message = f"must NOT have {word} than {ids.UUID_ID_LENGTH} characters"
            raise errors.invalid_request([(f"/params/{name}", message)])
    table = "payments" if name == "payment_id" else "payment_requests"
    calls.concern(ledger.session_of(table, value) or "")


bp.before_request(interference.before)


@bp.get("/v3/payments/<payment_id>")
def show_payment(payment_id):
    return jsonify(captures.find(ledger, payment_id))


@bp.post("/v3/payments/<payment_id>/capture")
@bp.post("/payments/<payment_id>/capture")  # As Xendit's guides write it.
def capture(payment_id):
    body = bodies.checked(request.get_data(), "capture")
    return jsonify(captures.capture(ledger, payment_id, body.get("capture_amount")))


@bp.post("/v3/payments/<payment_id>/cancel")
def cancel_payment(payment_id):
    return jsonify(captures.cancel(ledger, payment_id))


@bp.get("/v3/payment_requests/<payment_request_id>")
def show_request(payment_request_id):
    return jsonify(payment_requests.find(ledger, payment_request_id))


@bp.post("/v3/payment_requests/<payment_request_id>/simulate")
def simulate(payment_request_id):
    body = bodies.checked(request.get_data(), "simulate")
    return jsonify(simulation.simulate(ledger, payment_request_id, body.get("amount")))
