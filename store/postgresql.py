"""How PostgreSQL is spoken to: how long a transaction may wait, and nothing that a pooler between would lose."""

from sqlalchemy import Connection, Engine, event

# So long the last of 200 buyers of one product may wait for its row on a machine that has other work to do.
BUSY_SECONDS = 10
# An upgrade waits no longer for a lock, but may work on large tables for long.
WAITS = f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'"
LIMITS = f"{WAITS}; SET LOCAL statement_timeout = '30s'; SET LOCAL idle_in_transaction_session_timeout = '60s'"
# A pooler hands each transaction another connection, which knows nothing of what was prepared on the one before.
CONNECT_ARGUMENTS = {"connect_timeout": BUSY_SECONDS, "prepare_threshold": None}


def listen(engine: Engine) -> None:
    """Set how each transaction begins. What is set for a connection when it opens would be lost behind a pooler."""
    event.listen(engine, "begin", _begin)


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(WAITS if connection.get_execution_options().get("is_upgrade") else LIMITS)
