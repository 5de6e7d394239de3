"""Webhooks that say it otherwise: with a lie in them, or in one of the shapes on which Xendit's pages differ.

Called by `dispatch.py`. Each function takes an envelope and gives another one; what is stored stays as it is.
The numbers are rows of the table of discrepancies in the contract (its section 9).
"""

OTHER_CURRENCIES = {"IDR": "PHP"}
OTHER_CURRENCY = "IDR"
OTHER_NAMES = {
    "payment.capture": "payment.succeeded",  # 2
    "payment.failure": "payment.failed",  # 1
    "payment_token.activation": "payment_token.activated",  # 5
}
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


def alter(position, envelope):
    """The envelope as this position of the dial has it; most positions leave it alone."""
    return ALTERATIONS.get(position, dict)(envelope)


def wrong_amount(envelope):
    amounts = {name: _other_amount(envelope["data"][name]) for name in ("amount", "request_amount")
               if name in envelope["data"]}  # fmt: skip
    captures = [
        capture | {"capture_amount": _other_amount(capture["capture_amount"])}
        for capture in envelope["data"].get("captures", ())
    ]
    return _with(envelope, amounts | ({"captures": captures} if captures else {}))


def wrong_currency(envelope):
    currency = envelope["data"].get("currency")
    return _with(envelope, {"currency": OTHER_CURRENCIES.get(currency, OTHER_CURRENCY)} if currency else {})


def unknown_reference(envelope):
    """About a session and a payment that nobody knows."""
    unknown = {
        "reference_id": "reference-of-nobody",
        "payment_session_id": "ps-000000000000000000000000",
        "payment_id": "py-00000000-0000-4000-8000-000000000000",
        "payment_request_id": "pr-00000000-0000-4000-8000-000000000000",
    }
    return _with(envelope, {name: value for name, value in unknown.items() if name in envelope["data"]})


def odd_names(envelope):
    return envelope | {"event": OTHER_NAMES.get(envelope["event"], envelope["event"])}


def odd_ids(envelope):
    """`id` for the session (41), `refund_id` for the refund (21), the refund one level higher (20)."""
    data = envelope["data"]
    if "data" in data:
        refund = dict(data["data"])
        return envelope | {"data": {"refund_id": refund.pop("id"), **refund}}
    if "payment_session_id" in data:
        rest = dict(data)
        return envelope | {"data": {"id": rest.pop("payment_session_id"), **rest}}
    return envelope


def odd_nulls(envelope):
    """What is absent elsewhere is null here (10)."""
    return envelope | {"data": dict.fromkeys(OPTIONAL) | envelope["data"]}


def odd_extras(envelope):
    """Keys that no schema knows (17), and the nested object with a type of its own."""
    return {"webhook_version": 2, **_with(envelope, EXTRAS)}


def odd_type(envelope):
    """A type outside the enum (16), a status of a guide (24)."""
    data = envelope["data"]
    odd = {"type": "SINGLE_PAYMENT"} if "type" in data else {}
    return _with(envelope, odd | ({"status": "CAPTURED"} if envelope["event"] == "payment.capture" else {}))


def odd_reference(envelope):
    """A payment's reference may be the session's with a suffix (4.4)."""
    data = envelope["data"]
    if envelope["event"].startswith("payment.") and "reference_id" in data:
        return _with(envelope, {"reference_id": f"{data['reference_id']}-1"})
    return envelope


def odd_gaps(envelope):
    """Keys that examples leave out (11, 17)."""
    kept = {name: value for name, value in envelope["data"].items() if name not in GAPS}
    return {name: value for name, value in envelope.items() if name != "api_version"} | {"data": kept}


def _with(envelope, changes):
    return envelope | {"data": envelope["data"] | changes}


def _other_amount(amount):
    return amount - 1 if amount > 1 else amount + 1


ALTERATIONS = {
    "wrong_amount": wrong_amount,
    "wrong_currency": wrong_currency,
    "unknown_reference": unknown_reference,
    "odd_names": odd_names,
    "odd_ids": odd_ids,
    "odd_nulls": odd_nulls,
    "odd_extras": odd_extras,
    "odd_type": odd_type,
    "odd_reference": odd_reference,
    "odd_gaps": odd_gaps,
}
