"""The sandbox's HTTP server against callers who are slow on purpose, or who ask before they send."""

import socket
import threading
from contextlib import contextmanager
from time import monotonic

import pytest

from sandbox.http_server import BODY_LIMIT, Server

from ..waiting import PATIENCE

ALLOWED_SECONDS = 0.5
PACE_SECONDS = 0.05
POST = b"POST /x HTTP/1.1\r\nHost: x\r\n"
BEGUN = {
    "a request line": b"GET /x",
    "a head": b"GET /x HTTP/1.1\r\nHost: x\r\nX: ",
    "a body": POST + b"Content-Length: 1000\r\n\r\n",
    "a chunk": POST + b"Transfer-Encoding: chunked\r\n\r\n3e8\r\n",
    "lines after the chunks": POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: ",
    "a body that was refused": POST + b"Content-Length: 99999999\r\n\r\n",
}


@pytest.fixture(scope="module")
def port():
    """Of a server that tells each caller how long the body was."""
    with serving() as port:
        yield port


@pytest.fixture(scope="module")
def hasty_port():
    """Of one that gives a caller half a second."""
    with serving(head_seconds=ALLOWED_SECONDS, body_seconds=ALLOWED_SECONDS) as port:
        yield port


@contextmanager
def serving(**times):
    listener = socket.create_server(("127.0.0.1", 0))
    running = Server(listener, echo, len, **times)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield listener.getsockname()[1]
    running.shutdown()
    listener.close()


def echo(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{len(environ['wsgi.input'].read())} bytes".encode()]


@pytest.fixture
def line(port):
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connected:
        yield connected


@pytest.fixture
def hasty_line(hasty_port):
    with socket.create_connection(("127.0.0.1", hasty_port), timeout=PATIENCE) as connected:
        yield connected


def trickle(line):
    """Send a byte at a time until the other end hangs up; how many seconds that took."""
    started = monotonic()
    line.settimeout(PACE_SECONDS)
    while monotonic() < started + PATIENCE:
        try:
            line.send(b"x")
            if line.recv(1000) == b"":
                return monotonic() - started
        except TimeoutError:
            pass
        except OSError:
            return monotonic() - started
    raise AssertionError("the other end goes on listening")


def answer(line, enough):
    """What comes until that stands in it, or until the other end hangs up."""
    received = b""
    while enough not in received and (more := line.recv(1000)):
        received += more
    return received


@pytest.mark.parametrize("begun", BEGUN.values(), ids=BEGUN)
def test_who_sends_a_byte_at_a_time_is_dropped_when_the_whole_takes_too_long(hasty_line, begun):
    hasty_line.sendall(begun)

    assert trickle(hasty_line) < ALLOWED_SECONDS + PATIENCE / 2


def test_a_head_has_ten_seconds_and_a_body_half_a_minute():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        usual = Server(listener, echo, len)

    assert (usual.head_seconds, usual.body_seconds) == (10, 30)


def test_who_sends_nothing_between_two_requests_may_take_longer(hasty_line):
    request = b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n"
    hasty_line.sendall(request)
    answer(hasty_line, b"0 bytes")
    hasty_line.settimeout(ALLOWED_SECONDS * 2)
    with pytest.raises(TimeoutError):
        hasty_line.recv(1)

    hasty_line.settimeout(PATIENCE)
    hasty_line.sendall(request)

    assert b"200 OK" in answer(hasty_line, b"0 bytes")


@pytest.mark.parametrize(
    ("how_long", "body"),
    [
        (b"Content-Length: 5\r\n", b"hello"),
        (b"Transfer-Encoding: chunked\r\n", b"5\r\nhello\r\n0\r\n\r\n"),
    ],
    ids=["length", "chunks"],
)
def test_who_asks_before_the_body_is_answered_before_the_body(line, how_long, body):
    line.sendall(POST + how_long + b"Expect: 100-Continue\r\n\r\n")
    assert answer(line, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"

    line.sendall(body)

    assert b"200 OK" in answer(line, b"5 bytes")


@pytest.mark.parametrize(
    ("heads", "status"),
    [
        (b"Content-Length: %d\r\nExpect: 100-continue\r\n" % (BODY_LIMIT + 1), b"413"),
        (b"Content-Length: 5x\r\nExpect: 100-continue\r\n", b"400"),
        (b"Transfer-Encoding: gzip\r\nExpect: 100-continue\r\n", b"501"),
        (b"Content-Length: 5\r\nExpect: a miracle\r\n", b"417"),
    ],
)
def test_who_asks_for_what_cannot_be_is_refused_before_the_body(line, heads, status):
    line.sendall(POST + heads + b"\r\n")

    received = answer(line, b"no such thing")

    assert received.startswith(b"HTTP/1.1 " + status)
    assert b"Connection: close" in received
    assert b'"error_code"' in received
