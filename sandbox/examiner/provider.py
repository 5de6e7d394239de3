"""The sandbox in a process of its own, with all that the examiner asks of it, and what it sends to the shop itself."""

import base64
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from .commands import Unexaminable

STARTS_WITHIN = 30.0
ANSWERS_WITHIN = 70.0  # A flush may take a minute.
LOOK_SECONDS = 0.05
# Nothing here is to go through the proxy that this machine may have.
_opener = build_opener(ProxyHandler({}))


class Provider:
    """Xendit, and the buyer on its pages. `webhook_url` is the shop's."""

    def __init__(self, port: int, secret_key: str, webhook_url: str, webhook_token: str) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self._key, self._webhook_url, self._token = secret_key, webhook_url, webhook_token
        options = {"port": port, "secret-key": secret_key, "webhook-url": webhook_url, "webhook-token": webhook_token}
        command = [sys.executable, "-m", "sandbox", *(f"--{name}={value}" for name, value in options.items())]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def __enter__(self) -> "Provider":
        try:
            self._wait_until_up()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        self._process.stderr.close()

    def session(self, session_id: str) -> dict:
        return self._call("GET", f"/_control/ledger?session={session_id}&only=sessions")["sessions"][0]

    def pay(self, session_id: str, late: bool = False) -> None:
        self._control(f"sessions/{session_id}/pay", {"late": late})
        self.flush()

    def fail(self, session_id: str) -> None:
        self._control(f"sessions/{session_id}/fail")
        self.flush()

    def expire(self, session_id: str) -> None:
        self._control(f"sessions/{session_id}/expire")
        self.flush()

    def cancel(self, session_id: str) -> None:
        self._call("POST", f"/sessions/{session_id}/cancel")

    def turn(self, position: str, session_id: str | None = None, **number: int) -> None:
        """Say how webhooks come from now on, of one session or of all."""
        path = f"sessions/{session_id}/dial" if session_id else "dial"
        self._control(path, {"position": position, **number}, "PUT")

    @contextmanager
    def spoils(
        self, operations: tuple[str, ...], kind: str, session_id: str | None = None, **settings: int
    ) -> Iterator[None]:
        """Spoil every such call meanwhile, about one session or all."""
        fault = {"kind": kind, "session": session_id, "count": None, **settings}
        faults = [self._control("faults", {"operation": operation, **fault})["id"] for operation in operations]
        try:
            yield
        finally:
            for fault_id in faults:
                self._control(f"faults/{fault_id}", method="DELETE")

    def lets_pass(self, seconds: int) -> None:
        self._control("clock", {"action": "jump", "seconds": seconds})
        self.flush()

    def resend(self, session_id: str) -> None:
        self._control("deliveries/resend", {"session_id": session_id})
        self.flush()

    def flush(self) -> None:
        self._control("flush")

    def reload(self, session_id: str, times: int) -> list[int]:
        """Open the success return URL so often at once, as a buyer's browser; return the HTTP statuses."""
        address = self.session(session_id).get("success_return_url")
        if not address:
            return []
        with ThreadPoolExecutor(times) as pool:
            return list(pool.map(lambda _: _answer(Request(address))[0], range(times)))

    def tell(self, event: str, data: dict, is_forged: bool = False) -> int:
        """Send the shop a webhook of the examiner's own; return the HTTP status of its answer."""
        body = {"event": event, "business_id": data.get("business_id", ""), "created": _now(), "data": data}
        token = f"not-{self._token}" if is_forged else self._token
        headers = {"content-type": "application/json", "x-callback-token": token}
        return _answer(Request(self._webhook_url, json.dumps(body).encode(), headers))[0]

    def _control(self, path: str, body: dict | None = None, method: str = "POST") -> dict:
        return self._call(method, f"/_control/{path}", body)

    def _call(self, method: str, path: str, body: dict | None = None) -> dict:
        credentials = base64.b64encode(f"{self._key}:".encode()).decode()
        headers = {"content-type": "application/json", "authorization": f"Basic {credentials}"}
        content = json.dumps(body).encode() if body is not None else None
        status, answer = _answer(Request(self.address + path, content, headers, method=method))
        if status >= 400:
            raise Unexaminable(f"The sandbox refused {method} {path}: {answer.decode(errors='replace')}")
        return json.loads(answer) if answer else {}

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + STARTS_WITHIN
        while self._process.poll() is None and time.monotonic() < deadline:
            with suppress(Unexaminable):
                self._call("GET", "/_control/health")
                # A port that somebody else holds answers too, and the sandbox then ends.
                if self._process.poll() is None:
                    return
            time.sleep(LOOK_SECONDS)
        if self._process.poll() is None:
            raise Unexaminable("The sandbox did not start in time.")
        raise Unexaminable(f"The sandbox did not start: {self._process.stderr.read().decode().strip()}")


def _answer(request: Request) -> tuple[int, bytes]:
    """The HTTP status, redirects followed, and the body. Raises Unexaminable where nobody answers."""
    try:
        with _opener.open(request, timeout=ANSWERS_WITHIN) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        return error.code, error.read()
    except (URLError, HTTPException, OSError) as error:
        raise Unexaminable(f"No answer from {request.full_url}: {error}.") from None


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
