"""A small WSGI server on threads: connections stay open, and a body is read whole, within its limit, before
the app is called.

The development server that comes with Flask closes each connection and reads on for as long as a caller
sends; this one is for many calls a second and for callers who mean no good.
"""

import io
import re
import socket
import socketserver
import sys
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from .incoming import IDLE_SECONDS, Incoming

BODY_LIMIT = 256 * 1024
# Who sends too much reads the refusal only if somebody takes what is sent; up to here, somebody does.
IGNORED_LIMIT = 16 * 1024 * 1024
LINE_LIMIT = 1024
# For a whole head, and for a whole body, from its first byte to its last.
HEAD_SECONDS = 10
BODY_SECONDS = 30
EXPECTED = "100-continue"
# How long nothing may come before no more is awaited of what is ignored.
IGNORED_SECONDS = 0.2
SESSION_ID = re.compile(r"ps-[0-9a-f]{20}([0-9a-f]{4})")
LOGGED_PATHS = ("/sessions", "/_control/", "/v3/", "/payments/", "/refunds", "/customers", "/balance")
LENGTH = re.compile(r"\d{1,12}", re.ASCII)
CHUNK_LENGTH = re.compile(rb"[0-9a-fA-F]{1,8}(?:;[^\r\n]*)?\r\n")
NO_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
Header = tuple[str, str]
ERROR_CODES = {
    HTTPStatus.NOT_FOUND: "NOT_FOUND",
    HTTPStatus.METHOD_NOT_ALLOWED: "METHOD_NOT_ALLOWED",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "REQUEST_TOO_LARGE",
    HTTPStatus.INTERNAL_SERVER_ERROR: "SERVER_ERROR",
}
WSGI = {
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "http",
    "wsgi.multithread": True,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
}


def error_code_of(status: int) -> str:
    """What the envelope says where no rule of the API has named a code."""
    return ERROR_CODES.get(status, "API_VALIDATION_ERROR")


