"""A client at the sandbox of these tests, what it asks for, and what a buyer does meanwhile."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import requests
from requests.adapters import BaseAdapter

from sandbox.memory.ledger import Ledger
from sandbox.objects import payments
from store.rules import clock
from store.xendit import Client, Customer, Item, SessionRequest

from ...in_process import SANDBOX_URL, Sandbox
from ...network import Network
from ...records import SECRET_KEY


def client_of(sandbox: Sandbox, **settings) -> Client:
    usual = {"secret_key": SECRET_KEY, "api_url": sandbox.url, "transport": sandbox.network, "now": clock.now}
    return Client(**usual | settings)


def request_until(minutes: float, reference: str = "W-TEST22-A1") -> SessionRequest:
    return SessionRequest(
        reference, 85000, "IDR", "ID", "An order", Customer(reference, "Siti", "", None, "+6281234567890"),
        (Item("a", "PHYSICAL_PRODUCT", "A", "All", 85000, 1),), clock.now() + timedelta(minutes=minutes),
        "https://shop.example/complete", "https://shop.example/cancel",
    )  # fmt: skip


def begin_to_pay(sandbox: Sandbox, session_id: str, channel_code: str = "QRIS") -> dict:
    """Begin to pay a session as on its page; Xendit's record of the payment, PENDING."""
    return payments.start(Ledger(sandbox.database, SECRET_KEY), session_id, channel_code)


def pay(sandbox: Sandbox, session_id: str, channel_code: str = "QRIS") -> dict:
    """Pay a session as on its page; Xendit's record of the payment."""
    begun = begin_to_pay(sandbox, session_id, channel_code)
    ledger = Ledger(sandbox.database, SECRET_KEY)
    payments.succeed(ledger, session_id, begun["payment_id"], {})
    return ledger.payment(begun["payment_id"])


class Answers:
    """In Xendit's place: gives these answers, one a call, the last one again and again, and keeps what was asked.

    An answer is the JSON of a good one, or its status, JSON and headers.
    """

    def __init__(self, *answers: Any):
        self.answers = list(answers)
        self.calls: list[dict] = []

    def client(self, **settings) -> Client:
        network = Network()
        network.add(SANDBOX_URL, self)
        return Client(**{"secret_key": SECRET_KEY, "api_url": SANDBOX_URL, "transport": network} | settings)

    def __call__(self, environ: dict, start_response: Callable) -> list[bytes]:
        self.calls.append(environ)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        status, body, headers = answer if isinstance(answer, tuple) else (200, answer, {})
        start_response(f"{status} .", list(headers.items()))
        return [json.dumps(body).encode()]


class Failing(BaseAdapter):
    """A library beneath `requests` that raises what it likes, and counts how often it was called."""

    def __init__(self, error: Exception):
        super().__init__()
        self.calls = 0
        self._error = error

    def send(self, *_, **__) -> requests.Response:
        self.calls += 1
        raise self._error

    def close(self) -> None:
        pass
