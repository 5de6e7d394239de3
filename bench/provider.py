"""The cheapest stand-in for Xendit's POST /sessions, after a given time: `python -m bench.provider PORT`.

Under load the project's own sandbox would be what is measured, because it keeps what it is told and checks it all.
This one keeps nothing, so nothing that it made can be read again: what is to be settled is made at the sandbox.
`PUT /delay/200` lets each answer take 200 ms from then on.
"""

import json
import socket
import sys
import threading
import time
from datetime import UTC, datetime
from itertools import count
from typing import BinaryIO

_numbers = count(1)
_delay = 0.0


def main(port: int) -> None:
    listener = socket.create_server(("127.0.0.1", port), backlog=1024)
    while True:
        line, _ = listener.accept()
        threading.Thread(target=_serve, args=(line, port), daemon=True).start()


def _serve(line: socket.socket, port: int) -> None:
    """Answer call after call on this connection, until the other side ends it."""
    global _delay
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with line, line.makefile("rb") as came:
        while words := came.readline().split():
            method, path, body = words[0], words[1].decode(), _body(came)
            if method == b"PUT":
                _delay = int(path.rpartition("/")[2]) / 1000
            elif method == b"POST":
                time.sleep(_delay)
            content = json.dumps(_session(json.loads(body), port) if method == b"POST" else {}).encode()
            head = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            line.sendall(head % len(content) + content)


def _body(came: BinaryIO) -> bytes:
    length = 0
    while header := came.readline().strip():
        name, _, value = header.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return came.read(length)


def _session(asked: dict, port: int) -> dict:
    """The session as Xendit words it (CONTRACT 2.1 and 2.2): what was asked for, and what is made of it."""
    session_id, now = f"ps-{next(_numbers):024x}", datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        **asked,
        "payment_session_id": session_id,
        "business_id": "6" * 24,
        "status": "ACTIVE",
        "created": now,
        "updated": now,
        "payment_link_url": f"http://127.0.0.1:{port}/sessions/{session_id}",
    }


if __name__ == "__main__":
    main(int(sys.argv[1]))
