"""Webhooks that say it otherwise: with a lie in them, or in one of the shapes on which Xendit's pages differ.

Each function takes an envelope and gives another one; what is stored stays as it is.
The numbers are rows of the table of discrepancies in the contract (its section 9).
"""

from collections.abc import Callable

from ..contract import ids

Shape = Callable[[dict], dict]
OF_NOBODY = {
    "reference_id": "reference-of-nobody",
    "payment_session_id": "ps-000000000000000000000000",
    "payment_id": "py-00000000-0000-4000-8000-000000000000",
    "payment_request_id": "pr-00000000-0000-4000-8000-000000000000",
    "id": "rfd-00000000-0000-4000-8000-000000000000",
}
OTHER_CURRENCIES = {"IDR": "PHP"}
OTHER_CURRENCY = "IDR"
OTHER_NAMES = {
    "payment.capture": "payment.succeeded",  # 2
    "payment.failure": "payment.failed",  # 1
    "payment_token.activation": "payment_token.activated",  # 5
}
OTHER_IDS_OF_REFUNDS = {"id": "refund_id"}
OPTIONAL = (
    "description",
    "items",
    "metadata",
    "customer_id",
    "channel_properties",
    "failure_code",
    "payment_token_id",
    "success_return_url",
    "cancel_return_url",
)
GAPS = ("captures", "request_amount", "capture_method", "business_id", "metadata", "description")
EXTRAS = {
    "api_version": "v3",
    "verification_result": {"status": "VERIFIED"},
    "partner_details": {"reference": "0001", "fees": [{"type": "MDR", "value": 0.7}]},
}


def as_it_is(envelope: dict) -> dict:
    return envelope


def also_of_refunds(shape: Shape) -> Shape:
    """The same for a refund, which is told in an envelope inside the envelope."""

    def shaped(envelope: dict) -> dict:
        inner = envelope["data"]
        return envelope | {"data": shape(inner)} if "data" in inner else shape(envelope)

    return shaped


@also_of_refunds
def wrong_amount(envelope: dict) -> dict:
    data = envelope["data"]
    amounts = {name: _other_amount(data[name]) for name in ("amount", "request_amount") if name in data}
    captures = [
        capture | {"capture_amount": _other_amount(capture["capture_amount"])} for capture in data.get("captures", ())
    ]
    return _with(envelope, amounts | ({"captures": captures} if captures else {}))


@also_of_refunds
def wrong_currency(envelope: dict) -> dict:
    currency = envelope["data"].get("currency")
    return _with(envelope, {"currency": other_currency(currency)} if currency else {})


def other_currency(currency: str) -> str:
    """A currency that is not this one."""
    return OTHER_CURRENCIES.get(currency, OTHER_CURRENCY)


@also_of_refunds
def unknown_reference(envelope: dict) -> dict:
    """About a session, a payment or a refund that nobody knows."""
    return _with(envelope, {name: value for name, value in OF_NOBODY.items() if name in envelope["data"]})


def odd_names(envelope: dict) -> dict:
    return envelope | {"event": OTHER_NAMES.get(envelope["event"], envelope["event"])}


def odd_ids(envelope: dict) -> dict:
    """`id` for the session (41), `refund_id` for the refund (21), the refund one level higher (20)."""
    data = envelope["data"]
    if "data" in data:
        refund = {OTHER_IDS_OF_REFUNDS.get(name, name): value for name, value in data["data"].items()}
        return envelope | {"data": refund}
    if "payment_session_id" in data:
        rest = dict(data)
        return envelope | {"data": {"id": rest.pop("payment_session_id"), **rest}}
    return envelope


def odd_nulls(envelope: dict) -> dict:
    """What is absent elsewhere is null here (10)."""
    return envelope | {"data": dict.fromkeys(OPTIONAL) | envelope["data"]}


def odd_extras(envelope: dict) -> dict:
    """Keys that no schema knows (17), and the nested object with a type of its own."""
    return {"webhook_version": 2, **_with(envelope, EXTRAS)}


def odd_type(envelope: dict) -> dict:
    """A type outside the enum (16), a status of a guide (24)."""
    data = envelope["data"]
    odd = {"type": "SINGLE_PAYMENT"} if "type" in data else {}
    return _with(envelope, odd | ({"status": "CAPTURED"} if envelope["event"] == "payment.capture" else {}))


def odd_reference(envelope: dict) -> dict:
    """A payment under the session's own reference, as Xendit's examples have it (45)."""
    data = envelope["data"]
    if envelope["event"].startswith(("payment.", "payment_request.")) and "reference_id" in data:
        return _with(envelope, {"reference_id": ids.session_reference(data["reference_id"])})
    return envelope


def odd_gaps(envelope: dict) -> dict:
    """Keys that examples leave out (11, 17)."""
    kept = {name: value for name, value in envelope["data"].items() if name not in GAPS}
    return {name: value for name, value in envelope.items() if name != "api_version"} | {"data": kept}


def _with(envelope: dict, changes: dict) -> dict:
    return envelope | {"data": envelope["data"] | changes}


def _other_amount(amount: int | float) -> int | float:
    return amount - 1 if amount > 1 else amount + 1
