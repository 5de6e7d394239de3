"""What happens without being asked, when the sandbox's clock says so.

`run_due` does at once all that is due now; `/_control` calls it after a jump, so that its answer comes after.
"""

import threading

from .memory.database import Database
from .memory.ledger import Ledger
from .objects import captures, payment_requests, refunds, sessions
from .webhooks.courier import Courier

TICK_SECONDS = 0.25
# The table that holds what is due, and what happens to each object of it.
HAPPENINGS = (
    ("payment_requests", payment_requests.expire),
    ("sessions", lambda ledger, session_id, _: sessions.find(ledger, session_id)),
    ("payments", captures.lapse),
    ("refunds", refunds.settle),
)


def start(database: Database, courier: Courier) -> None:
    """Run in the background until the process ends."""
    courier.start()
    database.clock.on_jump(database.delivery_added.set)
    threading.Thread(target=_run, args=(database, courier), daemon=True).start()


def run_due(database: Database) -> None:
    """Let everything happen that is due now. What it announces leaves a moment later."""
    stamp = database.clock.stamp()
    for table, happen in HAPPENINGS:
        if database.due(table, stamp):
            with database.transaction():
                for due in database.due(table, stamp):
                    happen(Ledger(database, due["account"]), due["session_id"], due["id"])


def _run(database: Database, courier: Courier) -> None:
    while True:
        database.delivery_added.wait(TICK_SECONDS)
        database.delivery_added.clear()
        run_due(database)
        courier.hand_out()
