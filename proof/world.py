"""A small world in this process: the real shop and the sandbox's model under one clock, with everything by a seed.

The same seed makes the same world and the same story. One `World` serves many seeds: each begins with empty tables.
"""

import json
import logging
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Protocol

import requests
from flask import Flask
from requests.adapters import BaseAdapter
from sqlalchemy import event

from sandbox.clock import Clock
from sandbox.contract.ids import Ids
from store.database import db
from store.rules import chance, clock
from store.sqlite import driver
from store.xendit import Client
from tests.buyer import COFFEE
from tests.in_process import SANDBOX_URL, SECRET_KEY, SHOP_URL, Sandbox, shop_app
from tests.records import filled_database, sqlite_url
from tests.standing_clock import NEW_YEAR, StandingClock

MEMORY = Path("/dev/shm")
# What the shop has on its shelves when a world begins; few, so that its buyers are in each other's way.
SHELVES = {COFFEE: 4, "jasmine-tea": 3}
KEPT = ("alembic_version", "categories", "products")

PAYMENTS = """
    SELECT sessions.id AS session_id, payments.document AS payment,
    json_extract(sessions.document, '$.reference_id') AS reference
    FROM payments JOIN sessions ON sessions.id = payments.session_id ORDER BY payments.position"""
SESSION = "SELECT json_extract(document, '$.status') AS status FROM sessions WHERE id = ?"


class Crash(BaseException):
    """The process of the shop is killed here. Not an Exception, so that nothing of the shop's can catch it."""


class Time(StandingClock):
    """Both clocks: that of the shop, which somebody may set wrong, and the true one, which is Xendit's."""

    def true(self) -> datetime:
        return NEW_YEAR + timedelta(seconds=self.monotonic())

    def ago(self, seconds: float) -> datetime:
        return self.true() - timedelta(seconds=seconds)

    def seconds_until(self, written: str) -> float:
        """Return when a moment is, as the database writes it, in seconds of this world."""
        return (datetime.fromisoformat(written).replace(tzinfo=UTC) - NEW_YEAR).total_seconds()

    def goes_back_to(self, passed: float) -> None:
        """Let it be that moment again."""
        self.sleep(passed - self.monotonic())

    def set_right(self) -> None:
        self.jumps(seconds=(self.true() - self.now()).total_seconds())


class Place(Protocol):
    """Where there is a clock, at any moment."""

    time: Time


class Provider(Sandbox):
    """The sandbox by the true clock, which its answers tell too."""

    def __init__(self, world: Place) -> None:
        self._world = world
        super().__init__(clock=Clock(_Truth(world)))

    @property
    def date(self) -> str:
        return format_datetime(self._world.time.true(), usegmt=True)

    @date.setter
    def date(self, _: str | None) -> None:
        """It is always told."""


class _Truth:
    def __init__(self, world: Place) -> None:
        self.now = lambda: world.time.true()
        self.monotonic = lambda: world.time.monotonic()
        self.sleep = lambda seconds: world.time.sleep(seconds)


class Wire(BaseAdapter):
    """What carries the shop's calls to Xendit. `passes` is told before and after each, and may let things happen."""

    def __init__(self, network: BaseAdapter) -> None:
        super().__init__()
        self.passes: Callable[[str], None] = lambda _: None
        self._network = network

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        self.passes("before a call")
        answer = self._network.send(request, **options)
        self.passes("after a call")
        return answer

    def close(self) -> None:
        pass


