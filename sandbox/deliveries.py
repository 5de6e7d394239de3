"""Webhooks: announced in the transaction that makes them true, sent by threads, repeated as Xendit does.

`announce` is called by `sessions.py` and `payments.py`; the `Courier` is started by `__main__.py`.
"""

import json
import queue
import threading
import time
from datetime import timedelta

import requests

from . import clock, ids

SENDERS = 16
TIMEOUT_SECONDS = 30
ANSWER_BYTES_KEPT = 2000
RETRY_GAPS = (
    timedelta(minutes=15),
    timedelta(minutes=45),
    timedelta(hours=2),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
)


def announce(ledger, event, session_id, data):
    """Put an event on the way. It leaves as soon as the transaction around it is committed."""
    envelope = {"event": event, "business_id": ids.BUSINESS_ID, "created": None}
    if event.startswith("payment."):
        envelope["api_version"] = "v3"
    ledger.add_delivery(session_id, event, envelope | {"data": data}, clock.stamp(clock.now()))


class Courier:
    """Takes due deliveries to the receiver, several at a time, so that a slow answer delays no other."""

    def __init__(self, ledger, url, token, report):
        self._ledger = ledger
        self._url = url
        self._token = token
        self._report = report
        self._due = queue.SimpleQueue()

    def start(self):
        for _ in range(SENDERS):
            threading.Thread(target=self._send_all, daemon=True).start()

    def hand_out(self):
        """Give what is due now to the senders."""
        for delivery in self._ledger.claim_deliveries(clock.stamp(clock.now())):
            self._due.put(delivery)

    def _send_all(self):
        while True:
            self._send(self._due.get())

    def _send(self, delivery):
        at = clock.now()
        started = time.monotonic()
        body = json.dumps(json.loads(delivery["document"]) | {"created": clock.stamp(at)})
        headers = {
            "content-type": "application/json",
            "x-callback-token": self._token,
            "user-agent": "Xendit-Sandbox",
        }
        status, answer = _post(self._url, headers, body)
        state, due_at = _what_follows(status, delivery["tries_before"])
        self._ledger.record_try(
            delivery["id"],
            state,
            due_at,
            at=clock.stamp(at),
            body=body,
            status=status,
            answer=answer,
            headers=json.dumps(headers | {"x-callback-token": "•••"}),
            milliseconds=round((time.monotonic() - started) * 1000),
        )
        self._report(f"webhook {delivery['event']} {status or 'no answer'}")


def _post(url, headers, body):
    """Status and beginning of the answer; no status if there was no answer."""
    try:
        # A connection of its own for each try: one kept open may die between two events.
        with requests.Session() as http:
            http.trust_env = False
            response = http.post(
                url,
                data=body.encode(),
                headers=headers | {"connection": "close"},
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
                stream=True,
            )
            return response.status_code, _beginning(response)
    except requests.RequestException as error:
        return None, type(error).__name__


def _beginning(response):
    """The first bytes of the answer. The status is what counts, even if the rest never comes."""
    try:
        return next(response.iter_content(ANSWER_BYTES_KEPT), b"").decode(errors="replace")
    except requests.RequestException as error:
        return type(error).__name__


def _what_follows(status, tries_before):
    if status is not None and 200 <= status < 300:
        return "DELIVERED", None
    if tries_before < len(RETRY_GAPS):
        return "WAITING", clock.stamp(clock.now() + RETRY_GAPS[tries_before])
    return "GIVEN_UP", None
