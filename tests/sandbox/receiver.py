"""A small HTTP server that keeps the webhooks it gets and answers as it is told."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ..waiting import PATIENCE


class Server(ThreadingHTTPServer):
    request_queue_size = 128


class Receiver:
    def __enter__(self):
        self.received = []
        self.statuses = {}  # reference_id → status to answer with, instead of 200
        self.delays = {}  # reference_id → seconds to wait before the answer
        self._server = Server(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # A sender that hangs up early is part of some tests.
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()

    def events(self, session):
        """The names of the events about this session so far."""
        return [webhook["body"]["event"] for webhook in self._about(session)]

    def wait_for(self, session, event):
        """The first webhook with this event about this session."""
        return self.wait_for_all(session, event, 1)[0]

    def wait_for_all(self, session, event, count):
        """That many webhooks with this event about this session."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = [webhook for webhook in self._about(session) if webhook["body"]["event"] == event]
            if len(found) >= count:
                return found
            time.sleep(0.01)
        raise AssertionError(f"no {event}; got {self.events(session)}")

    def _about(self, session):
        # Payment events carry no session id: a payment's reference begins with the session's.
        return [w for w in list(self.received) if is_of(reference_of(w["body"]), session["reference_id"])]

    def _handler(receiver):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                receiver.received.append({"headers": dict(self.headers.items()), "body": body, "at": time.time()})
                time.sleep(chosen(receiver.delays, body, 0))
                status = chosen(receiver.statuses, body, 200)
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", receiver.url + "/elsewhere")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_):
                pass

        return Handler


def is_of(reference_id, session_reference):
    """Whether an object with this reference, or without one, belongs to the session with that one."""
    return session_reference in (reference_id, (reference_id or "")[:-11])


def chosen(settings, envelope, usual):
    """What a test has set for the session that the webhook is about."""
    reference_id = reference_of(envelope)
    return next((each for of, each in list(settings.items()) if is_of(reference_id, of)), usual)


def reference_of(envelope):
    """The reference of what the webhook is about; a refund lies in an envelope within it, an older webhook in none."""
    data = envelope.get("data", envelope)
    return data.get("data", data).get("reference_id")
