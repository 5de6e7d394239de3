"""The sandbox at work: its HTTP server, its clock's ticker, its courier. Started by `__main__.py`."""

from datetime import UTC, datetime

from . import clock, create_app, ticker
from .contract import ids
from .http_server import Server
from .memory import accounts
from .settings import DEFAULT_MERCHANT, DEFAULT_WEBHOOK_TOKEN
from .webhooks.courier import Courier

# With a seed the clock stands here until somebody moves it.
SEEDED_START = datetime(2026, 1, 1, tzinfo=UTC)


def make(settings, database, listener, report):
    """A server on the listening socket, with everything behind it running; call `serve_forever`."""
    _open_default_account(settings, database)
    courier = Courier(database, report)
    if settings.seed is not None:
        ids.seed(settings.seed)
        clock.shared.stop(SEEDED_START)
        courier = Courier(database, report, senders=1)  # Two might take each other's turn.
    ticker.start(database, courier)
    return Server(listener, create_app(settings, database), report)


def _open_default_account(settings, database):
    """What the command line gives counts; what it leaves out stays as the database has it."""
    key = settings.secret_key
    if accounts.find(database, key) is None:
        accounts.open(database, key, DEFAULT_MERCHANT)
        accounts.change(database, key, webhook_token=DEFAULT_WEBHOOK_TOKEN)
    given = {name: getattr(settings, name) for name in ("merchant", "webhook_url", "webhook_token")}
    accounts.change(database, key, **{name: value for name, value in given.items() if value is not None})
