"""What happens without being asked, when the sandbox's clock says so.

What nobody foresaw is reported and left behind, so that one broken object stops no other.
"""

import logging
import threading
from collections.abc import Callable

from .memory.database import Database, Row
from .memory.ledger import Ledger
from .objects import captures, late_money, payment_requests, refunds
from .webhooks.courier import Courier

TICK_SECONDS = 0.25
PAUSE_SECONDS = 2
# Ledger, the session's id, the object's id.
Happening = Callable[[Ledger, str, str], object]
# The table that holds what is due, and what happens to each object of it.
HAPPENINGS: tuple[tuple[str, Happening], ...] = (
    ("payment_requests", payment_requests.expire),
    ("sessions", late_money.end_or_come),
    ("payments", captures.lapse),
    ("refunds", refunds.settle),
)

log = logging.getLogger(__name__)


def start(database: Database, courier: Courier) -> None:
    """Run in the background until the process ends."""
    courier.start()
    database.clock.on_jump(database.delivery_added.set)
    threading.Thread(target=_run, args=(database, courier), daemon=True).start()


def run_due(database: Database) -> None:
    """Let everything happen that is due now. What it announces leaves a moment later."""
    stamp = database.clock.stamp()
    for table, happen in HAPPENINGS:
        for due in database.due(table, stamp):
            try:
                _let_happen(database, table, due, stamp, happen)
            except Exception:
                _report_once(database, table, due["id"])


def _let_happen(database: Database, table: str, due: Row, stamp: str, happen: Happening) -> None:
    """Unless it happened meanwhile."""
    with database.transaction():
        if database.is_due(table, due["id"], stamp):
            happen(Ledger(database, due["account"]), due["session_id"], due["id"])


def _report_once(database: Database, table: str, object_id: str) -> None:
    """It stays due and is tried at each tick, but nobody wants to read of it each time."""
    if (table, object_id) not in database.broken:
        database.broken.add((table, object_id))
        log.exception("Unexpected error with one of the %s; the ticker goes on", table)


def _run(database: Database, courier: Courier) -> None:
    while True:
        # In real time on any clock, and sooner if there is news. Who plays with time calls `run_due` himself.
        database.delivery_added.wait(TICK_SECONDS)
        database.delivery_added.clear()
        try:
            run_due(database)
            courier.hand_out()
        except Exception:
            log.exception("Unexpected error; the ticker goes on")
            database.clock.sleep(PAUSE_SECONDS)
