"""A small shop for the examiner: keeps its orders in memory, and believes nothing but Xendit's own records.

Started as `python -m tests.examined.honest PORT API KEY TOKEN`. The shops beside it each make one well-known mistake.
"""

import json
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import requests

LOOK_SECONDS = 0.5
ENDED = ("EXPIRED", "CANCELED")
AMOUNT, CURRENCY = 150000, "IDR"


@dataclass
class Order:
    """One order; `believed` and `deliveries` are for shops that are less honest."""

    name: str
    sessions: dict[str, str] = field(default_factory=dict)  # id → status
    payments: set[str] = field(default_factory=set)
    is_suspect: bool = False
    believed: bool = False
    deliveries: int = 0

    @property
    def status(self) -> str:
        if self.is_suspect or len(self.payments) > 1 or self.deliveries > 1:
            return "attention"
        if self.payments or self.believed:
            return "paid"
        return "canceled" if self.sessions and set(self.sessions.values()) <= {*ENDED} else "pending"


class Shop:
    """The shop; `comes_back` and `hears` are what the mistaken ones do otherwise."""

    def __init__(self, port: int, api: str, key: str, token: str):
        self.url, self.api, self.token = f"http://127.0.0.1:{port}", api, token
        self.xendit = requests.Session()
        self.xendit.trust_env, self.xendit.auth = False, (key, "")
        self.orders: dict[str, Order] = {}
        self.lock = threading.RLock()

    def buy(self, name: str) -> str:
        """The payment link. Raises requests.RequestException."""
        order = self.orders.setdefault(name, Order(name))
        body = {
            "reference_id": f"{name}.{len(order.sessions)}", "session_type": "PAY", "mode": "PAYMENT_LINK",
            "amount": AMOUNT, "currency": CURRENCY, "country": "ID",
            "success_return_url": f"{self.url}/back/{name}", "cancel_return_url": f"{self.url}/orders/{name}",
        }  # fmt: skip
        answer = self.xendit.post(f"{self.api}/sessions", json=body, timeout=30)
        answer.raise_for_status()
        order.sessions.setdefault(answer.json()["payment_session_id"], "ACTIVE")
        return answer.json()["payment_link_url"]

    def comes_back(self, order: Order) -> None:
        self.settle(order)

    def hears(self, event: dict, token: str | None) -> int:
        """The HTTP status to answer a webhook with."""
        if token != self.token:
            return 401
        if order := self.order_of(event):
            self.settle(order)
        return 200

    def order_of(self, event: dict) -> Order | None:
        """The order of an event; its session may be one whose id is not known yet."""
        data = event["data"]
        order = self.orders.get(data.get("reference_id", "").split(".")[0])
        session_id = data.get("payment_session_id")
        if order is None:
            return next((each for each in [*self.orders.values()] if session_id in each.sessions), None)
        if session_id:
            order.sessions.setdefault(session_id, "ACTIVE")
        return order

    def settle(self, order: Order) -> None:
        """Raises requests.RequestException."""
        for session_id in [*order.sessions]:
            session = self._get(f"sessions/{session_id}")
            payment_id = session.get("payment_id")
            if session["status"] in ENDED and "payment_request_id" in session:
                payment_id = self._get(f"v3/payment_requests/{session['payment_request_id']}").get("latest_payment_id")
            with self.lock:
                order.sessions[session_id] = session["status"]
            if payment_id:
                self._count(order, session, self._get(f"v3/payments/{payment_id}"))

    def polls(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            for order in [*self.orders.values()]:
                try:
                    if order.status == "pending":
                        self.settle(order)
                except requests.RequestException:
                    continue  # The next look comes.

    def _count(self, order: Order, session: dict, payment: dict) -> None:
        sums = {(session["amount"], session["currency"]), (payment["request_amount"], payment["currency"])}
        with self.lock:
            if sums != {(AMOUNT, CURRENCY)}:
                order.is_suspect = True
            elif payment["status"] == "SUCCEEDED":
                order.payments.add(payment["payment_id"])

    def _get(self, path: str) -> dict:
        answer = self.xendit.get(f"{self.api}/{path}", timeout=30)
        answer.raise_for_status()
        return answer.json()


class Handler(BaseHTTPRequestHandler):
    shop: Shop

    def do_GET(self) -> None:
        kind, _, name = urlsplit(self.path).path.strip("/").partition("/")
        if (order := self.shop.orders.get(name)) is None:
            return self._answer(404, "There is no such order.")
        if kind == "back":
            self.shop.comes_back(order)
        self._answer(200, order.status)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        try:
            if self.path == "/webhook":
                return self._answer(self.shop.hears(json.loads(body), self.headers["x-callback-token"]), "")
            self._answer(200, self.shop.buy(body))
        except requests.RequestException as error:
            self._answer(503, str(error))

    def _answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


def serve(kind: type[Shop]) -> None:
    port, api, key, token = sys.argv[1:]
    Handler.shop = kind(int(port), api, key, token)
    threading.Thread(target=Handler.shop.polls, daemon=True).start()
    ThreadingHTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()


if __name__ == "__main__":
    serve(Shop)
