"""Takes due webhooks to their receivers, several at a time, so that a slow answer delays no other.

Started by `server.py`; the ticker tells it when to look for what is due.
"""

import http.client
import json
import queue
import threading
import time
from datetime import timedelta
from urllib.parse import urlsplit

from . import accounts, clock

SENDERS = 16
FORGED_TOKEN = "a_token_that_is_not_yours"
ANSWER_BYTES_KEPT = 2000
RETRY_GAPS = (
    timedelta(minutes=15),
    timedelta(minutes=45),
    timedelta(hours=2),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
)
NO_ANSWER_IN_TIME = "TimeoutError"


class Courier:
    def __init__(self, database, report, senders=SENDERS):
        self._senders = senders
        self._database = database
        self._report = report
        self._due = queue.SimpleQueue()

    def start(self):
        for _ in range(self._senders):
            threading.Thread(target=self._send_all, daemon=True).start()

    def hand_out(self):
        """Give what is due now, and what somebody wants sent again, to the senders."""
        for delivery in self._database.claim_deliveries(clock.stamp(clock.now())):
            if delivery["at_once"]:
                threading.Thread(target=self._send, args=(delivery, False), daemon=True).start()
            else:
                self._due.put((delivery, False))
        for delivery in self._database.claim_resends():
            self._due.put((delivery, True))

    def _send_all(self):
        while True:
            delivery, by_hand = self._due.get()
            self._send(delivery, by_hand)

    def _send(self, delivery, by_hand):
        account = accounts.find(self._database, delivery["account"])
        if account.webhook_url is None:
            if not by_hand:
                self._move(delivery, "NOT_SENT")
            return
        status, answer = self._try(account, delivery, by_hand)
        if not by_hand:
            self._move(delivery, *_what_follows(account, delivery, status, answer))
        elif _is_taken(status):
            self._move(delivery, "DELIVERED")
        self._report(f"webhook {delivery['event']} {status or 'no answer'}")

    def _try(self, account, delivery, by_hand):
        at, started = clock.stamp(clock.now()), time.monotonic()
        body = json.dumps(json.loads(delivery["document"]) | {"created": at})
        headers = {
            "content-type": "application/json",
            "x-callback-token": FORGED_TOKEN if delivery["forged"] else account.webhook_token,
            "user-agent": "Xendit-Sandbox",
        }
        status, answer = post(account.webhook_url, headers, body, account.webhook_timeout_seconds)
        self._database.record_try(
            delivery["id"],
            at=at,
            by_hand=by_hand,
            body=body,
            status=status,
            answer=answer,
            headers=json.dumps(headers if delivery["forged"] else headers | {"x-callback-token": "•••"}),
            milliseconds=round((time.monotonic() - started) * 1000),
        )
        return status, answer

    def _move(self, delivery, state, due_at=None):
        self._database.move_delivery(delivery["id"], state, due_at)
        self._database.delivery_added.set()  # After a jump, the next try may be due already.


def post(url, headers, body, timeout_seconds):
    """Status and beginning of the answer; no status, and the reason, if there was no answer."""
    address = urlsplit(url)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    path = address._replace(scheme="", netloc="", fragment="").geturl() or "/"
    connection = kind(address.hostname, address.port, timeout=timeout_seconds)
    try:
        connection.request("POST", path, body.encode(), headers | {"connection": "close"})
        answer = connection.getresponse()
        return answer.status, _beginning(answer)
    except (OSError, ValueError, http.client.HTTPException) as error:  # ValueError: no such host can be.
        return None, type(error).__name__
    finally:
        connection.close()


def _beginning(answer):
    """The first bytes of the answer. The status is what counts, even if the rest never comes."""
    try:
        return answer.read1(ANSWER_BYTES_KEPT).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__


def _is_taken(status):
    return status is not None and 200 <= status < 300


def _what_follows(account, delivery, status, answer):
    """State and next moment. Retries are counted from when the try before was due, so that a jump of the
    clock makes up for all that it skipped."""
    if _is_taken(status):
        return "DELIVERED", None
    is_over = status is None and answer == NO_ANSWER_IN_TIME and not account.retries_timeouts
    if is_over or delivery["tries_before"] >= len(RETRY_GAPS):
        return "GIVEN_UP", None
    return "WAITING", clock.stamp(clock.moment(delivery["due_at"]) + RETRY_GAPS[delivery["tries_before"]])
