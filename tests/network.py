"""A network inside this process: `requests` calls WSGI apps by their addresses, without a socket between them."""

import http.client
import io
import socket
from collections.abc import Callable
from urllib.parse import unquote_to_bytes, urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse

BUILDER = HTTPAdapter()
WSGI = {
    "wsgi.version": (1, 0),
    "wsgi.multithread": True,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
    "SCRIPT_NAME": "",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "REMOTE_ADDR": "127.0.0.1",
}


class Network(BaseAdapter):
    """Carries the calls of `requests` to WSGI apps; at any other address nobody answers."""

    def __init__(self):
        super().__init__()
        self._apps: dict[str, Callable] = {}

    def add(self, url: str, app: Callable) -> None:
        """Let this app answer under this address."""
        self._apps[urlsplit(url).netloc] = app

    def browser(self) -> requests.Session:
        """A visitor of this network, who cannot reach any other."""
        session = requests.Session()
        session.trust_env = False
        for scheme in ("http://", "https://"):
            session.mount(scheme, self)
        return session

    def send(self, request: requests.PreparedRequest, **_) -> requests.Response:
        app = self._apps.get(urlsplit(request.url).netloc)
        if app is None:
            raise requests.ConnectionError(f"nobody answers at {request.url}", request=request)
        with socket.socket() as connection:  # The sandbox breaks it off where a test wants that.
            try:
                answer = _received(_asked(app, {**_environ(request), "sandbox.connection": connection}), request.method)
            except OSError as error:
                raise requests.ConnectionError(error, request=request) from error
        return BUILDER.build_response(request, answer)

    def close(self) -> None:
        pass


def _environ(request: requests.PreparedRequest) -> dict:
    address = urlsplit(request.url)
    path, _, query = request.path_url.partition("?")
    body = request.body or b""
    body = body.encode() if isinstance(body, str) else body
    headers = {name.upper().replace("-", "_"): _text(value) for name, value in request.headers.items()}
    return {
        **WSGI,
        "REQUEST_METHOD": request.method,
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": address.hostname,
        "SERVER_PORT": str(address.port or 80),
        "HTTP_HOST": address.netloc,
        "CONTENT_TYPE": headers.pop("CONTENT_TYPE", ""),
        "CONTENT_LENGTH": headers.pop("CONTENT_LENGTH", "0"),
        **{f"HTTP_{name}": value for name, value in headers.items()},
        "wsgi.url_scheme": address.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
    }


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _asked(app: Callable, environ: dict) -> bytes:
    """What the app answers, as it would stand on the wire."""
    started = []
    parts = app(environ, lambda status, headers, _=None: started.append((status, headers)))
    try:
        body = b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    status, headers = started[-1]
    if "content-length" not in {name.lower() for name, _ in headers}:
        headers = [*headers, ("Content-Length", str(len(body)))]
    head = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(head).encode("latin-1") + (b"" if environ["REQUEST_METHOD"] == "HEAD" else body)


class _Wire:
    """Just enough of a socket for `http.client` to read an answer from."""

    def __init__(self, content: bytes):
        self._content = content

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self._content)


def _received(content: bytes, method: str) -> HTTPResponse:
    """The answer as read by the same parser that reads from the network, cookies included."""
    answer = http.client.HTTPResponse(_Wire(content), method=method)
    answer.begin()
    return HTTPResponse(
        body=answer,
        headers=HTTPHeaderDict(answer.msg.items()),
        status=answer.status,
        reason=answer.reason,
        preload_content=False,
        decode_content=False,
        original_response=answer,
        request_method=method,
    )