class Refused(Exception):
    """The request can't be read; the connection ends with this status."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status)
        self.status = status


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(
        self,
        listener: socket.socket,
        app: Callable,
        report: Callable[[str], Any],
        head_seconds: float = HEAD_SECONDS,
        body_seconds: float = BODY_SECONDS,
    ) -> None:
        socketserver.BaseServer.__init__(self, listener.getsockname(), Handler)
        self.socket = listener
        self.app = app
        self.report = report
        self.head_seconds = head_seconds
        self.body_seconds = body_seconds

    def handle_error(self, request: socket.socket, client_address: tuple[str, int]) -> None:
        """A caller who hangs up is no news."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Every method, known or not, is for the app to answer."""
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self._incoming = Incoming(self.connection)
        self.rfile = io.BufferedReader(self._incoming)

    def handle_one_request(self) -> None:
        """A caller may be silent between two requests; once he begins one, his time runs."""
        self._incoming.allow(IDLE_SECONDS)
        try:
            self.rfile.peek(1)
        except TimeoutError:
            self.close_connection = True
            return
        self._incoming.allow(self.server.head_seconds)
        super().handle_one_request()

    def handle_expect_100(self) -> bool:
        """Tell a caller who asks whether he may send the body; he waits for it."""
        try:
            self._length()
        except Refused as refused:
            self._refuse(refused)
            return False
        super().handle_expect_100()
        self.wfile.flush()
        return True

    def answer(self) -> None:
        try:
            body = self._body()
        except Refused as refused:
            self._refuse(refused)
            return
        status, headers, content = self._ask_app(body)
        self.send_response(int(status.partition(" ")[0]))
        for name, value in headers:
            self.send_header(name, value)
        if self.close_connection:
            # A caller who does not know would send the next request on a connection that ends.
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _body(self) -> bytes:
        self._incoming.allow(self.server.body_seconds)
        if self.headers.get("Expect", EXPECTED).lower() != EXPECTED:
            raise Refused(HTTPStatus.EXPECTATION_FAILED)
        length = self._length()
        return self._chunks() if length is None else self._read(length)

    def _length(self) -> int | None:
        """How long the body is; None if it comes in chunks."""
        lengths = self.headers.get_all("Content-Length", [])
        encodings = self.headers.get_all("Transfer-Encoding", [])
        if len(lengths) + len(encodings) > 1:
            raise Refused(HTTPStatus.BAD_REQUEST)
        if encodings and encodings[0].strip().lower() != "chunked":
            raise Refused(HTTPStatus.NOT_IMPLEMENTED)
        if encodings:
            return None
        if lengths and not LENGTH.fullmatch(lengths[0]):
            raise Refused(HTTPStatus.BAD_REQUEST)
        length = int(lengths[0]) if lengths else 0
        if length > BODY_LIMIT:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return length

    def _chunks(self) -> bytes:
        body = b""
        while length := self._chunk_length():
            if len(body) + length > BODY_LIMIT:
                raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            body += self._read(length)
            self._read_line()
        while self._read_line() != b"\r\n":
            pass
        return body

    def _chunk_length(self) -> int:
        line = self._read_line()
        if not CHUNK_LENGTH.fullmatch(line):
            raise Refused(HTTPStatus.BAD_REQUEST)
        return int(line.partition(b";")[0], 16)

    def _read_line(self) -> bytes:
        line = self.rfile.readline(LINE_LIMIT)
        if not line.endswith(b"\r\n"):
            raise Refused(HTTPStatus.BAD_REQUEST)
        return line

    def _read(self, length: int) -> bytes:
        content = self.rfile.read(length)
        if len(content) < length:
            raise Refused(HTTPStatus.BAD_REQUEST)
        return content

    def _refuse(self, refused: Refused) -> None:
        """Answer at once, and take what the caller still sends, for a while: before that, he may not read."""
        self.close_connection = True
        self.send_error(refused.status)
        self.wfile.flush()
        self._incoming.allow(self.server.body_seconds, pause=IGNORED_SECONDS)
        ignored = 0
        with suppress(OSError):
            while ignored < IGNORED_LIMIT and (content := self.rfile.read1(65536)):
                ignored += len(content)

    def _ask_app(self, body: bytes) -> tuple[str, list[Header], bytes]:
        started = []

        def start_response(status: str, headers: list[Header], exc_info: Any = None) -> None:
            started.append((status, headers))

        answer = self.server.app(self._environ(body), start_response)
        try:
            content = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        status, headers = started[-1]
        names = {name.lower() for name, _ in headers}
        if "content-length" not in names and int(status[:3]) not in NO_BODY:
            headers = [*headers, ("Content-Length", str(len(content)))]
        return status, headers, content

    def _environ(self, body: bytes) -> dict:
        path, _, query = self.path.partition("?")
        host, port = self.server.server_address[:2]
        environ = {
            **WSGI,
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": host,
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "sandbox.connection": self.connection,
        }
        for name in set(self.headers) - {"Content-Type", "Content-Length", "Transfer-Encoding"}:
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = ",".join(self.headers.get_all(name))
        return environ

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """In the envelope of the API, and without a word of what was sent."""
        status = HTTPStatus(code)
        content = f'{{"error_code": "{error_code_of(status)}", "message": "{status.phrase}"}}'.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """One short line for each API call, and none for the pages: their addresses are secrets.

        A page's address holds its session's id, so of that only the end is printed.
        """
        path = quote(getattr(self, "path", "").partition("?")[0], safe="/%")
        path = SESSION_ID.sub(r"ps-(\1)", path)
        if path.startswith(LOGGED_PATHS):
            self.server.report(f"{self.command} {path} {int(code)}")

    def log_error(self, format: str, *args: Any) -> None:
        pass

    def version_string(self) -> str:
        return "sandbox"
