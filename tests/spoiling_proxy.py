"""The sandbox behind a proxy that spoils what the sandbox itself cannot: other fields, other bodies, trickling bytes.

What the sandbox can do wrong itself, it is told to do: `Ordered`. It sends no webhooks here; a test that needs one
sends it, so that nothing but that webhook can be the cause of what follows.
"""

import io
import json
import re
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from sandbox.clock import Clock, RealTime
from sandbox.contract.errors import ApiError
from sandbox.http_server import Server
from sandbox.memory.ledger import Ledger
from sandbox.objects import late_money, payments

from .in_process import SANDBOX_URL, Sandbox
from .records import SECRET_KEY

ABSENT = object()  # in changes: leave this field out
DRIPS = 150  # of 0.2 seconds
OPERATIONS = {"create": "create_session", "get": "get_session", "cancel": "cancel_session"}
SESSION = re.compile(r"/sessions(?:/(?P<id>[^/]+)(?P<cancel>/cancel)?)?")


@dataclass(frozen=True)
class Ordered:
    """A fault that the sandbox has itself, by its kind and settings."""

    kind: str
    settings: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Spoiled:
    """How the sandbox's good answer to one call is spoiled on its way; the work is done all the same.

    `changes` alter the answer, `body` replaces it. `before_answer` is called with the session when the work is done
    and nobody has been told.
    """

    status: int | None = None
    body: bytes | None = None
    changes: dict = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    drips: bool = False  # the headers come a byte at a time, and never to an end
    before_answer: Callable[[dict], None] | None = None


Fault = Ordered | Spoiled


def error(status: int, code: str) -> Ordered:
    """A proper error answer of Xendit's: the work is not done."""
    return Ordered("error", {"status": status, "error_code": code})


def delay(seconds: float) -> Ordered:
    return Ordered("delay", {"milliseconds": round(seconds * 1000)})


RESET_BEFORE = Ordered("reset_before_work")
RESET_AFTER = Ordered("reset_after_work")
DOWN = error(503, "SERVICE_UNAVAILABLE")


class Call(NamedTuple):
    """One request that was seen."""

    action: str
    session_id: str | None
    reference: str | None


class TimeThatHeals(RealTime):
    """Real time, but whoever waits in it goes on at once when all is well again."""

    def __init__(self):
        self.healed = threading.Event()

    def sleep(self, seconds: float) -> None:
        self.healed.wait(seconds)


