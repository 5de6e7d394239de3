"""Where the rows that need processes take place: a provider that can be spoiled, and a shop on each database."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.databases import POSTGRESQL, SQLITE
from tests.postgresql_keeper import places
from tests.processes import Shop
from tests.programs import found
from tests.spoiling_proxy import SpoilingProxy

from .table import Outcome, Scale

DATABASES = (SQLITE, POSTGRESQL)


@contextmanager
def new_provider() -> Iterator[SpoilingProxy]:
    provider = SpoilingProxy.on_a_port()
    try:
        yield provider
    finally:
        provider.stop()


@contextmanager
def new_shop(provider: SpoilingProxy, database: str, **settings: str) -> Iterator[Shop]:
    """A shop with its worker on a new database of this kind; it ends whatever becomes of its start."""
    reach_this_machine()
    with TemporaryDirectory(prefix="warung-proof-") as folder:
        shop = Shop(Path(folder), provider.url, is_started=False, database=database, **settings)
        try:
            shop.start_worker()
            shop.start()
            yield shop
        finally:
            shop.stop()


@contextmanager
def new_shops(provider: SpoilingProxy, database: str) -> Iterator[list[Shop]]:
    """Two shops on PostgreSQL with one database, and on SQLite one, which has two processes."""
    with ExitStack() as opened:
        shops = [opened.enter_context(new_shop(provider, database))]
        if database == POSTGRESQL:
            folder = Path(opened.enter_context(TemporaryDirectory(prefix="warung-proof-")))
            other = Shop(folder, provider.url, is_started=False, database=shops[0].database)
            opened.callback(other.end)
            other.start_worker()
            other.start()
            shops.append(other)
        yield shops


def on(database: str, row: Callable[[Scale, str], Outcome]) -> Callable[[Scale], Sequence[Outcome]]:
    """Let a row be run on this database. One that this machine lacks is bad, and not left out."""

    def run(scale: Scale) -> Sequence[Outcome]:
        if database == POSTGRESQL and not found("initdb", places=places()):
            raise FileNotFoundError("there is no PostgreSQL on this machine")
        return [row(scale, database)]

    return run


def reach_this_machine() -> None:
    """All that is talked to is on this machine, whatever proxy it has for the rest."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        del os.environ[name]
