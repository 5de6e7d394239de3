"""The calls that we make: each with its method and its path, in which `{id}` stands for the object it is about."""

from enum import StrEnum


class Endpoint(StrEnum):
    """Source: Xendit's API reference; of `GET /refunds…` its own SDKs alone (CONTRACT 6.4)."""

    CREATE_SESSION = "POST /sessions"
    GET_SESSION = "GET /sessions/{id}"
    CANCEL_SESSION = "POST /sessions/{id}/cancel"
    GET_PAYMENT = "GET /v3/payments/{id}"
    GET_PAYMENT_REQUEST = "GET /v3/payment_requests/{id}"
    CREATE_REFUND = "POST /refunds"
    GET_REFUND = "GET /refunds/{id}"
    LIST_REFUNDS = "GET /refunds/"

    @property
    def method(self) -> str:
        return self.partition(" ")[0]

    @property
    def path(self) -> str:
        return self.partition(" ")[2]
