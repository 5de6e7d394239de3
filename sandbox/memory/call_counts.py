"""How often an account called the API, and how often at most within a minute of the sandbox's clock.

So that somebody can hold a shop to Xendit's rate limit, and to a budget of its own below that.
"""

import re
from collections import deque
from datetime import datetime, timedelta

from ..clock import moment
from .ledger import Ledger

TOO_MANY = 429
MINUTE = timedelta(minutes=1)
# In the path of a call: the id of an object.
ID = re.compile(r"(?<=/)[a-z]+-[0-9a-f-]+(?=/|$)")


def since(ledger: Ledger, stamp: str) -> dict:
    """Since that stamp: all calls, those that were refused as too many (429), and each by method and path."""
    sql = "SELECT at, method, path, status FROM calls WHERE account = ? AND at >= ? ORDER BY position"
    rows = ledger.database.rows(sql, ledger.key, stamp)
    moments = {}
    for row in rows:
        moments.setdefault(f"{row['method']} {ID.sub('{id}', row['path'])}", []).append(moment(row["at"]))
    return {
        "calls": len(rows),
        "too_many": sum(row["status"] == TOO_MANY for row in rows),
        "of": {call: {"calls": len(found), "most_in_a_minute": _most(found)} for call, found in moments.items()},
    }


def _most(moments: list[datetime]) -> int:
    """How many of these moments lie within a minute at most."""
    most, last = 0, deque()
    for each in sorted(moments):
        last.append(each)
        while each - last[0] >= MINUTE:
            last.popleft()
        most = max(most, len(last))
    return most
