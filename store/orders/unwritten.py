"""What Xendit has answered about an attempt and the database could not take: kept in this process until it is written.

It is tried again in the background, and by the buyer's next press of the button. An answer may hold the link of a
payment page, which is a secret, so it is kept nowhere else; after the process has ended the attempt is one whose answer
never came.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from ..database import UNAVAILABLE, db, in_background
from ..rules import clock
from ..rules.clock import now

AGAIN_EVERY = 2.0  # seconds

Write = Callable[[], object]


class _Kept(NamedTuple):
    write: Write
    until: datetime


log = logging.getLogger(__name__)
_lock = threading.Lock()
_kept: WeakKeyDictionary[Engine, dict[int, _Kept]] = WeakKeyDictionary()


def keep(attempt_id: int, write: Write, until: datetime) -> None:
    """Go on trying to write this down; it is worth it until then."""
    with _lock:
        waiting = _kept.setdefault(db.engine, {})
        is_first = not waiting
        waiting[attempt_id] = _Kept(write, until)
    if is_first:
        in_background(_go_on)


def is_kept(attempt_id: int) -> bool:
    """Tell whether something is still to be written about this attempt."""
    return attempt_id in _kept.get(db.engine, {})


def write(attempt_id: int) -> bool:
    """Write now what is kept about this attempt; tell whether there was something. Raises one of UNAVAILABLE."""
    kept = _kept.get(db.engine, {}).get(attempt_id)
    if kept is None:
        return False
    if kept.until > now():
        kept.write()
    with _lock:
        _kept[db.engine].pop(attempt_id, None)
    return True


def _go_on() -> None:
    while waiting := list(_kept[db.engine]):
        clock.sleep(AGAIN_EVERY)
        for attempt_id in waiting:
            try:
                write(attempt_id)
            except UNAVAILABLE:
                break  # It was said when it was first noticed, and what waits behind this would wait in vain, too.
            except Exception:
                log.exception("what Xendit answered about an attempt could not be written down")
                _kept[db.engine].pop(attempt_id, None)
