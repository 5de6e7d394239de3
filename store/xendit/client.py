"""The client of Xendit's API: one request method, named time limits, our own errors.

Only our own errors leave this module, no redirect is followed, and nothing secret is logged.
"""

import logging
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

import requests
from requests.adapters import BaseAdapter

from . import strict_json
from .errors import ProviderRefused, ProviderUnavailable, RateLimited, UntrustedAnswer, XenditError
from .links import AllowedHosts
from .payloads import Session, SessionRequest
from .payments import PaymentRecord, PaymentRequestRecord

MAX_ANSWER_BYTES = 256 * 1024
CHUNK = 16 * 1024
CALLS_AT_ONCE = 64
ERROR_CODE = re.compile(r"[A-Z0-9_]{1,64}", re.ASCII)
# A Date has whole seconds and was under way for a while; a difference up to this is none.
SAME_TIME = timedelta(seconds=5)
# Beyond this no certificate would have held either: that is no clock to go by.
MOST_CLOCK_OFFSET = timedelta(days=7)

log = logging.getLogger(__name__)
Record = TypeVar("Record", Session, PaymentRecord, PaymentRequestRecord)


@dataclass(frozen=True)
class Patience:
    """How long a call may take, in seconds: to connect, to wait for an answer, and in all."""

    connect: float
    read: float
    total: float


class Answer(NamedTuple):
    status: int
    content: bytes


API_VERSION = {"api-version": "2024-11-11"}  # The only one there is for /v3 (CONTRACT 1.1).
CREATE = Patience(connect=2, read=8, total=10)
LOOK = Patience(connect=2, read=5, total=7)


