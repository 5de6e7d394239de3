"""Xendit's API for customers: made, read, and found again by their reference."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from ..context import ledger
from ..objects import customers, idempotency
from . import bodies, calls

bp = Blueprint("customers", __name__)
calls.stand_around(bp)


@bp.post("/customers")
def create() -> ResponseReturnValue:
    body = bodies.checked(request.get_data(), "CustomerDetails")
    key = request.headers.get("idempotency-key")
    return jsonify(idempotency.once(ledger, "create_customer", key, body, lambda: customers.create(ledger, body)))


@bp.get("/customers")
def index() -> ResponseReturnValue:
    """A reference has one customer at most, and none where nobody has it."""
    reference_id = request.args.get("reference_id")
    bodies.check_parameter("CustomerReference", reference_id)
    customer = ledger.customer_with_reference(reference_id)
    return jsonify(data=[customer] if customer else [], has_more=False)


@bp.get("/customers/<customer_id>")
def show(customer_id: str) -> ResponseReturnValue:
    return jsonify(customers.find(ledger, customer_id))
