"""The worker's queues: rows that are due, each taken by one worker at a time.

A queue is given as SELECTs, one for each kind of row in it; those of the first kind come first. What is planned further
ahead than anything is must be a kind of its own: the clock went back since, and it would wait for that.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Select

from ..database import db, retried, transaction
from ..rules.clock import now
from ..rules.schedule import LEASE


@retried
def leased(kinds: Sequence[Select], limit: int) -> list[int]:
    """Reserve up to `limit` rows that are checked when they are due, until the end of a `LEASE`; return their ids."""
    if limit < 1 or are_empty(kinds):
        return []
    with transaction():
        taken = locked(kinds, limit)
        for row in taken:
            row.next_check_at = now() + LEASE
        return [row.id for row in taken]


def are_empty(kinds: Iterable[Select]) -> bool:
    """Tell whether nothing is due. That only reads, so that a worker without work keeps nobody from writing."""
    return not any(db.session.scalars(kind.limit(1)).first() for kind in kinds)


def locked(kinds: Iterable[Select], limit: int) -> list:
    """Return up to `limit` rows, or what is selected of them, locked until the transaction ends.

    Those that somebody else has locked are left out.
    """
    taken = []
    for kind in kinds:
        taken += db.session.scalars(kind.limit(limit - len(taken)).with_for_update(skip_locked=True))
    return taken
