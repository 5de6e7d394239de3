"""The command `python -m sandbox`: reads the options, opens the port, serves until TERM or Ctrl-C."""

import argparse
import signal
import socket
import sqlite3
import sys
from urllib.parse import quote

from werkzeug.serving import WSGIRequestHandler, make_server

from . import create_app, ticker
from .deliveries import Courier
from .ledger import Ledger
from .settings import DEFAULT_MERCHANT, DEFAULT_PORT, DEFAULT_SECRET_KEY, DEFAULT_WEBHOOK_TOKEN, Settings

HOST = "127.0.0.1"
QUEUED_CONNECTIONS = 128
LOGGED_PATHS = ("/sessions", "/_control/", "/v3/", "/refunds")


class RequestHandler(WSGIRequestHandler):
    """One short line for each API call, and none for the pages: their addresses are secrets."""

    def log_request(self, code="-", size="-"):
        path = quote(self.path.partition("?")[0], safe="/%")
        if path.startswith(LOGGED_PATHS):
            report(f"{self.command} {path} {int(code) if str(code).isdigit() else code}")

    def log_error(self, format, *args):
        pass

    def version_string(self):
        return "sandbox"


def main():
    options = _parser().parse_args()
    listener = _listen(options.port)
    settings = Settings(
        public_url=f"http://{HOST}:{listener.getsockname()[1]}",
        secret_key=options.secret_key,
        webhook_url=options.webhook_url,
        webhook_token=options.webhook_token,
        merchant=options.merchant,
        database=options.database,
    )
    if settings.problem():
        _refuse(settings.problem())
    _serve(settings, listener)


def report(line):
    print(line, flush=True)


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="A stand-in for Xendit. No money moves."
    )
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help="port on 127.0.0.1, 0 for any (%(default)s)"
    )
    parser.add_argument(
        "--secret-key", default=DEFAULT_SECRET_KEY, help="the only API key accepted (%(default)s)"
    )
    parser.add_argument("--webhook-url", help="where webhooks go; without it they are recorded but not sent")
    parser.add_argument(
        "--webhook-token", default=DEFAULT_WEBHOOK_TOKEN, help="x-callback-token (%(default)s)"
    )
    parser.add_argument(
        "--database", default=":memory:", help="SQLite file to keep everything in (in memory)"
    )
    parser.add_argument("--merchant", default=DEFAULT_MERCHANT, help="name on the hosted page (%(default)s)")
    return parser


def _listen(port):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(QUEUED_CONNECTIONS)
    except (OSError, OverflowError) as error:
        _refuse(f"Port {port} on {HOST} can't be used ({error}). Choose another with --port.")
    return listener


def _open_ledger(path):
    try:
        return Ledger(path)
    except sqlite3.Error as error:
        _refuse(f"--database {path} can't be used ({error}).")


def _refuse(sentence):
    print(sentence, file=sys.stderr)
    raise SystemExit(2)


def _serve(settings, listener):
    ledger = _open_ledger(settings.database)
    courier = (
        Courier(ledger, settings.webhook_url, settings.webhook_token, report)
        if settings.webhook_url
        else None
    )
    app = create_app(settings, ledger)
    server = make_server(HOST, 0, app, threaded=True, request_handler=RequestHandler, fd=listener.fileno())
    ticker.start(ledger, courier)
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    report(f"Sandbox, an imitation of Xendit: {settings.public_url}")
    server.serve_forever()


def _stop(*_):
    raise SystemExit(0)


if __name__ == "__main__":
    main()
