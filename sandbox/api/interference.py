"""Spoils calls of the API as the account's faults say, around all views of the API.

What is spoiled is the answer alone: the records stay true, and each call is recorded as its caller saw it.
"""

import os
import socket
import struct
from collections.abc import Callable

from flask import Response, g, request

from ..context import ledger
from ..contract.errors import ApiError
from ..trouble import faults
from ..trouble.answers import NO_ANSWER, Answer
from . import bodies

# Calls whose body names what they are about: its table, and the field.
OF_A_PAYMENT = {
    "refunds.create": ("payment_requests", "payment_request_id"),
    "v3_refunds.create": ("payments", "payment_id"),
}
RESET_AT_ONCE = struct.pack("ii", 1, 0)


class NoAnswer(Response):
    """A connection that breaks: no status, not one byte."""

    def __init__(self) -> None:
        super().__init__(status=0)

    def __call__(self, environ: dict, start_response: Callable) -> None:
        connection = environ["sandbox.connection"]
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_ONCE)
        os.close(connection.detach())
        raise ConnectionResetError


def before() -> Response | None:
    """Find the fault that fits this call, for `after` too; the answer, if no work is to be done."""
    session_id = g.get("session_id") or _session_id()
    g.fault = faults.take(ledger, request.endpoint, session_id)
    if g.fault is None:
        return None
    g.session_id = session_id
    ledger.clock.sleep(g.fault.milliseconds / 1000)
    instead = faults.KINDS[g.fault.kind].instead
    return _on_the_line(instead(g.fault), Response()) if instead else None


def after(response: Response) -> tuple[Response, str | None]:
    """The answer as the caller gets it, and the kind of the fault that acted, or None."""
    fault = g.get("fault")
    if fault is None:
        return response, None
    afterwards = faults.KINDS[fault.kind].afterwards
    if afterwards:
        answer = Answer(response.status_code, response.get_data(), response.content_type)
        response = _on_the_line(afterwards(fault, answer), response)
    return response, fault.kind


def _session_id() -> str:
    """The session that the call is about, before its view has said so; empty for one that is about none."""
    named = request.view_args.get("session_id", "")
    if "refund_id" in request.view_args:
        named = ledger.session_of("refunds", request.view_args["refund_id"])
    elif request.method == "POST" and request.endpoint in OF_A_PAYMENT:
        table, name = OF_A_PAYMENT[request.endpoint]
        named = ledger.session_of(table, _named_in_body(name))
    return named or ""


def _named_in_body(name: str) -> str:
    """What the body says under that name, before it is judged; empty if it says no text."""
    try:
        body = bodies.parse(request.get_data())
    except ApiError:
        return ""
    return body[name] if isinstance(body, dict) and isinstance(body.get(name), str) else ""


def _on_the_line(answer: Answer, response: Response) -> Response:
    if answer == NO_ANSWER:
        return NoAnswer()
    response.status_code = answer.status
    response.content_type = answer.content_type
    response.headers.update(answer.headers)
    response.set_data(answer.content)
    return response
