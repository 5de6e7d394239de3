"""The sandbox at work: its HTTP server, its clock's ticker, its courier."""

import socket
from collections.abc import Callable
from datetime import UTC, datetime

from . import create_app, ticker
from .contract.ids import Ids
from .http_server import Server
from .memory import accounts
from .memory.database import Database
from .settings import DEFAULT_MERCHANT, DEFAULT_WEBHOOK_TOKEN, Settings
from .webhooks.courier import SENDERS, Courier

# With a seed the clock stands here until somebody moves it.
SEEDED_START = datetime(2026, 1, 1, tzinfo=UTC)


def open_database(settings: Settings) -> Database:
    """What the sandbox remembers; with a seed, the same ids in each run and a clock that stands still.

    Raises sqlite3.Error.
    """
    database = Database(settings.database, ids=Ids(settings.seed))
    if settings.seed is not None:
        database.clock.stop(SEEDED_START)
    return database


def make(settings: Settings, database: Database, listener: socket.socket, report: Callable[[str], object]) -> Server:
    """A server on the listening socket, with everything behind it running; call `serve_forever`."""
    _open_default_account(settings, database)
    # With a seed there is one sender: two might take each other's turn.
    courier = Courier(database, report, senders=SENDERS if settings.seed is None else 1)
    ticker.start(database, courier)
    return Server(listener, create_app(settings, database), report)


def _open_default_account(settings: Settings, database: Database) -> None:
    """What the command line gives counts; what it leaves out stays as the database has it."""
    key = settings.secret_key
    if accounts.find(database, key) is None:
        accounts.open(database, key, DEFAULT_MERCHANT)
        accounts.change(database, key, webhook_token=DEFAULT_WEBHOOK_TOKEN)
    given = {name: getattr(settings, name) for name in ("merchant", "webhook_url", "webhook_token")}
    accounts.change(database, key, **{name: value for name, value in given.items() if value is not None})
