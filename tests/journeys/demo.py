"""`python app.py` as a merchant starts it, on ports and with data of its own."""

import os
import signal
import sqlite3
from pathlib import Path

import requests

from ..databases import SqliteFile
from ..ports import free_port
from ..processes import Process, clean_environment, visitor
from ..records import Records


class Demo(Records):
    """`python app.py` on free ports, with its data in a folder of its own."""

    def __init__(self, clone: Path, folder: Path):
        self.clone = clone
        self.folder = folder
        self.database = SqliteFile(folder, is_empty=True)
        self.ports = {"PORT": free_port(), "SANDBOX_PORT": free_port()}
        self.url, self.sandbox_url = (f"http://127.0.0.1:{port}" for port in self.ports.values())
        self.environment = {
            **clean_environment(),
            **{name: str(port) for name, port in self.ports.items()},
            "DATABASE_URL": self.database.url,
        }
        self.process: Process | None = None

    def start(self, **settings: str) -> None:
        """Start it and wait until both addresses answer."""
        self.process = Process(["app"], {**self.environment, **settings}, self.folder / "demo.log", folder=self.clone)
        self.process.wait_until_it_answers(f"{self.url}/healthz")
        self.process.wait_until_it_answers(self.sandbox_url)

    def data(self) -> list[str]:
        """All that must outlive a restart: the tables, and the secrets that were made once."""
        secrets = (self.clone / "instance" / "demo-secrets").read_text()
        # Python's own: it reads, in another process than the shop's, and it alone can write all down.
        connection = sqlite3.connect(self.folder / "shop.db")
        try:
            return [secrets, *connection.iterdump()]
        finally:
            connection.close()

    def browser(self) -> requests.Session:
        return visitor()

    def works(self) -> None:
        """Its worker does, by itself."""

    def survivors(self) -> list[int]:
        """The processes that have this demo's settings: it, and whatever it started."""
        mark = self.environment["DATABASE_URL"].encode()
        return [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/environ") if mark in _content(path)]

    def end(self) -> None:
        for pid in self.survivors():
            os.kill(pid, signal.SIGKILL)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
