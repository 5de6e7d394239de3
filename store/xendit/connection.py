"""The one way to Xendit: a call goes out, its answer comes back as JSON, within the time that was given.

Only our own errors leave this module, no redirect is followed, and nothing secret is logged.
"""

import logging
import re
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import quote

import requests
from requests.adapters import BaseAdapter

from . import strict_json
from .breaker import Breaker
from .counting import note_call
from .endpoints import Endpoint
from .errors import (
    ChannelUnavailable,
    NoSlot,
    ProviderRefused,
    ProviderUnavailable,
    RateLimited,
    UntrustedAnswer,
    XenditError,
)
from .rate_limits import RateLimits
from .slots import LONGEST_WAIT, Slots

MAX_ANSWER_BYTES = 256 * 1024
CHUNK = 16 * 1024
CALLS_AT_ONCE = 64
ERROR_CODE = re.compile(r"[A-Z0-9_]{1,64}", re.ASCII)
# A Date has whole seconds and was under way for a while; a difference up to this is none.
SAME_TIME = timedelta(seconds=5)
# Beyond this no certificate would have held either: that is no clock to go by.
MOST_CLOCK_OFFSET = timedelta(days=7)
# Xendit works, and what stands behind it does not (CONTRACT 5.3, 6.3).
OF_A_CHANNEL = ("CHANNEL_UNAVAILABLE", "ISSUER_UNAVAILABLE")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Patience:
    """How long a call may take, in seconds: to connect, to wait for an answer, and in all."""

    connect: float
    read: float
    total: float


CREATE = Patience(connect=2, read=8, total=10)
LOOK = Patience(connect=2, read=5, total=7)


@dataclass(frozen=True)
class Call:
    """One call: its endpoint, the object that it is about, and what is sent along."""

    endpoint: Endpoint
    object_id: str = ""
    body: dict[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return self.endpoint.path.replace("{id}", quote(self.object_id, safe=""))

    @property
    def subject(self) -> str:
        """What stands for it in the log: of what it makes the reference, never an id."""
        return f"{self.endpoint} {self.body['reference_id']}" if self.body else self.endpoint


class Answer(NamedTuple):
    status: int
    content: bytes


class Connection:
    """Carries calls with one secret key. Safe to share between threads. Its arguments are those of `Client`."""

    def __init__(
        self,
        secret_key: str,
        api_url: str,
        transport: BaseAdapter | None,
        monotonic: Callable[[], float],
        now: Callable[[], datetime],
        slots: Slots,
    ) -> None:
        self._auth = (secret_key, "")
        self._api_url = api_url
        self._transport = transport
        self._monotonic = monotonic
        self._now = now
        self.clock_offset = timedelta(0)  # Xendit's clock minus ours
        self.rate_limits = RateLimits(monotonic)
        self._breaker = Breaker(monotonic)
        self.slots = slots
        self._local = threading.local()
        # A time-out of `requests` is for the next piece of an answer, headers included. So that a call
        # ends in time whatever trickles in, it is made on a thread of its own and waited for.
        self._calls = ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="xendit")

    def make(self, call: Call, patience: Patience) -> Any:
        """Make one call and return the parsed answer. Raises XenditError, at once while Xendit cannot be reached.

        Waiting for a slot is a part of the time that the call may take.
        """
        began = self._monotonic()
        with self.slots.one(min(LONGEST_WAIT, patience.total / 2)) as has_slot:
            if not has_slot:
                raise NoSlot
            return self._make(call, patience, began)

    def _make(self, call: Call, patience: Patience, began: float) -> Any:
        self._breaker.check()
        try:
            found = _checked(self._answer(call, patience, began))
        except XenditError as error:
            if error.is_answer:
                self._breaker.note_answer()
            elif patience.total >= LOOK.total:  # A failure that a hurried caller sees may be none.
                self._breaker.note_failure()
            raise
        self._breaker.note_answer()
        return found

    def _answer(self, call: Call, patience: Patience, began: float) -> Answer:
        started = self._monotonic()
        note_call()
        try:
            # A clock that was put in place for the caller holds in a copy of its context.
            carried = self._calls.submit(copy_context().run, self._exchange, call, patience)
            answer = carried.result(timeout=began + patience.total - started)
        except XenditError:
            raise
        except Exception as error:
            # Not only its own: a key, an address or a certificate may let `requests` raise anything.
            log.warning("xendit %s: %s", call.subject, type(error).__name__)
            raise ProviderUnavailable(type(error).__name__) from error
        log.info("xendit %s: %s in %d ms", call.subject, answer.status, (self._monotonic() - started) * 1000)
        return answer

    def _exchange(self, call: Call, patience: Patience) -> Answer:
        deadline = self._monotonic() + patience.total
        with self._session().request(
            call.endpoint.method,
            self._api_url + call.path,
            json=call.body,
            headers=dict(call.headers),
            auth=self._auth,
            timeout=(patience.connect, patience.read),
            allow_redirects=False,
            stream=True,
        ) as response:
            self._note_clock(response.headers.get("Date", ""))
            is_refused = response.status_code == requests.codes.too_many_requests
            self.rate_limits.note(call.endpoint, response.headers, is_refused)
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
        self.clock_offset = offset if abs(offset) > SAME_TIME else timedelta(0)

    def _session(self) -> requests.Session:
        # requests does not promise that its Session is safe between threads.
        if not hasattr(self._local, "session"):
            self._local.session = self._new_session()
        return self._local.session

    def _new_session(self) -> requests.Session:
        session = requests.Session()
        if self._transport:
            session.mount(self._api_url, self._transport)
        # What the environment says of proxies and certificates is read once, and not again for each call.
        found = session.merge_environment_settings(self._api_url, {}, None, None, None)
        session.proxies, session.verify, session.cert = found["proxies"], found["verify"], found["cert"]
        session.trust_env = False
        return session


def _checked(answer: Answer) -> Any:
    status, content = answer
    if status == requests.codes.too_many_requests:
        raise RateLimited
    if 400 <= status < 500 and status != requests.codes.request_timeout:
        raise ProviderRefused(status, _error_code(content))
    if status == requests.codes.service_unavailable and (code := _error_code(content)) in OF_A_CHANNEL:
        raise ChannelUnavailable(code)
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
