"""The command `python -m sandbox`: reads the options, opens the port, serves until TERM or Ctrl-C.

With `examine` as its first word it grades a shop instead, see `examiner/`.
"""

import argparse
import os
import signal
import socket
import sqlite3
import sys
import threading
from typing import Never

from . import server
from .examiner import run
from .memory.database import Database
from .settings import (
    ANY_ADDRESS,
    DEFAULT_HOST,
    DEFAULT_MERCHANT,
    DEFAULT_PORT,
    DEFAULT_SECRET_KEY,
    DEFAULT_WEBHOOK_TOKEN,
    Settings,
)

QUEUED_CONNECTIONS = 128
_printing = threading.Lock()


def main() -> None:
    if sys.argv[1:2] == ["examine"]:
        raise SystemExit(run.main(sys.argv[2:]))
    options = _parser().parse_args()
    listener = _listen(options.host, options.port)
    settings = Settings(
        address=_address(options.host, listener),
        public_url=options.public_url and options.public_url.rstrip("/"),
        secret_key=options.secret_key,
        webhook_url=options.webhook_url,
        webhook_token=options.webhook_token,
        merchant=options.merchant,
        database=options.database,
        seed=options.seed,
    )
    if settings.problem():
        _refuse(settings.problem())
    _serve(settings, listener)


def report(line: str) -> None:
    """Print one line, whole. A closed terminal must not keep the sandbox from its work."""
    with _printing:
        try:
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
        except (OSError, ValueError):
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115 (for as long as the process lives)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="A stand-in for Xendit. No money moves.",
        epilog="python -m sandbox examine grades a shop; it has options of its own.",
    )
    parser.add_argument(
        "--host", default=DEFAULT_HOST, help="this machine's address for a class in one network (%(default)s)"
    )
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="port, 0 for any (%(default)s)")
    parser.add_argument("--public-url", help="address by which buyers from elsewhere come: a tunnel, Codespaces")
    parser.add_argument("--secret-key", default=DEFAULT_SECRET_KEY, help="the key of the default account (%(default)s)")
    parser.add_argument("--webhook-url", help="where webhooks go; without it they are recorded but not sent")
    parser.add_argument("--webhook-token", help=f"x-callback-token ({DEFAULT_WEBHOOK_TOKEN})")
    parser.add_argument("--database", default=":memory:", help="SQLite file to keep everything in (in memory)")
    parser.add_argument("--seed", type=int, help="a number; the same calls then give the same ids, times and records")
    parser.add_argument("--merchant", help=f"name on the hosted page ({DEFAULT_MERCHANT})")
    return parser


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(QUEUED_CONNECTIONS)
    except (OSError, OverflowError) as error:
        _refuse(f"Port {port} on {host} can't be used ({error}). Choose another with --port or --host.")
    return listener


def _address(host: str, listener: socket.socket) -> str:
    """Where it listens, by the name that was given; all of this machine's addresses have more names than one."""
    bound, port = listener.getsockname()
    return f"http://{bound if bound == ANY_ADDRESS else host}:{port}"


def _open_database(settings: Settings) -> Database:
    try:
        return server.open_database(settings)
    except sqlite3.Error as error:
        _refuse(f"--database {settings.database} can't be used ({error}).")


def _refuse(sentence: str) -> Never:
    print(sentence, file=sys.stderr)
    raise SystemExit(2)


def _serve(settings: Settings, listener: socket.socket) -> None:
    running = server.make(settings, _open_database(settings), listener, report)
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    report(f"Sandbox, an imitation of Xendit: {settings.address}")
    if settings.public_url:
        report(f"Buyers come by {settings.public_url}")
    running.serve_forever()


def _stop(*_: object) -> Never:
    raise SystemExit(0)


if __name__ == "__main__":
    main()
