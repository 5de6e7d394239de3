"""A call that was repeated with its key gets its first answer, and nothing is done again."""

import json
from collections.abc import Callable

from ..contract.errors import ApiError
from ..memory.ledger import Ledger

USED_BEFORE = "The idempotency key entered has been used before with another request"


def once(ledger: Ledger, operation: str, key: str | None, request: dict, work: Callable[[], dict]) -> dict:
    """What `work` gives, or gave when the same request came with this key; a refusal is kept by no key.

    Raises `ApiError` if another request came with it.
    """
    if not key:
        return work()
    with ledger.transaction():
        first = ledger.first_answer(operation, key)
        if first is None:
            answer = work()
            ledger.keep_answer(operation, key, _canonical(request), answer)
            return answer
        if first["request"] != _canonical(request):
            raise ApiError(409, "DUPLICATE_ERROR", USED_BEFORE)
        return json.loads(first["answer"])


def _canonical(request: dict) -> str:
    """The same text for the same request, whatever the order of its fields."""
    return json.dumps(request, sort_keys=True)
