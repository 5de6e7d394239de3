"""The tests' own PostgreSQL server: it ends with those who use it, and comes from a wheel where none is installed."""

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from . import postgresql
from .databases import new_database
from .postgresql_keeper import lock_of, places
from .records import ROOT
from .waiting import wait_until

USES_A_SERVER = "from tests import postgresql; print(postgresql.server().folder, flush=True); input()"


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL], ids=["ended", "killed"])
def test_nothing_is_left_of_the_server_when_those_who_used_it_are_gone(monkeypatch: pytest.MonkeyPatch, end: int):
    postgresql.server()  # without its programs the test is skipped
    monkeypatch.delenv("PYTEST_XDIST_TESTRUNUID", raising=False)
    user = subprocess.Popen(
        [sys.executable, "-c", USES_A_SERVER], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    folder = Path(user.stdout.readline().strip())
    server = int((folder / "data" / "postmaster.pid").read_text().split()[0])

    user.send_signal(end)
    user.wait()

    wait_until(lambda: not folder.exists())
    assert not Path(f"/proc/{server}").exists()


def test_where_no_postgresql_is_installed_that_of_the_wheel_serves():
    folder = Path(tempfile.mkdtemp(prefix="warung-tests-"))
    folder.chmod(0o755)
    with lock_of(folder).open("w") as lock:
        postgresql.share(lock)
        postgresql.start(folder, places()[-1])

        assert postgresql.Server(folder).has("template1")

    wait_until(lambda: not folder.exists())


def test_two_databases_of_it_share_nothing(tmp_path: Path):
    one, other = (new_database(tmp_path, "postgresql") for _ in range(2))

    one.run("UPDATE products SET stock = 0 WHERE stock > ?", 1)

    assert one.run("SELECT max(stock) FROM products") < other.run("SELECT max(stock) FROM products")
    for database in (one, other):
        database.drop()
