"""The budget of polls: calls to Xendit for which nobody waits, shared by all workers of one database.

Xendit allows 60 calls a minute to an endpoint with a test key and 600 with a live one (CONTRACT 1.2). Polls take half
of it, counted over all endpoints together; a look that takes more than the one call that was reserved for it may go
beyond by those, and the next ones wait for it. Reads for a webhook or a waiting buyer are not bound.
"""

from ..database import db, retried, transaction
from ..models import CallBudget
from ..rules import budget
from ..rules.clock import now

A_MINUTE_WITH_TEST_KEY = 30
A_MINUTE = 300
POLLS = "polls"


def left(a_minute: int) -> int:
    """Return how many calls polls may make now. It may be less a moment later: `reserve` what is to be made."""
    return budget.left(db.session.get_one(CallBudget, POLLS).made, a_minute, now())


@retried
def reserve(calls: int, a_minute: int) -> int:
    """Count these calls as made, as many as may be made now; return how many that are."""
    with transaction():
        row = db.session.get_one(CallBudget, POLLS, with_for_update=True)
        granted = min(calls, budget.left(row.made, a_minute, now()))
        row.made = budget.spent(row.made, granted, now())
    return granted


@retried
def correct(reserved: int, made: int) -> None:
    """Count what was really made instead of what was reserved for it."""
    if reserved == made:
        return
    with transaction():
        row = db.session.get_one(CallBudget, POLLS, with_for_update=True)
        if made > reserved:
            row.made = budget.spent(row.made, made - reserved, now())
        else:
            row.made = budget.given_back(row.made, reserved - made, now())
