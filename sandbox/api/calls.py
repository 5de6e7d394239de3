"""What happens around every call of Xendit's API: whose it is, its rate limit, its record.

A view that is about a session says so with `concern`, so that the call becomes part of that session's story.
"""

from collections.abc import Callable

from flask import Blueprint, Response, g, request

from .. import context
from ..context import ledger
from ..contract import errors
from ..memory.rate_limits import Count
from . import auth, interference

TEXT_KEPT = 20_000


def stand_around(bp: Blueprint, *checks: Callable[[], None]) -> None:
    """Let all of it happen around each view, and these checks before a fault can act."""
    for step in (_begin, *checks, interference.before):
        bp.before_request(step)
    bp.after_request(_end)


def concern(session_id: str | None) -> None:
    """None is an object that nobody knows: the call is in no session's story."""
    g.session_id = session_id or ""


def _begin() -> None:
    context.use_account(auth.key_of(request.headers.get("Authorization")))
    g.began_at = ledger.clock.stamp()
    g.rate_limit = _count()
    g.rate_limit.check()
    if request.get_data() and request.mimetype and not request.is_json:
        raise errors.unsupported_content_type()


def _end(answer: Response) -> Response:
    if "rate_limit" in g:
        answer, fault = interference.after(answer)
        answer.headers.update(g.rate_limit.headers)
        ledger.add_call(
            g.get("session_id", ""),
            g.began_at,
            request.method,
            request.path,
            answer.status_code,
            request.get_data(as_text=True)[:TEXT_KEPT],
            answer.get_data(as_text=True)[:TEXT_KEPT],
            fault,
        )
    return answer


def _count() -> Count:
    if not ledger.account.rate_limited:
        return Count()
    return ledger.database.rate_limits.count(ledger.key, request.endpoint, ledger.clock.now())
