"""The sandbox at work: its HTTP server, its clock's ticker, its courier. Started by `__main__.py`."""

from datetime import UTC, datetime

from . import accounts, clock, create_app, ids, ticker
from .courier import Courier
from .http_server import Server

# With a seed the clock stands here until somebody moves it.
SEEDED_START = datetime(2026, 1, 1, tzinfo=UTC)


def make(settings, database, listener, report):
    """A server on the listening socket, with everything behind it running; call `serve_forever`."""
    accounts.open(database, settings.secret_key, settings.merchant)
    accounts.change(
        database,
        settings.secret_key,
        merchant=settings.merchant,
        webhook_url=settings.webhook_url,
        webhook_token=settings.webhook_token,
    )
    courier = Courier(database, report)
    if settings.seed is not None:
        ids.seed(settings.seed)
        clock.shared.stop(SEEDED_START)
        courier = Courier(database, report, senders=1)  # Two might take each other's turn.
    ticker.start(database, courier)
    return Server(listener, create_app(settings, database), report)
