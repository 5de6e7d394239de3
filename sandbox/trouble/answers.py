"""What a call of the API is answered when it is spoiled. Plain values, not yet on the line."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ..contract.statuses import PaymentStatus, SessionStatus

TOLD_TO = "The sandbox was told to answer so."
GARBAGE = b"<!doctype html>\n<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>\n"
OTHER_STATUSES = {
    SessionStatus.ACTIVE: SessionStatus.COMPLETED,
    SessionStatus.COMPLETED: SessionStatus.ACTIVE,
    PaymentStatus.SUCCEEDED: PaymentStatus.PENDING,
    PaymentStatus.PENDING: PaymentStatus.SUCCEEDED,
}
ANY_STATUS = PaymentStatus.PENDING
AMOUNTS = ("amount", "request_amount", "balance")


@dataclass(frozen=True)
class Answer:
    status: int
    content: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


# The connection breaks: no status, not one byte.
NO_ANSWER = Answer(0)


def error(status: int, error_code: str, headers: dict[str, str] | None = None) -> Answer:
    envelope = {"error_code": error_code, "message": TOLD_TO}
    content = json.dumps(envelope, separators=(",", ":")).encode() + b"\n"
    return Answer(status, content, headers=headers or {})


def garbage(answer: Answer) -> Answer:
    return replace(answer, content=GARBAGE, content_type="text/html")


def truncated(answer: Answer) -> Answer:
    return replace(answer, content=answer.content[: len(answer.content) // 2])


def with_other_amounts(answer: Answer, value: int | float | str | None) -> Answer:
    """`value` for each amount; without it, one more than is true."""

    def other(amount: int | float) -> int | float | str:
        return amount + 1 if value is None else value

    def alter(document: dict) -> dict:
        changes = {name: other(document[name]) for name in AMOUNTS if name in document}
        if "captures" in document:
            changes["captures"] = [
                capture | {"capture_amount": other(capture["capture_amount"])} for capture in document["captures"]
            ]
        return document | changes

    return _altered(answer, alter)


def with_other_status(answer: Answer, value: int | float | str | None) -> Answer:
    """`value`, or else the status that would mislead most."""

    def alter(document: dict) -> dict:
        if "status" not in document:
            return document
        usual = OTHER_STATUSES.get(document["status"], ANY_STATUS)
        return document | {"status": usual if value is None else value}

    return _altered(answer, alter)


def _altered(answer: Answer, alter: Callable[[dict], dict]) -> Answer:
    """Only what is good news is altered; an error keeps its words."""
    if answer.status >= 300:
        return answer
    document = json.loads(answer.content)
    altered = document | {"data": list(map(alter, document["data"]))} if "data" in document else alter(document)
    return replace(answer, content=json.dumps(altered).encode())
