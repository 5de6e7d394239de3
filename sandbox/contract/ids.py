"""Identifiers in the forms that Xendit gives them. Called wherever a new object is made.

They are random; after `seed`, the same ones come in the same order.
"""

import hashlib
import random
import uuid

SESSION_ID_LENGTH = 27
UUID_ID_LENGTH = 39
_source = random.SystemRandom()


def seed(number):
    global _source
    _source = random.Random(number)


def session_id():
    return f"ps-{_hexadecimal(12)}"


def customer_id():
    return f"cust-{_uuid()}"


def payment_request_id():
    return f"pr-{_uuid()}"


def payment_id():
    return f"py-{_uuid()}"


def payment_token_id():
    return f"pt-{_uuid()}"


def capture_id():
    return f"cap-{_uuid()}"


def refund_id():
    return f"rfd-{_uuid()}"


def receipt_id():
    return _hexadecimal(6).upper()


def authorization_code():
    return _hexadecimal(3).upper()


def components_sdk_key():
    return f"session-{_hexadecimal(48)}"


def business_id(key):
    """Always the same for one key, and telling nothing about it."""
    return _digest("business", key)[:24]


def webhook_token(key):
    """The token of an account that was given none."""
    return _digest("webhook token", key)


def _uuid():
    return uuid.UUID(int=_source.getrandbits(128), version=4)


def _hexadecimal(length):
    return _source.getrandbits(8 * length).to_bytes(length, "big").hex()


def _digest(purpose, key):
    return hashlib.sha256(f"sandbox {purpose} {key}".encode()).hexdigest()
