"""Shop and sandbox in one process: the real apps on a network of their own, without sockets and without waiting.

They have the interface of `processes.py`, so that a `Buyer` walks through both. Two of them share nothing.
"""

import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import requests
from click.testing import Result
from flask import has_app_context

import sandbox
from sandbox import ticker
from sandbox.clock import Clock
from sandbox.memory import accounts
from sandbox.memory.database import Database
from sandbox.memory.ledger import Ledger
from sandbox.settings import Settings
from sandbox.webhooks.courier import Courier
from store import create_app
from store.config import read_settings
from store.database import db, release
from store.rules import clock
from store.worker import JOBS, Job, Worker
from store.xendit import Client

from .databases import new_database
from .network import Network
from .records import SECRET_KEY, WEBHOOK_TOKEN, Controls, Records, settings_of_shop

# Nobody listens there, so a call that does not go through the network of a test reaches nobody.
SHOP_PORT, SANDBOX_PORT = 1, 2
SHOP_URL, SANDBOX_URL = (f"http://127.0.0.1:{port}" for port in (SHOP_PORT, SANDBOX_PORT))


class Sandbox(Controls):
    """The stand-in for Xendit with its own memory, sending its webhooks to the shop."""

    def __init__(self, shop_url: str = SHOP_URL, url: str = SANDBOX_URL, clock: Clock | None = None):
        self.network = Network()
        self.url = url
        self.date: str | None = None  # the Date header of its answers
        self.database = Database(clock=clock)
        settings = Settings(public_url=self.url, secret_key=SECRET_KEY)
        self.app = sandbox.create_app(settings, self.database, self._post)
        accounts.open(self.database, SECRET_KEY, "Warung")
        accounts.change(
            self.database, SECRET_KEY, webhook_url=f"{shop_url}/webhooks/xendit", webhook_token=WEBHOOK_TOKEN
        )
        self.network.add(self.url, self._dated)
        self.visitor = self.network.browser()
        self._courier = Courier(self.database, report=len, post=self._post)

    def delivers(self) -> None:
        """Let happen what is due on the sandbox's clock, and send the webhooks that are due."""
        ticker.run_due(self.database)
        assert not self.database.broken
        self._courier.send_due()

    def newest_session(self) -> str:
        return self.database.row("SELECT id FROM sessions ORDER BY position DESC")["id"]

    def alter(self, session_id: str, **changes) -> None:
        """Change Xendit's own record of a session in a way that no call could."""
        ledger = Ledger(self.database, SECRET_KEY)
        ledger.save_session({**ledger.session(session_id), **changes}, due_at=None)

    def another_payment(self, session_id: str, payment_id: str) -> str:
        """Let the same money come once more; return the id of that payment."""
        ledger = Ledger(self.database, SECRET_KEY)
        again = {**ledger.payment(payment_id), "payment_id": f"{payment_id[:-1]}x"}
        ledger.save_payment(session_id, again)
        request = ledger.payment_request(again["payment_request_id"])
        ledger.save_payment_request(session_id, request | {"latest_payment_id": again["payment_id"]})
        return again["payment_id"]

    def calls(self, method: str) -> list[str]:
        """The paths that were called in this way, oldest first."""
        return [row["path"] for row in self.database.rows("SELECT path FROM calls WHERE method = ?", method)]

    def _dated(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        more = [("Date", self.date)] if self.date else []
        return self.app(environ, lambda status, headers, _=None: start_response(status, headers + more))

    def _post(self, url: str, headers: dict, body: str, timeout_seconds: float) -> tuple[int | None, str]:
        try:
            answer = self.visitor.post(url, headers=headers, data=body.encode(), allow_redirects=False)
        except requests.ConnectionError as error:
            return None, type(error).__name__
        return answer.status_code, answer.text


class Shop(Records):
    """The shop's app on the sandbox's network, with a new database; its worker works when it is told to."""

    def __init__(
        self, folder: Path, sandbox: Sandbox, database: str | None = None, is_empty: bool = False, **settings: str
    ):
        self.port = SHOP_PORT
        self.url = SHOP_URL
        self.folder = folder
        self.sandbox = sandbox
        self.database = new_database(folder, database, is_empty)
        self.app = shop_app(folder, sandbox, **{"DATABASE_URL": self.database.url, **settings})
        sandbox.network.add(self.url, self.app)

    def browser(self) -> requests.Session:
        return self.sandbox.network.browser()

    def sql(self, statement: str, *values) -> list[tuple]:
        _let_go()
        return super().sql(statement, *values)

    def works(self) -> None:
        """Let everything happen that is due: the sandbox's webhooks, then the worker's share."""
        _let_go()
        self.sandbox.delivers()
        assert self.worker().run_once()

    def worker(self, *jobs: Job) -> Worker:
        """Return the shop's worker, or one that knows these kinds of work alone."""
        return Worker(self.app, self.app.extensions["xendit"], is_test_key=True, jobs=jobs or JOBS)

    def flask(self, *command: str) -> subprocess.CompletedProcess:
        """Run one of the shop's commands, which must end well."""
        ended = self.command(*command)
        assert ended.exit_code == 0, ended.output
        return subprocess.CompletedProcess(command, ended.exit_code, ended.stdout, ended.stderr)

    def command(self, *words: str) -> Result:
        """Run one of the shop's commands, however it ends."""
        with self.app.app_context():
            return self.app.test_cli_runner(catch_exceptions=False).invoke(args=words)

    def stop(self) -> None:
        """Let go of the database, which goes with it."""
        with self.app.app_context():
            db.engine.dispose()
        self.database.drop()


def _let_go() -> None:
    """A test that has an application context may have read just now: nobody else could write until it ends."""
    if has_app_context():
        release()


def shop_app(folder: Path, sandbox: Sandbox, **settings: str):
    environ = settings_of_shop(SHOP_PORT, folder, sandbox.url, **settings)
    provider = Client(SECRET_KEY, sandbox.url, sandbox.network, clock.monotonic, clock.now)
    return create_app(read_settings(environ), provider)