class SpoilingProxy(Sandbox):
    """A sandbox in this process, met through the proxy; `on_a_port` lets other processes meet it too."""

    def __init__(self, url: str = SANDBOX_URL):
        self._time = TimeThatHeals()
        super().__init__(url=url, clock=Clock(self._time))
        self.network.add(url, self._answer)
        self.calls_seen: list[Call] = []
        self._ledger = Ledger(self.database, SECRET_KEY)
        self._next: dict[str, list[Spoiled]] = defaultdict(list)
        self._always: dict[str, Spoiled] = {}
        self._server: Server | None = None

    @classmethod
    def on_a_port(cls) -> "SpoilingProxy":
        """One that answers on a free port of this machine until `stop`."""
        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        proxy = cls(f"http://127.0.0.1:{listener.getsockname()[1]}")
        proxy._server = Server(listener, proxy._answer, report=len)
        threading.Thread(target=proxy._server.serve_forever, args=(0.05,), daemon=True).start()
        return proxy

    def stop(self) -> None:
        self.heals()
        if self._server:
            self._server.shutdown()
            self._server.server_close()

    def will(self, action: str, *faults: Fault) -> None:
        """The next calls of 'create', 'get' or 'cancel' go wrong in these ways, one each."""
        for fault in faults:
            if isinstance(fault, Spoiled):
                self._next[action].append(fault)
            else:
                self.spoil(OPERATIONS[action], fault.kind, **fault.settings)

    def always(self, fault: Fault, *actions: str) -> None:
        """Every call, or every call of these actions, goes wrong until `heals`."""
        for action in actions or OPERATIONS:
            if isinstance(fault, Spoiled):
                self._always[action] = fault
            else:
                self.spoil(OPERATIONS[action], fault.kind, count=None, **fault.settings)

    def heals(self) -> None:
        """From now on all is well; answers that were being held back are given at once."""
        self._next.clear()
        self._always.clear()
        self.heal()
        self._time.healed.set()
        self._time.healed = threading.Event()

    def record(self, session_id: str) -> dict | None:
        """The sandbox's own record of a session, without a call."""
        return self._ledger.session(session_id)

    def change(self, session_id: str, **changes) -> dict:
        """Let the sandbox's record of a session say something else, true or not."""
        return self.keep(_changed(self.record(session_id), changes))

    def keep(self, session: dict) -> dict:
        """Let the sandbox have this record, though no call made it."""
        self._ledger.save_session(session, due_at=None if session.get("status") != "ACTIVE" else session["expires_at"])
        return session

    def complete(self, session_id: str, **changes) -> dict:
        """Take the money for a session, one that has ended too, whatever its record shows of it."""
        if not self.is_paid_on_its_page(session_id):
            late_money.come(self._ledger, session_id)
            payment = self._ledger.payments_of(session_id)[-1]
            changes = {"status": "COMPLETED", "payment_id": payment["payment_id"], **changes}
        return self.change(session_id, **changes)

    def is_paid_on_its_page(self, session_id: str, after: float = 0) -> bool:
        """The buyer pays on the hosted page, which works while the session is ACTIVE."""
        time.sleep(after)
        try:
            payment = payments.start(self._ledger, session_id, "QRIS")
            payments.succeed(self._ledger, session_id, payment["payment_id"], {})
        except ApiError:
            return False
        return True

    def session_for(self, reference: str) -> dict:
        """Return the session that was made for a reference, whether the shop was told or not."""
        return next(each for each in self._ledger.newest_sessions(reference) if each["reference_id"] == reference)

    def created(self, number: str) -> list[str]:
        """Return the references of all create calls for one order."""
        seen = [call.reference for call in self.calls_seen if call.reference]
        return [reference for reference in seen if reference.startswith(f"{number}-")]

    def count(self, action: str, session_id: str) -> int:
        return sum((call.action, call.session_id) == (action, session_id) for call in list(self.calls_seen))

    def _answer(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        found = SESSION.fullmatch(environ["PATH_INFO"])
        if not found:
            return self.app(environ, start_response)
        body = environ["wsgi.input"].read()
        environ["wsgi.input"] = io.BytesIO(body)
        action = "cancel" if found["cancel"] else "get" if found["id"] else "create"
        self.calls_seen.append(Call(action, found["id"], _reference(body)))
        spoiled = self._next[action].pop(0) if self._next[action] else self._always.get(action, Spoiled())
        started = []
        content = b"".join(self.app(environ, lambda status, headers, _=None: started.append((status, headers))))
        status, headers = started[-1]
        if int(status[:3]) < 300:
            status, headers, content = _spoiled(spoiled, environ, status, headers, content)
        start_response(status, headers)
        return [content]


def _reference(body: bytes) -> str | None:
    return json.loads(body)["reference_id"] if body else None


def _spoiled(fault: Spoiled, environ: dict, status: str, headers: list, content: bytes) -> tuple[str, list, bytes]:
    if fault.before_answer:
        fault.before_answer(json.loads(content))
    if fault.drips:
        _drip(environ["sandbox.connection"])
    if fault.changes:
        content = json.dumps(_changed(json.loads(content), fault.changes)).encode()
    content = content if fault.body is None else fault.body
    kept = [(name, value) for name, value in headers if name.lower() != "content-length"]
    return str(fault.status or status), [*kept, *fault.headers.items()], content


def _drip(connection: socket.socket) -> None:
    with suppress(OSError):
        for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * DRIPS:
            connection.sendall(bytes([byte]))
            time.sleep(0.2)
    raise ConnectionResetError


def _changed(session: dict, changes: dict) -> dict:
    return {name: value for name, value in {**session, **changes}.items() if value is not ABSENT}
