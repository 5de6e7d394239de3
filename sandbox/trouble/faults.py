"""Faults of the API, on demand: which call is spoiled, how, and how often.

Of several faults that fit a call the oldest acts, so that a list of them is a little story: twice a 503, then
garbage, then all is well. Each kind of fault and each operation is one record in the tables below.
"""

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any, NamedTuple

from ..memory import disturbances
from ..memory.database import Row
from ..memory.ledger import Ledger
from ..memory.rate_limits import QUOTA, Count
from ..settings import is_whole_number
from . import answers
from .answers import Answer

ANY = "*"
DELAY_MILLISECONDS = 3000
LONGEST_DELAY_MILLISECONDS = 60_000
MOST_TIMES = 10_000
RESET_SECONDS = 12.34
ERROR_CODE = re.compile(r"[A-Z][A-Z0-9_]{0,99}", re.ASCII)


class Operation(NamedTuple):
    """A call of the API: its name here, as Xendit writes it, and the endpoint that answers it."""

    name: str
    words: str
    endpoint: str


_EVERY_OPERATION = (
    Operation("create_session", "POST /sessions", "sessions.create"),
    Operation("get_session", "GET /sessions/{id}", "sessions.show"),
    Operation("cancel_session", "POST /sessions/{id}/cancel", "sessions.cancel"),
    Operation("create_refund", "POST /refunds", "refunds.create"),
    Operation("get_refund", "GET /refunds/{id}", "refunds.show"),
    Operation("get_refunds", "GET /refunds", "refunds.index"),
    Operation("cancel_refund", "POST /refunds/{id}/cancel", "refunds.cancel"),
    Operation("create_v3_refund", "POST /v3/refunds", "v3_refunds.create"),
    Operation("get_v3_refund", "GET /v3/refunds/{id}", "v3_refunds.show"),
    Operation("get_payment", "GET /v3/payments/{id}", "payments.show_payment"),
    Operation("capture_payment", "POST /v3/payments/{id}/capture", "payments.capture"),
    Operation("cancel_payment", "POST /v3/payments/{id}/cancel", "payments.cancel_payment"),
    Operation("get_payment_request", "GET /v3/payment_requests/{id}", "payments.show_request"),
    Operation("simulate_payment", "POST /v3/payment_requests/{id}/simulate", "payments.simulate"),
    Operation("get_payment_token", "GET /v3/payment_tokens/{id}", "payments.show_token"),
    Operation("create_customer", "POST /customers", "customers.create"),
    Operation("get_customer", "GET /customers/{id}", "customers.show"),
    Operation("get_customers", "GET /customers", "customers.index"),
    Operation("get_balance", "GET /balance", "balance.show"),
)
OPERATIONS = {operation.name: operation for operation in _EVERY_OPERATION}
_BY_ENDPOINT = {operation.endpoint: operation.name for operation in _EVERY_OPERATION}


@dataclass(frozen=True)
class Fault:
    operation: str
    kind: str
    # How many calls are spoiled; None is every call until the fault is taken away.
    count: int | None = 1
    milliseconds: int = 0
    status: int = 500
    error_code: str = "SERVER_ERROR"
    # What the wrong field says, or which is missing; None lets the sandbox choose.
    value: Any = None
    # The id of the session that spoiled calls are about; None is any, and calls about none.
    session: str | None = None

    def problem(self) -> str | None:
        """The first thing wrong, as a sentence; None if all is well."""
        checks = {
            f"operation must be one of {', '.join([ANY, *OPERATIONS])}.": self.operation in (ANY, *OPERATIONS),
            f"kind must be one of {', '.join(KINDS)}.": self.kind in tuple(KINDS),
            f"count must be null or from 1 to {MOST_TIMES}.": self.count is None
            or is_whole_number(self.count, 1, MOST_TIMES),
            f"milliseconds must be from 0 to {LONGEST_DELAY_MILLISECONDS}.": is_whole_number(
                self.milliseconds, 0, LONGEST_DELAY_MILLISECONDS
            ),
            "status must be from 400 to 599.": is_whole_number(self.status, 400, 599),
            "error_code must be capital letters, digits and underscores.": isinstance(self.error_code, str)
            and bool(ERROR_CODE.fullmatch(self.error_code)),
            "session must be the id of a session, or null.": self.session is None or isinstance(self.session, str),
            "value must be a number, a text or null.": self.value is None
            or (isinstance(self.value, int | float | str) and not isinstance(self.value, bool)),
        }
        return next((sentence for sentence, is_right in checks.items() if not is_right), None)


@dataclass(frozen=True)
class Kind:
    """A kind of fault: its words follow the name of a call, and `asks` are the settings that matter for it."""

    name: str
    words: str
    asks: tuple[str, ...] = ()
    # With `*` it spoils reading only; a create call with a wrong amount must be asked for by name.
    is_of_reading: bool = False
    # What is answered instead of doing the work, or what becomes of the answer afterwards.
    instead: Callable[[Fault], Answer] | None = None
    afterwards: Callable[[Fault, Answer], Answer] | None = None


