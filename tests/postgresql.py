"""The PostgreSQL server of this run of the tests: started by the first test that wants it, shared by all processes.

`postgresql_keeper` runs it, and ends it when the last of them is gone.
"""

import fcntl
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import IO
from uuid import uuid4

import psycopg

from .postgresql_keeper import USER, data_of, is_ready, lock_of, places
from .programs import needed
from .records import ROOT, fill
from .waiting import wait_until

# pytest-xdist gives all processes of one run the same name.
RUN = (os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid4().hex)[:12]
TEMPLATE = "template_of_shops"


class Server:
    """The server as one process of the run uses it."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._connection = self.connect("postgres")

    @property
    def version(self) -> str:
        """As PostgreSQL says it, such as 15.18."""
        return self._connection.execute("SHOW server_version").fetchone()[0].split()[0]

    def url(self, name: str) -> str:
        """The SQLAlchemy address of one of its databases."""
        return f"postgresql+psycopg://{USER}@/{name}?host={data_of(self.folder)}"

    def connect(self, name: str) -> psycopg.Connection:
        return psycopg.connect(host=str(data_of(self.folder)), user=USER, dbname=name, autocommit=True)

    def create(self, template: str) -> str:
        """Make a database like this one and return its name."""
        name = f"shop_{uuid4().hex[:12]}"
        # Copying files takes a third of the time that copying pages through the log takes.
        quickly = "STRATEGY FILE_COPY" if self._connection.info.server_version >= 15_00_00 else ""
        self._connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} {quickly}")
        return name

    def drop(self, name: str) -> None:
        self._connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def has(self, name: str) -> bool:
        return bool(self._connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone())

    def rename(self, name: str, to: str) -> None:
        self._connection.execute(f"ALTER DATABASE {name} RENAME TO {to}")


@cache
def server() -> Server:
    """Return the server of this run, and the template in it that `init-db` filled. Skips where PostgreSQL is not."""
    programs = Path(needed("initdb", places=places())).resolve().parent
    folder = Path(tempfile.gettempdir()) / f"warung-tests-{RUN}"
    hold(folder)
    with (folder / "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not is_ready(folder):
            start(folder, programs)
        server = Server(folder)
        if not server.has(TEMPLATE):
            name = server.create("template1")
            fill(server.url(name))
            server.rename(name, TEMPLATE)
    return server


_held = []


def hold(folder: Path) -> None:
    """Keep the server running as long as this process lives."""
    folder.mkdir(exist_ok=True)
    try:
        lock = lock_of(folder).open("w")
        share(lock)
        is_there = os.fstat(lock.fileno()).st_nlink
    except FileNotFoundError:
        is_there = False
    if not is_there:
        return hold(folder)
    _held.append(lock)


def share(lock: IO) -> None:
    """Use the server whose lock this is, until it is closed; wait while a keeper is about to end it."""
    fcntl.flock(lock, fcntl.LOCK_SH)


def start(folder: Path, programs: Path) -> None:
    """Start a server in this folder, by a keeper that ends it once nobody holds it any more."""
    log = folder / "log"
    with log.open("w") as output:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.postgresql_keeper", folder, programs],
            cwd=ROOT, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip

    def accepts() -> bool:
        assert keeper.poll() is None, f"PostgreSQL did not start: {log.read_text()}"
        if not is_ready(folder):
            return False
        try:
            Server(folder)
        except psycopg.OperationalError:
            return False
        return True

    wait_until(accepts)
