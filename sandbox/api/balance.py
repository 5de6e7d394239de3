"""Xendit's API for the merchant's balance."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from ..context import ledger
from ..objects import balance
from . import bodies, calls

bp = Blueprint("balance", __name__)
calls.stand_around(bp)


@bp.get("/balance")
def show() -> ResponseReturnValue:
    account_type, currency = request.args.get("account_type"), request.args.get("currency")
    bodies.check_parameter("BalanceAccountType", account_type)
    bodies.check_parameter("BalanceCurrency", currency)
    return jsonify(balance=balance.of(ledger, account_type or balance.CASH, currency))