def _error(fault: Fault, _: Answer | None = None) -> Answer:
    return answers.error(fault.status, fault.error_code)


def _lie(name: str, words: str, alter: Callable[[Answer, Any], Answer]) -> Kind:
    """A kind whose answer is a record that is not true, as `value` says."""
    return Kind(
        name,
        f"is answered with {words}",
        ("value",),
        is_of_reading=True,
        afterwards=lambda fault, answer: alter(answer, fault.value),
    )


def _rate_limit(_: Fault) -> Answer:
    return answers.error(429, "RATE_LIMIT_EXCEEDED", Count(True, QUOTA, RESET_SECONDS).headers)


_EVERY_KIND = (
    Kind("delay", "is answered late", ("milliseconds",)),
    Kind("error", "is refused with an error; nothing is done", ("status", "error_code"), instead=_error),
    Kind("error_after_work", "is done, but answered with an error", ("status", "error_code"), afterwards=_error),
    Kind("reset_before_work", "is cut off; nothing is done", instead=lambda _: answers.NO_ANSWER),
    Kind("reset_after_work", "is done, but cut off before the answer", afterwards=lambda *_: answers.NO_ANSWER),
    Kind("garbage", "is done, but answered with HTML", afterwards=lambda _, answer: answers.garbage(answer)),
    Kind(
        "truncated",
        "is done, but answered with half of the JSON",
        afterwards=lambda _, answer: answers.truncated(answer),
    ),
    _lie("wrong_amount", "a wrong amount", answers.with_other_amounts),
    _lie("wrong_status", "a wrong status", answers.with_other_status),
    _lie("wrong_currency", "another currency", answers.with_other_currency),
    _lie("wrong_business", "another business’s id", answers.with_other_business),
    _lie("wrong_reference", "another reference", answers.with_other_reference),
    _lie("half_captured", "half of the money captured", answers.half_captured),
    _lie("gaps", "fields missing", answers.with_gaps),
    Kind("rate_limit", "is one call too many (429)", instead=_rate_limit),
)
KINDS = {kind.name: kind for kind in _EVERY_KIND}


def parse(document: dict) -> Fault:
    """A fault from what somebody sent; ValueError with a sentence if it can't be set."""
    known = [field.name for field in fields(Fault)]
    for name in document:
        if name not in known:
            raise ValueError(f"A fault has no {name}; it has {', '.join(known)}.")
    if "kind" not in document:
        raise ValueError(f"kind is missing; it is one of {', '.join(KINDS)}.")
    fault = Fault(**{"operation": ANY} | _usual(document["kind"]) | document)
    if fault.problem():
        raise ValueError(fault.problem())
    return fault


def add(ledger: Ledger, fault: Fault) -> dict:
    """Returns the fault as `every` shows it."""
    return _shown(disturbances.add_fault(ledger, fault.operation, asdict(fault), fault.count))


def every(ledger: Ledger) -> list[dict]:
    """The faults that still act, oldest first, each with its `id` and how many calls are `left` to spoil."""
    return [_shown(row) for row in disturbances.faults(ledger)]


def remove(ledger: Ledger, fault_id: int) -> bool:
    """Whether there was such a fault."""
    return disturbances.remove_fault(ledger, fault_id)


def clear(ledger: Ledger) -> None:
    disturbances.clear_faults(ledger)


def take(ledger: Ledger, endpoint: str, session_id: str) -> Fault | None:
    """The fault that spoils a call of this endpoint about that session, counted; None if the call is left alone.

    The id is empty for a call that is about no session.
    """
    operation = _BY_ENDPOINT[endpoint]
    if not disturbances.faults_of(ledger, operation, ANY):
        return None
    with ledger.transaction():
        for row in disturbances.faults_of(ledger, operation, ANY):
            fault = Fault(**json.loads(row["document"]))
            if _spoils(fault, operation, session_id):
                disturbances.count_fault(ledger, row["id"])
                return fault
    return None


def _usual(kind: object) -> dict:
    """What a fault has where nothing else is said and its kind asks for it."""
    is_slow = isinstance(kind, str) and kind in KINDS and "milliseconds" in KINDS[kind].asks
    return {"milliseconds": DELAY_MILLISECONDS} if is_slow else {}


def _spoils(fault: Fault, operation: str, session_id: str) -> bool:
    if fault.session not in (None, session_id):
        return False
    return fault.operation != ANY or not KINDS[fault.kind].is_of_reading or operation.startswith("get_")


def _shown(row: Row) -> dict:
    return {"id": row["id"], **json.loads(row["document"]), "left": row["times_left"]}
