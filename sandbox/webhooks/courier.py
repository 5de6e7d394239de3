"""Takes due webhooks to their receivers, several at a time, so that a slow answer delays no other account."""

import http.client
import json
import logging
import socket
import ssl
import threading
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

from ..clock import Clock, moment, stamp
from ..contract import ids
from ..memory import accounts
from ..memory.accounts import Account
from ..memory.database import Database, Row
from ..memory.delivery_states import DeliveryState

SENDERS = 16
SENDERS_OF_ONE_ACCOUNT = 4
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

# How a webhook is posted: address, headers, body and seconds → status and beginning of the answer.
Post = Callable[[str, dict[str, str], str, float], tuple[int | None, str]]

log = logging.getLogger(__name__)


class FairQueue:
    """What waits for a sender: the oldest first, but of no account more at a time than its share."""

    def __init__(self, share: int) -> None:
        self._share = share
        self._changed = threading.Condition()
        self._lines = {}  # account → its entries, each with its number in the order of all
        self._taken = Counter()
        self._count = 0

    def put(self, account: str, entry: tuple) -> None:
        with self._changed:
            self._count += 1
            self._lines.setdefault(account, deque()).append((self._count, entry))
            self._changed.notify()

    def take(self) -> tuple[str, tuple]:
        """The account and its entry, once there is one; to be followed by `give_back`."""
        with self._changed:
            account = self._changed.wait_for(self._next)
            _, entry = self._lines[account].popleft()
            if not self._lines[account]:
                del self._lines[account]
            self._taken[account] += 1
            return account, entry

    def give_back(self, account: str) -> None:
        with self._changed:
            self._taken[account] -= 1
            if not self._taken[account]:
                del self._taken[account]
            self._changed.notify()

    def _next(self) -> str | None:
        free = [account for account in self._lines if self._taken[account] < self._share]
        return min(free, key=lambda account: self._lines[account][0][0], default=None)


class Deadline:
    """One limit for all that is done with a socket; the socket's own limit starts anew with each byte."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._monotonic = clock.monotonic
        self._end = clock.monotonic() + seconds
        self._timer = None
        self._is_over = False

    def left(self) -> float:
        seconds = self._end - self._monotonic()
        if self.is_over():
            raise TimeoutError
        return max(seconds, 0.001)  # Zero would mean a socket that doesn't wait at all.

    def is_over(self) -> bool:
        return self._is_over or self._monotonic() >= self._end

    def cut_off(self, connected: socket.socket) -> None:
        """From now on, hang up when the time is over; until `stop`."""
        # In real time on any clock: one that stands would let a receiver that trickles keep the sender for good.
        self._timer = threading.Timer(self.left(), self._hang_up, [connected])
        self._timer.daemon = True
        self._timer.start()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()

    def _hang_up(self, connected: socket.socket) -> None:
        self._is_over = True
        with suppress(OSError):
            # Not the method of a TLS socket: that takes the encryption away from under the reader.
            socket.socket.shutdown(connected, socket.SHUT_RDWR)


class Courier:
    def __init__(
        self, database: Database, report: Callable[[str], object], senders: int = SENDERS, post: Post | None = None
    ) -> None:
        self._senders = senders
        self._post = post or partial(post_over_network, database.clock)
        self._database = database
        self._report = report
        self._due = FairQueue(SENDERS_OF_ONE_ACCOUNT)

    def start(self) -> None:
        for _ in range(self._senders):
            threading.Thread(target=self._send_all, daemon=True).start()

    def hand_out(self) -> None:
        """Give what is due now, and what somebody wants sent again, to the senders."""
        for delivery in self._database.claim_deliveries(self._database.clock.stamp()):
            if delivery["at_once"]:
                threading.Thread(target=self._send, args=(delivery, False), daemon=True).start()
            else:
                self._due.put(delivery["account"], (delivery, False))
        for delivery in self._database.claim_resends():
            self._due.put(delivery["account"], (delivery, True))

    def send_due(self) -> None:
        """The same in the caller's thread, one after another: when this returns, all was tried."""
        now = self._database.clock.stamp()
        for delivery in self._database.claim_deliveries(now):
            self._deliver(delivery, False)
        for delivery in self._database.claim_resends():
            self._deliver(delivery, True)

    def _send_all(self) -> None:
        while True:
            account, (delivery, by_hand) = self._due.take()
            try:
                self._send(delivery, by_hand)
            finally:
                self._due.give_back(account)

    def _send(self, delivery: Row, by_hand: bool) -> None:
        """What nobody foresaw is reported and given up, and the sender goes on."""
        try:
            self._deliver(delivery, by_hand)
        except Exception:
            log.exception("Unexpected error with a webhook; the sender goes on")
            if not by_hand:
                self._give_up(delivery)

    def _give_up(self, delivery: Row) -> None:
        try:
            self._move(delivery, DeliveryState.GIVEN_UP)
        except Exception:  # The memory itself may be what fails.
            log.exception("The webhook could not be given up and stays on its way")

    def _deliver(self, delivery: Row, by_hand: bool) -> None:
        try:
            self._deliver_to_account(delivery, by_hand)
        finally:
            if by_hand:
                self._database.end_resend(delivery["id"])

    def _deliver_to_account(self, delivery: Row, by_hand: bool) -> None:
        account = accounts.find(self._database, delivery["account"])
        if account.webhook_url is None:
            if not by_hand:
                self._move(delivery, DeliveryState.NOT_SENT)
            return
        status, answer = self._try(account, delivery, by_hand)
        if not by_hand:
            self._move(delivery, *_what_follows(account, delivery, status, answer))
        elif is_taken(status):
            self._move(delivery, DeliveryState.DELIVERED)
        self._report(f"webhook {delivery['event']} {status or 'no answer'}")

    def _try(self, account: Account, delivery: Row, by_hand: bool) -> tuple[int | None, str]:
        clock = self._database.clock
        at, started = clock.stamp(), clock.monotonic()
        body = json.dumps(json.loads(delivery["document"]) | {"created": at})
        webhook_id = ids.webhook_id(
            delivery["id"], delivery["document"], delivery["times_by_hand"] + 1 if by_hand else 0
        )
        sent = headers(FORGED_TOKEN if delivery["forged"] else account.webhook_token, webhook_id)
        status, answer = self._post(account.webhook_url, sent, body, account.webhook_timeout_seconds)
        self._database.record_try(
            delivery["id"],
            at=at,
            by_hand=by_hand,
            body=body,
            status=status,
            answer=answer,
            headers=json.dumps(sent if delivery["forged"] else sent | {"x-callback-token": "•••"}),
            milliseconds=round((clock.monotonic() - started) * 1000),
        )
        return status, answer

    def _move(self, delivery: Row, state: DeliveryState, due_at: str | None = None) -> None:
        self._database.move_delivery(delivery["id"], state, due_at)
        self._database.delivery_added.set()  # After a jump, the next try may be due already.