class Client:
    """Calls Xendit's API with one secret key. Safe to share between threads.

    `transport` is what carries the calls, if that is not the network; `monotonic` tells how long they took,
    and `now` what time it is here. What time it is at Xendit, each of its answers tells. `pages_url` is where
    an imitation of Xendit has its pages, if not at `api_url`.
    """

    def __init__(
        self,
        secret_key: str,
        api_url: str,
        transport: BaseAdapter | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        pages_url: str | None = None,
    ) -> None:
        self._auth = (secret_key, "")
        self._api_url = api_url.rstrip("/")
        self._transport = transport
        self._monotonic = monotonic
        self._now = now
        self._clock_offset = timedelta(0)  # Xendit's clock minus ours
        self.hosts = AllowedHosts(self._api_url, pages_url)
        self._local = threading.local()
        # A time-out of `requests` is for the next piece of an answer, headers included. So that a call
        # ends in time whatever trickles in, it is made on a thread of its own and waited for.
        self._calls = ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="xendit")

    def create_session(self, request: SessionRequest) -> Session:
        """Create a payment session. Source: POST /sessions in Xendit's API reference.

        Its end is told to Xendit by Xendit's own clock, once that is known.
        Raises ProviderRefused if it certainly was not made, ProviderUnavailable if it may have been,
        UntrustedAnswer if the answer has another amount, currency or reference, or a link elsewhere.
        """
        body = replace(request, expires_at=request.expires_at + self._clock_offset).to_json()
        session = Session.from_json(self._call("POST", "/sessions", CREATE, body, request.reference))
        same = (session.reference, session.currency, session.amount) == (
            request.reference, request.currency, request.amount,
        )  # fmt: skip
        if not same:
            raise UntrustedAnswer("the answer has another reference, currency or amount")
        if not self.hosts.allows(session.link or ""):
            raise UntrustedAnswer("the payment link is missing or leads to a foreign host")
        return session

    def get_session(self, session_id: str, patience: Patience = LOOK) -> Session:
        """Read a session. Source: GET /sessions/{id}. Raises ProviderRefused or ProviderUnavailable."""
        return self._one(Session, "GET", "/sessions", session_id, patience)

    def cancel_session(self, session_id: str) -> Session:
        """End an ACTIVE session, so that its link stops working. Source: POST /sessions/{id}/cancel.

        Raises ProviderRefused (422 if it is not ACTIVE any more) or ProviderUnavailable.
        """
        return self._one(Session, "POST", "/sessions", session_id, LOOK, "/cancel")

    def get_payment(self, payment_id: str, patience: Patience = LOOK) -> PaymentRecord:
        """Read a payment. Source: GET /v3/payments/{id}. Raises ProviderRefused or ProviderUnavailable."""
        return self._one(PaymentRecord, "GET", "/v3/payments", payment_id, patience)

    def get_payment_request(self, request_id: str, patience: Patience = LOOK) -> PaymentRequestRecord:
        """Read a payment request. Source: GET /v3/payment_requests/{id}. Raises as `get_payment` does."""
        return self._one(PaymentRequestRecord, "GET", "/v3/payment_requests", request_id, patience)

    def _one(
        self, kind: type[Record], method: str, path: str, object_id: str, patience: Patience, action: str = ""
    ) -> Record:
        """Ask about one object by its id, and see that the answer is about that one."""
        full_path = f"{path}/{quote(object_id, safe='')}{action}"
        record = kind.from_json(self._call(method, full_path, patience, None, f"{path}/…{action}"))
        if record.id != object_id:
            raise UntrustedAnswer("the answer is about another object")
        return record

    def _call(self, method: str, path: str, patience: Patience, body: dict | None, subject: str) -> Any:
        """Make one call and return the parsed answer. `subject` stands for it in the log."""
        started = self._monotonic()
        try:
            # A clock that was put in place for the caller holds in a copy of its context.
            call = self._calls.submit(copy_context().run, self._exchange, method, path, patience, body)
            answer = call.result(timeout=patience.total)
        except XenditError:
            raise
        except Exception as error:
            # Not only its own: a key, an address or a certificate may let `requests` raise anything.
            log.warning("xendit %s %s: %s", method, subject, type(error).__name__)
            raise ProviderUnavailable(type(error).__name__) from error
        log.info("xendit %s %s: %s in %d ms", method, subject, answer.status, (self._monotonic() - started) * 1000)
        return _checked(answer)

    def _exchange(self, method: str, path: str, patience: Patience, body: dict | None) -> Answer:
        deadline = self._monotonic() + patience.total
        with self._session().request(
            method,
            self._api_url + path,
            json=body,
            headers=API_VERSION if path.startswith("/v3/") else None,
            auth=self._auth,
            timeout=(patience.connect, patience.read),
            allow_redirects=False,
            stream=True,
        ) as response:
            self._note_clock(response.headers.get("Date", ""))
            return Answer(response.status_code, self._read(response, deadline))

    def _read(self, response: requests.Response, deadline: float) -> bytes:
        """Return the body, or raise once it is too long or too late for anybody."""
        content = b""
        while piece := response.raw.read1(CHUNK, decode_content=True):
            content += piece
            if len(content) > MAX_ANSWER_BYTES:
                raise UntrustedAnswer("the answer is too long")
            if self._monotonic() > deadline:
                raise requests.ReadTimeout("the answer took too long")
        return content

    def _note_clock(self, date: str) -> None:
        """Remember how far Xendit's clock is from ours. A session's end that is right here may be refused there."""
        try:
            there = parsedate_to_datetime(date)
            # HTTP's dates are in UTC, also in the form that names no zone, and where a proxy has added a second one.
            offset = (there if there.tzinfo else there.replace(tzinfo=UTC)) - self._now()
        except (ValueError, OverflowError):
            return  # no Date, or none that is written as one
        if abs(offset) > MOST_CLOCK_OFFSET:
            return
        self._clock_offset = offset if abs(offset) > SAME_TIME else timedelta(0)

    def _session(self) -> requests.Session:
        # requests does not promise that its Session is safe between threads.
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
            if self._transport:
                self._local.session.mount(self._api_url, self._transport)
        return self._local.session


def _checked(answer: Answer) -> Any:
    status, content = answer
    if status == requests.codes.too_many_requests:
        raise RateLimited
    if 400 <= status < 500 and status != requests.codes.request_timeout:
        raise ProviderRefused(status, _error_code(content))
    if not 200 <= status < 300:
        raise ProviderUnavailable(f"HTTP {status}")
    try:
        return strict_json.loads(content)
    except strict_json.BadJSON as error:
        raise UntrustedAnswer(str(error)) from error


def _error_code(content: bytes) -> str:
    try:
        body = strict_json.loads(content)
    except strict_json.BadJSON:
        return ""
    code = body.get("error_code") if isinstance(body, dict) else None
    return code if isinstance(code, str) and ERROR_CODE.fullmatch(code) else ""
