"""What a call of the API is answered when it is spoiled. Plain values, not yet on the line."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ..contract.statuses import PaymentStatus, SessionStatus
from ..webhooks import shapes

TOLD_TO = "The sandbox was told to answer so."
GARBAGE = b"<!doctype html>\n<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>\n"
OTHER_STATUSES = {
    SessionStatus.ACTIVE: SessionStatus.COMPLETED,
    SessionStatus.COMPLETED: SessionStatus.ACTIVE,
    PaymentStatus.SUCCEEDED: PaymentStatus.PENDING,
    PaymentStatus.PENDING: PaymentStatus.SUCCEEDED,
}
ANY_STATUS = PaymentStatus.PENDING
# The second is one of the words that Xendit's examples have for the first.
SUCCEEDED = (PaymentStatus.SUCCEEDED, "CAPTURED")
AMOUNTS = ("amount", "request_amount", "balance")
OTHER_BUSINESS = "000000000000000000000000"
# What a wrong answer says: a number or a text, or None, and the sandbox chooses.
Value = int | float | str | None


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


def with_other_amounts(answer: Answer, value: Value) -> Answer:
    """`value` for each amount; without it, one more than is true."""

    def other(amount: int | float) -> Value:
        return amount + 1 if value is None else value

    def alter(document: dict) -> dict:
        changes = {name: other(document[name]) for name in AMOUNTS if name in document}
        if "captures" in document:
            changes["captures"] = [
                capture | {"capture_amount": other(capture["capture_amount"])} for capture in document["captures"]
            ]
        return document | changes

    return _altered(answer, alter)


def with_other_status(answer: Answer, value: Value) -> Answer:
    """`value`, or else the status that would mislead most. Only what succeeded keeps its captures."""

    def alter(document: dict) -> dict:
        if "status" not in document:
            return document
        usual = OTHER_STATUSES.get(document["status"], ANY_STATUS)
        altered = document | {"status": usual if value is None else value}
        return altered if altered["status"] in SUCCEEDED else _without(altered, "captures")

    return _altered(answer, alter)


def with_other_currency(answer: Answer, value: Value) -> Answer:
    return _with_other(answer, "currency", lambda true: value or shapes.other_currency(true))


def with_other_business(answer: Answer, value: Value) -> Answer:
    """Somebody else's payment or session, as if ids were mixed up."""
    return _with_other(answer, "business_id", lambda _: value or OTHER_BUSINESS)


def with_other_reference(answer: Answer, value: Value) -> Answer:
    return _with_other(answer, "reference_id", lambda _: value or shapes.OF_NOBODY["reference_id"])


def half_captured(answer: Answer, value: Value) -> Answer:
    """One capture, of `value` or of half the sum in whole units; of what has no captures nothing is altered."""

    def alter(document: dict) -> dict:
        if not document.get("captures"):
            return document
        capture = document["captures"][0]
        sum_captured = int(capture["capture_amount"] // 2) if value is None else value
        return document | {"captures": [capture | {"capture_amount": sum_captured}]}

    return _altered(answer, alter)


def with_gaps(answer: Answer, value: Value) -> Answer:
    """Without the field of that name, or without all that some of Xendit's examples lack."""
    names = shapes.GAPS if value is None else (value,)
    return _altered(answer, lambda document: _without(document, *names))


def _with_other(answer: Answer, name: str, other: Callable[[str], Value]) -> Answer:
    """Another value where there is one."""
    return _altered(answer, lambda document: document | ({name: other(document[name])} if name in document else {}))


def _without(document: dict, *names: str) -> dict:
    return {name: value for name, value in document.items() if name not in names}


def _altered(answer: Answer, alter: Callable[[dict], dict]) -> Answer:
    """Only what is good news is altered; an error keeps its words."""
    if answer.status >= 300:
        return answer
    document = json.loads(answer.content)
    altered = document | {"data": list(map(alter, document["data"]))} if "data" in document else alter(document)
    return replace(answer, content=json.dumps(altered).encode())
