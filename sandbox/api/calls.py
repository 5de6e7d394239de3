"""What happens around every call of Xendit's API: whose it is, its rate limit, its record.

`begin` and `end` stand around every view. A view that is about a session says so with `concern`, so that the
call becomes part of that session's story.
"""

from flask import Response, g, request

from .. import context
from ..context import ledger
from ..contract import errors
from ..memory.rate_limits import Count
from . import auth, interference

TEXT_KEPT = 20_000


def begin() -> None:
    context.use_account(auth.key_of(request.headers.get("Authorization")))
    g.rate_limit = _count()
    g.rate_limit.check()
    if request.get_data() and request.mimetype and not request.is_json:
        raise errors.unsupported_content_type()


def concern(session_id: str) -> None:
    g.session_id = session_id


def end(answer: Response) -> Response:
    if "rate_limit" in g:
        answer, fault = interference.after(answer)
        answer.headers.update(g.rate_limit.headers)
        ledger.add_call(
            g.get("session_id", ""),
            ledger.clock.stamp(),
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