class World:
    """`crashes` is told of each moment at which the shop's process may die: around its calls, and before a commit."""

    def __init__(self, folder: Path) -> None:
        self.time = Time()
        self.sandbox = Provider(self)
        self.file = folder / "shop.db"
        self.file.write_bytes(filled_database())
        self.app: Flask = shop_app(folder, self.sandbox, DATABASE_URL=sqlite_url(self.file))
        self.sandbox.network.add(SHOP_URL, self._answered)
        self.wire = Wire(self.sandbox.network)
        self.commits: Callable[[], None] = lambda: None
        self.settings = self.app.extensions["settings"]
        self.rows = driver.connect(self.file, isolation_level=None, check_same_thread=False)
        self.rows.execute("PRAGMA synchronous = OFF")
        self._tables = [name for (name,) in self.rows.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]

    def begin(self, seed: int | str) -> None:
        """Empty the tables of both, fill the shelves and set the clock back to the start."""
        self.time = Time()
        for table in self._tables:
            if table not in KEPT and not table.startswith("sqlite_"):
                self.rows.execute(f"DELETE FROM {table}")
        for slug, pieces in SHELVES.items():
            self.rows.execute("UPDATE products SET stock = ? WHERE slug = ?", (pieces, slug))
            self.rows.execute(
                "INSERT INTO stock_movements (product_id, pieces, reason, created_at)"
                " SELECT id, stock, 'LOADED', '2030-01-01 00:00:00.000000' FROM products WHERE slug = ?",
                (slug,),
            )
        self.sandbox.reset()
        self.sandbox.database.ids = Ids(seed)
        self.connects()

    def connects(self) -> None:
        """Begin with new processes of the shop: neither side knows of calls that were made before."""
        self.sandbox.database.rate_limits.forget(SECRET_KEY)
        self.provider = Client(SECRET_KEY, SANDBOX_URL, self.wire, clock.monotonic, clock.now)
        self.app.extensions["xendit"] = self.provider

    def connections(self) -> tuple[Any, Any]:
        """Return one to each database, the shop's and the sandbox's."""
        return self.rows, self.sandbox.database._connection

    @contextmanager
    def running(self, seed: int | str) -> Iterator[None]:
        """Let the block run in this seed's world."""
        self.begin(seed)
        with clock.using(self.time), chance.using(random.Random(f"chance {seed}")):
            try:
                yield
            finally:
                self.wire.passes, self.commits = lambda _: None, lambda: None

    def passes(self, seconds: float) -> None:
        """Let time pass for everybody."""
        self.time.sleep(seconds)

    def delivers(self) -> None:
        """Let happen at Xendit what is due, and send its webhooks."""
        self.sandbox.delivers()

    def ask(self, sql: str, *values: object) -> list[tuple]:
        """Read from the shop's database."""
        return self.rows.execute(sql, values).fetchall()

    def changes_at_xendit(self) -> int:
        """Return a number that grows with each change of the sandbox's memory."""
        return self.sandbox.database.row("SELECT total_changes() AS changes")["changes"]

    def payments_at_xendit(self) -> list[tuple[str, dict, str]]:
        """Return each payment in the sandbox's ledger, with its session's id and reference."""
        rows = self.sandbox.database.rows(PAYMENTS)
        return [(row["session_id"], json.loads(row["payment"]), row["reference"]) for row in rows]

    def session_status(self, session_id: str) -> str:
        row = self.sandbox.database.row(SESSION, session_id)
        return row["status"]

    def _answered(self, environ: dict, start_response: Callable) -> Any:
        """To Xendit, a shop that dies is a connection that breaks off."""
        try:
            return self.app(environ, start_response)
        except Crash as error:
            raise ConnectionResetError("the shop died") from error


@contextmanager
def silence() -> Iterator[None]:
    """Let the programs of this process tell nothing meanwhile."""
    disabled = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(disabled)


@contextmanager
def opened() -> Iterator[World]:
    """A world of this process, in memory where the machine has a place for that."""
    with silence(), tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        world = World(Path(folder))

        def commits(_: object) -> None:
            world.commits()

        event.listen(db.session, "before_commit", commits)
        try:
            with closing(world.rows):
                yield world
        finally:
            event.remove(db.session, "before_commit", commits)
            with world.app.app_context():
                db.engine.dispose()
