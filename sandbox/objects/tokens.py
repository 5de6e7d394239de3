"""Saved payment methods: made when a try that saves succeeds."""

from ..contract import errors
from ..contract.statuses import TokenStatus
from ..memory.ledger import Ledger
from ..webhooks import deliveries

ECHOED = (
    "business_id",
    "customer_id",
    "country",
    "currency",
    "channel_code",
    "channel_properties",
    "description",
    "metadata",
)
# What the provider says of a payment that also holds for the saved method.
SHARED_DETAILS = ("authentication_data", "authorization_data")
FAILURES = (
    "ACCOUNT_ALREADY_LINKED",
    "INVALID_ACCOUNT_DETAILS",
    "AUTHENTICATION_FAILED",
    "CARD_DECLINED",
    "INSUFFICIENT_BALANCE",
    "ISSUER_UNAVAILABLE",
    "CHANNEL_UNAVAILABLE",
    "INVALID_MERCHANT_SETTINGS",
)
OTHER_FAILURE = "CARD_DECLINED"


def create_if_saved(ledger: Ledger, session: dict, payment: dict, details: dict) -> dict:
    """What a success adds to the try: the id of the new token, if the try saves."""
    if payment["type"] == "PAY":
        return {}
    known = {name: value for name, value in details.get("payment_details", {}).items() if name in SHARED_DETAILS}
    token = _new_token(ledger, session, payment) | {
        "status": TokenStatus.ACTIVE,
        **({"token_details": known} if known else {}),
    }
    _tell(ledger, session, "payment_token.activation", token)
    return {"payment_token_id": token["payment_token_id"]}


def find(ledger: Ledger, token_id: str) -> dict:
    token = ledger.token(token_id)
    if token is None:
        raise errors.data_not_found("Payment token not found")
    return token


def fail(ledger: Ledger, session: dict, payment: dict) -> None:
    """The buyer's method could not be saved. Tokens know fewer reasons than payments."""
    reason = payment["failure_code"] if payment["failure_code"] in FAILURES else OTHER_FAILURE
    token = _new_token(ledger, session, payment) | {"status": TokenStatus.FAILED, "failure_code": reason}
    _tell(ledger, session, "payment_token.failure", token)


def _new_token(ledger: Ledger, session: dict, payment: dict) -> dict:
    now = ledger.clock.stamp()
    return {
        "payment_token_id": ledger.ids.payment_token_id(),
        "reference_id": session["reference_id"],
        **{name: payment[name] for name in ECHOED if name in payment},
        "created": now,
        "updated": now,
    }


def _tell(ledger: Ledger, session: dict, event: str, token: dict) -> None:
    session_id = session["payment_session_id"]
    ledger.save_token(session_id, token)
    deliveries.announce(ledger, event, session_id, token)
