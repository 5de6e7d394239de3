"""Xendit's client for work that can wait: slow enough that buyers, webhooks and the worker's polls have room."""

from collections import deque
from collections.abc import Callable
from typing import TypeVar

from ..rules import clock
from ..xendit import (
    Client,
    Endpoint,
    Patience,
    PaymentRecord,
    PaymentRequestRecord,
    RateLimited,
    RefundRecord,
    RefundRequest,
    Session,
)
from ..xendit.connection import LOOK

# Of the 60 calls a minute to an endpoint with a test key, and 600 with a live one (CONTRACT 1.2), polls take half
# and this takes four tenths. The rest is for buyers.
CALLS_A_MINUTE_WITH_TEST_KEY = 24
CALLS_A_MINUTE = 240
MINUTE = 60.0
TRIES = 3

Record = TypeVar("Record")


class PacedClient:
    """Makes calls as `Client` does, but waits for its turn first, and again after a 429.

    It keeps to its share of each endpoint, and stops where Xendit's answers say that few calls are left.
    """

    def __init__(self, provider: Client, is_test_key: bool) -> None:
        self._provider = provider
        self._most = CALLS_A_MINUTE_WITH_TEST_KEY if is_test_key else CALLS_A_MINUTE
        self._made: dict[Endpoint, deque[float]] = {}

    def get_session(self, session_id: str, patience: Patience = LOOK) -> Session:
        return self._paced(Endpoint.GET_SESSION, lambda: self._provider.get_session(session_id, patience))

    def get_payment(self, payment_id: str, patience: Patience = LOOK) -> PaymentRecord:
        return self._paced(Endpoint.GET_PAYMENT, lambda: self._provider.get_payment(payment_id, patience))

    def get_payment_request(self, request_id: str, patience: Patience = LOOK) -> PaymentRequestRecord:
        call = Endpoint.GET_PAYMENT_REQUEST
        return self._paced(call, lambda: self._provider.get_payment_request(request_id, patience))

    def create_refund(self, request: RefundRequest) -> RefundRecord:
        return self._paced(Endpoint.CREATE_REFUND, lambda: self._provider.create_refund(request))

    def get_refund(self, refund_id: str) -> RefundRecord:
        return self._paced(Endpoint.GET_REFUND, lambda: self._provider.get_refund(refund_id))

    def find_refund(self, reference: str) -> RefundRecord | None:
        return self._paced(Endpoint.LIST_REFUNDS, lambda: self._provider.find_refund(reference))

    def newest_refunds(self) -> list[RefundRecord]:
        return self._paced(Endpoint.LIST_REFUNDS, self._provider.newest_refunds)

    def _paced(self, endpoint: Endpoint, call: Callable[[], Record]) -> Record:
        for _ in range(TRIES - 1):
            self._wait(endpoint)
            try:
                return call()
            except RateLimited:
                continue
        self._wait(endpoint)
        return call()

    def _wait(self, endpoint: Endpoint) -> None:
        made = self._made.setdefault(endpoint, deque(maxlen=self._most))
        if len(made) == self._most:
            clock.sleep(max(0.0, made[0] + MINUTE - clock.monotonic()))
        clock.sleep(self._provider.rate_limits.wait_for(endpoint))
        made.append(clock.monotonic())
