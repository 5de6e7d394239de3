"""A provider that fails as told: a real HTTP server with Xendit's three session calls, in this process.

It answers well until `will` or `always` is told a `Fault`. It sends no webhooks of its own; a test
that needs one sends it, so that nothing but that webhook can be the cause of what follows.
"""

import json
import secrets
import socket
import struct
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

ABSENT = object()  # in changes: leave this field out
DRIPS = 50
GOOD_STATUS = {"create": 201, "get": 200, "cancel": 200}


@dataclass(frozen=True)
class Fault:
    """How one call goes wrong: what is answered, and whether the work is done all the same.

    Without a `status` the connection is reset. `changes` alter the answer, `body` replaces it.
    `before_answer` is called with the session when the work is done and nobody has been told.
    """

    status: int | None = 0  # 0: the status that a good answer has
    body: bytes | None = None
    changes: dict = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    works: bool = True
    seconds: float = 0
    drips: bool = False  # the headers come a byte at a time, and never to an end
    before_answer: Callable[[dict], None] | None = None


def error(status: int, code: str, **headers: str) -> Fault:
    """A proper error answer of Xendit's: the work is not done."""
    body = json.dumps({"error_code": code, "message": "…"}).encode()
    return Fault(status, body, headers={name.replace("_", "-"): value for name, value in headers.items()}, works=False)


RESET_BEFORE = Fault(status=None, works=False)
RESET_AFTER = Fault(status=None)
DOWN = error(503, "SERVICE_UNAVAILABLE")


class Call(NamedTuple):
    """One request that was seen."""

    action: str
    session_id: str | None
    body: dict


class FaultyProvider:
    def __init__(self):
        self.sessions: dict[str, dict] = {}
        self.calls: list[Call] = []
        self._next: dict[str, list[Fault]] = defaultdict(list)
        self._always: dict[str, Fault] = {}
        self._healed = threading.Event()
        self._lock = threading.RLock()
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def will(self, action: str, *faults: Fault) -> None:
        """The next calls of 'create', 'get' or 'cancel' go wrong in these ways, one each."""
        self._next[action] += faults

    def always(self, fault: Fault, *actions: str) -> None:
        """Every call, or every call of these actions, goes wrong until `heals`."""
        self._always |= dict.fromkeys(actions or GOOD_STATUS, fault)

    def heals(self) -> None:
        """From now on all is well; answers that were being held back are given at once."""
        with self._lock:
            self._next.clear()
            self._always.clear()
            self._healed.set()
            self._healed = threading.Event()

    def complete(self, session_id: str, **changes) -> dict:
        """Take the money for an ACTIVE session, whatever its record shows of it."""
        paid = {"status": "COMPLETED", "payment_id": f"py-{uuid.uuid4()}", "payment_request_id": f"pr-{uuid.uuid4()}"}
        return self.change(session_id, **{**paid, **changes})

    def is_paid_on_its_page(self, session_id: str, after: float = 0) -> bool:
        """The buyer presses 'Pay' on the hosted page, which works while the session is ACTIVE."""
        time.sleep(after)
        with self._lock:
            if self.sessions[session_id]["status"] != "ACTIVE":
                return False
            self.complete(session_id)
            return True

    def change(self, session_id: str, **changes) -> dict:
        with self._lock:
            self.sessions[session_id] = _changed(self.sessions[session_id], changes)
            return self.sessions[session_id]

    def session_for(self, reference: str) -> dict:
        """Return the session that was made for a reference, whether the shop was told or not."""
        return next(each for each in self.sessions.values() if each.get("reference_id") == reference)

    def created(self, number: str) -> list[str]:
        """Return the references of all create calls for one order."""
        references = [call.body["reference_id"] for call in self.calls if call.action == "create"]
        return [reference for reference in references if reference.startswith(f"{number}-")]

    def count(self, action: str, session_id: str) -> int:
        return sum((call.action, call.session_id) == (action, session_id) for call in list(self.calls))

    def stop(self) -> None:
        self.heals()
        self._server.shutdown()
        self._server.server_close()

    def answer(self, action: str, session_id: str | None, body: dict) -> tuple[Fault, dict | None]:
        """Do what a call asks for, unless a fault keeps it from being done; return the fault and the session."""
        with self._lock:
            self.calls.append(Call(action, session_id, body))
            fault = self._next[action].pop(0) if self._next[action] else self._always.get(action, Fault())
            session = self._work(action, session_id, body) if fault.works else {}
            healed = self._healed
        if session and fault.before_answer:
            fault.before_answer(session)
        healed.wait(fault.seconds)
        return fault, session

    def _work(self, action: str, session_id: str | None, body: dict) -> dict | None:
        if action == "create":
            return self._create(body)
        if action == "cancel" and self.sessions.get(session_id, {}).get("status") == "ACTIVE":
            self.change(session_id, status="CANCELED")
        elif action == "cancel" and session_id in self.sessions:
            return None
        return self.sessions.get(session_id)

    def _create(self, body: dict) -> dict:
        session_id = f"ps-{secrets.token_hex(12)}"
        moment = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.sessions[session_id] = {
            **{name: value for name, value in body.items() if name != "customer"},
            "payment_session_id": session_id,
            "status": "ACTIVE",
            "created": moment,
            "updated": moment,
            "payment_link_url": f"{self.url}/pay/{session_id}",
            "business_id": "6" * 24,
        }
        return self.sessions[session_id]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, provider: FaultyProvider):
        self.provider = provider
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request, client_address) -> None:
        pass  # a shop that was killed has gone away; nothing to tell


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("content-length") or 0))
        parts = self.path.split("/")[1:]
        if parts == ["sessions"]:
            self._answer("create", None, json.loads(content))
        elif len(parts) == 3 and (parts[0], parts[2]) == ("sessions", "cancel"):
            self._answer("cancel", parts[1], {})
        else:
            self._send(404, b"{}", {})

    def do_GET(self) -> None:
        parts = self.path.split("/")[1:]
        if len(parts) == 2 and parts[0] == "sessions":
            self._answer("get", parts[1], {})
        else:
            self._send(404, b"{}", {})

    def log_message(self, format: str, *args) -> None:
        pass

    def _answer(self, action: str, session_id: str | None, body: dict) -> None:
        fault, session = self.server.provider.answer(action, session_id, body)
        if fault.status is None:
            self._reset()
        elif fault.drips:
            self._drip()
        elif fault.body is not None:
            self._send(fault.status or GOOD_STATUS[action], fault.body, fault.headers)
        elif session:
            content = json.dumps(_changed(session, fault.changes)).encode()
            self._send(fault.status or GOOD_STATUS[action], content, fault.headers)
        else:
            status = 422 if session_id in self.server.provider.sessions else 404
            self._send(status, b'{"error_code": "INVALID_SESSION_STATUS", "message": "not ACTIVE"}', {})

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"content-type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(content)

    def _drip(self) -> None:
        with suppress(OSError):
            for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * DRIPS:
                self.wfile.write(bytes([byte]))
                time.sleep(0.2)

    def _reset(self) -> None:
        """Close with RST instead of an answer, as a crashed load balancer does."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        socket.close(self.connection.detach())
        self.close_connection = True


def _changed(session: dict, changes: dict) -> dict:
    return {name: value for name, value in {**session, **changes}.items() if value is not ABSENT}
