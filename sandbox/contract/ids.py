"""Identifiers in the forms that Xendit gives them.

They are random; those of a source with a seed are the same ones in the same order. Two sandboxes have a source each.
"""

import hashlib
import random
import string
import uuid

LETTERS_OF_A_SUFFIX = string.ascii_letters + string.digits + "_-"
LENGTH_OF_A_SUFFIX = 10


class Ids:
    def __init__(self, seed: int | None = None) -> None:
        self._source = random.SystemRandom() if seed is None else random.Random(seed)

    def session_id(self) -> str:
        return f"ps-{self._hexadecimal(12)}"

    def customer_id(self) -> str:
        return f"cust-{self._uuid()}"

    def payment_request_id(self) -> str:
        return f"pr-{self._uuid()}"

    def payment_reference(self, session_reference: str) -> str:
        """A payment's own reference: it begins with the session's. Source: CONTRACT 4.4, deliveries seen live."""
        suffix = "".join(self._source.choices(LETTERS_OF_A_SUFFIX, k=LENGTH_OF_A_SUFFIX))
        return f"{session_reference}_{suffix}"

    def payment_id(self) -> str:
        return f"py-{self._uuid()}"

    def payment_token_id(self) -> str:
        return f"pt-{self._uuid()}"

    def capture_id(self) -> str:
        return f"cap-{self._uuid()}"

    def refund_id(self) -> str:
        return f"rfd-{self._uuid()}"

    def receipt_id(self) -> str:
        return self._hexadecimal(6).upper()

    def authorization_code(self) -> str:
        return self._hexadecimal(3).upper()

    def components_sdk_key(self) -> str:
        """For its one session; `pd` is how the development keys of Xendit's live site are marked. CONTRACT 2.7."""
        return f"session-{self._hexadecimal(16)}-pd-{self._hexadecimal(32)}-{self._hexadecimal(32)}"

    def _uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self._source.getrandbits(128), version=4)

    def _hexadecimal(self, length: int) -> str:
        return self._source.getrandbits(8 * length).to_bytes(length, "big").hex()


def session_reference(payment_reference: str) -> str:
    """The reference of the session that a payment's reference was made from."""
    return payment_reference[: -LENGTH_OF_A_SUFFIX - 1]


def business_id(key: str) -> str:
    """Always the same for one key, and telling nothing about it."""
    return _digest("business", key)[:24]


def webhook_token(key: str) -> str:
    """The token of an account that was given none."""
    return _digest("webhook token", key)


def webhook_id(delivery_id: int | str, document: str, times_by_hand: int) -> str:
    """The same for all tries of one delivery, and another for each time that it is sent by hand. CONTRACT 4.2."""
    return str(uuid.UUID(_digest("webhook", f"{delivery_id} {times_by_hand} {document}")[:32], version=4))


def _digest(purpose: str, what: str) -> str:
    return hashlib.sha256(f"sandbox {purpose} {what}".encode()).hexdigest()
