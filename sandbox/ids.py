"""Identifiers in the forms that Xendit gives them. Called wherever a new object is made."""

import secrets
import uuid

BUSINESS_ID = "62a1f0c4b7d93e5801a6c2f9"
SESSION_ID_LENGTH = 27


def session_id():
    return f"ps-{secrets.token_hex(12)}"


def customer_id():
    return f"cust-{uuid.uuid4()}"


def payment_request_id():
    return f"pr-{uuid.uuid4()}"


def payment_id():
    return f"py-{uuid.uuid4()}"


def capture_id():
    return f"cap-{uuid.uuid4()}"