def is_taken(status: int | None) -> bool:
    return status is not None and 200 <= status < 300


def headers(token: str, webhook_id: str) -> dict[str, str]:
    return {
        "content-type": "application/json",
        "x-callback-token": token,
        "webhook-id": webhook_id,
        "user-agent": "Xendit-Sandbox",
    }


def post_over_network(
    clock: Clock, url: str, headers: dict[str, str], body: str, timeout_seconds: float
) -> tuple[int | None, str]:
    """Status and beginning of the answer; no status, and the reason, if there was no answer."""
    address = urlsplit(url)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    path = address._replace(scheme="", netloc="", fragment="").geturl() or "/"
    connection, deadline = kind(address.hostname, address.port), Deadline(clock, timeout_seconds)
    try:
        connection.sock = _connect(address.scheme, connection.host, connection.port, deadline)
        deadline.cut_off(connection.sock)
        connection.request("POST", path, body.encode(), headers | {"connection": "close"})
        answer = connection.getresponse()
        deadline.left()  # Headers that were cut off look complete.
        return answer.status, _beginning(answer)
    except (OSError, ValueError, http.client.HTTPException) as error:  # ValueError: no such host can be.
        return None, NO_ANSWER_IN_TIME if deadline.is_over() else type(error).__name__
    finally:
        deadline.stop()
        connection.close()


def _connect(scheme: str, host: str, port: int, deadline: Deadline) -> socket.socket:
    failure = OSError()
    for family, kind, protocol, _, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        connected = socket.socket(family, kind, protocol)
        try:
            connected.settimeout(deadline.left())
            connected.connect(place)
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connected.settimeout(deadline.left())
            if scheme == "https":  # The handshake keeps to the limit as a whole.
                return ssl.create_default_context().wrap_socket(connected, server_hostname=host)
            return connected
        except (OSError, ValueError) as error:
            connected.close()
            failure = error
    raise failure


def _beginning(answer: http.client.HTTPResponse) -> str:
    """The first bytes of the answer. The status is what counts, even if the rest never comes."""
    try:
        return answer.read1(ANSWER_BYTES_KEPT).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__


def _what_follows(account: Account, delivery: Row, status: int | None, answer: str) -> tuple[DeliveryState, str | None]:
    """State and next moment. Retries are counted from when the try before was due, so that a jump of the
    clock makes up for all that it skipped."""
    if is_taken(status):
        return DeliveryState.DELIVERED, None
    is_over = status is None and answer == NO_ANSWER_IN_TIME and not account.retries_timeouts
    if is_over or delivery["tries_before"] >= len(RETRY_GAPS):
        return DeliveryState.GIVEN_UP, None
    return DeliveryState.WAITING, stamp(moment(delivery["due_at"]) + RETRY_GAPS[delivery["tries_before"]])
