"""Webhooks as the provider words them (CONTRACT 4.2 to 4.4): built here, sent by `Shop.send_webhook`."""

from datetime import UTC, datetime

BUSINESS_ID = "6" * 24


def event(name: str, data: dict) -> dict:
    created = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"event": name, "business_id": BUSINESS_ID, "created": created, "data": data}


def session_event(name: str, session: dict, **changes) -> dict:
    """'completed' or 'expired', with the session as its data."""
    return event(f"payment_session.{name}", {**session, "status": name.upper(), **changes})


def payment_event(name: str, session: dict, **changes) -> dict:
    """'capture', 'failure' and the like: a payment's record, which names no session."""
    failed = name.startswith("fail")
    data = {
        "payment_id": session.get("payment_id") or f"py-{session['payment_session_id']}",
        "payment_request_id": session.get("payment_request_id") or "pr-1",
        "reference_id": session["reference_id"],
        "status": "FAILED" if failed else "SUCCEEDED",
        "currency": session["currency"],
        "request_amount": session["amount"],
        **({"failure_code": "INSUFFICIENT_BALANCE"} if failed else {}),
        **changes,
    }
    return {**event(f"payment.{name}", data), "api_version": "v3"}
