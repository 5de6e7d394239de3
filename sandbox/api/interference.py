"""Spoils calls of the API as `faults.py` says. Hung on the blueprints of the API, around all their views.

What is spoiled is the answer alone: the records stay true, and each call is recorded as its caller saw it.
"""

import json
import os
import socket
import struct

from flask import Response, g, jsonify, request

from ..context import ledger
from ..contract.errors import ApiError
from ..memory import rate_limits
from ..trouble import faults

RESET_SECONDS = 12.34
RESET_AT_ONCE = struct.pack("ii", 1, 0)
GARBAGE = "<!doctype html>\n<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>\n"
OTHER_STATUSES = {
    "ACTIVE": "COMPLETED",
    "COMPLETED": "ACTIVE",
    "SUCCEEDED": "PENDING",
    "PENDING": "SUCCEEDED",
}
ANY_STATUS = "PENDING"


class NoAnswer(Response):
    """A connection that breaks: no status, not one byte."""

    def __init__(self):
        super().__init__(status=0)

    def __call__(self, environ, start_response):
        connection = environ["sandbox.connection"]
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_ONCE)
        os.close(connection.detach())
        raise ConnectionResetError


def before():
    """The fault that fits this call, remembered; the answer, if no work is to be done."""
    g.fault = faults.take(ledger, faults.OPERATIONS[request.endpoint])
    if g.fault is None:
        return None
    g.setdefault("session_id", request.view_args.get("session_id", ""))
    ledger.clock.sleep(g.fault.milliseconds / 1000)
    return INSTEAD[g.fault.kind](g.fault) if g.fault.kind in INSTEAD else None


def after(answer):
    """The answer as the caller gets it, and the kind of the fault that acted, or None."""
    fault = g.get("fault")
    if fault is None:
        return answer, None
    spoil = AFTERWARDS.get(fault.kind)
    return (spoil(fault, answer) if spoil else answer), fault.kind


def _error(fault, _=None):
    error = ApiError(fault.status, fault.error_code, "The sandbox was told to answer so.")
    answer = jsonify(error.envelope)
    answer.status_code = error.status
    return answer


def _rate_limit(fault):
    count = rate_limits.Count(True, rate_limits.QUOTA, RESET_SECONDS)
    answer = jsonify(error_code="RATE_LIMIT_EXCEEDED", message="The sandbox was told to answer so.")
    answer.headers.update(count.headers)
    answer.status_code = 429
    return answer


def _break(*_):
    return NoAnswer()


def _garbage(fault, answer):
    answer.content_type = "text/html"
    answer.set_data(GARBAGE)
    return answer


def _truncate(fault, answer):
    content = answer.get_data()
    answer.set_data(content[: len(content) // 2])
    return answer


def _wrong_amount(fault, answer):
    return _altered(answer, lambda document: document | _other_amounts(document, fault.value))


def _wrong_status(fault, answer):
    return _altered(answer, lambda document: document | _other_status(document, fault.value))


def _altered(answer, alter):
    """Only what is good news is altered; an error keeps its words."""
    if answer.status_code < 300:
        answer.set_data(json.dumps(alter(answer.get_json())))
    return answer


def _other_amounts(document, value):
    changes = {}
    for name in ("amount", "request_amount"):
        if name in document:
            changes[name] = document[name] + 1 if value is None else value
    if "captures" in document:
        changed = {"capture_amount": value} if value is not None else {}
        changes["captures"] = [
            capture | (changed or {"capture_amount": capture["capture_amount"] + 1}) for capture in document["captures"]
        ]
    return changes


def _other_status(document, value):
    usual = OTHER_STATUSES.get(document.get("status"), ANY_STATUS)
    return {"status": usual if value is None else value}


# What is answered instead of doing the work, and what becomes of the answer afterwards.
INSTEAD = {"error": _error, "rate_limit": _rate_limit, "reset_before_work": _break}
AFTERWARDS = {
    "error_after_work": _error,
    "reset_after_work": _break,
    "garbage": _garbage,
    "truncated": _truncate,
    "wrong_amount": _wrong_amount,
    "wrong_status": _wrong_status,
}
