"""The file of SQLite: its journal, programs that read and write in it at the same time, and one that is put away."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from store import sqlite
from store.config import SettingsError
from store.database import db, keep_journal, transaction
from store.doctor import check_database, warning
from store.sqlite import driver

from ..buyer import Buyer
from ..databases import SQLITE
from ..in_process import Sandbox, Shop

HOLD = (
    "import sys; from store.sqlite import driver; other = driver.connect(sys.argv[1], isolation_level=None);"
    " [other.execute(each).fetchall() for each in sys.argv[2:]]; print('held', flush=True); sys.stdin.read()"
)


@pytest.fixture
def shop(tmp_path: Path, sandbox: Sandbox) -> Iterator[Shop]:
    shop = Shop(tmp_path, sandbox, SQLITE)
    yield shop
    shop.stop()


@contextmanager
def another_program(shop: Shop, *statements: str) -> Iterator[None]:
    """Another process that holds what these statements took."""
    command = [sys.executable, "-c", HOLD, str(shop.folder / "shop.db"), *statements]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        try:
            yield
        finally:
            other.kill()


def journal(shop: Shop) -> str:
    return shop.sql("PRAGMA journal_mode")[0][0]


def write(shop: Shop) -> None:
    with shop.app.app_context(), transaction():
        db.session.execute(db.text("UPDATE products SET stock = stock"))


@pytest.fixture
def old_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where pysqlite3 cannot be installed; what is read and written is the same."""
    monkeypatch.setattr(sqlite, "journal", "delete")


def test_another_programs_unfinished_read_stalls_nobody(shop: Shop):
    with another_program(shop, "BEGIN", "SELECT * FROM products"):
        started = time.monotonic()
        write(shop)
        assert Buyer(shop).opens("/").status == 200

    assert time.monotonic() - started < sqlite.BUSY_SECONDS / 2


def test_who_only_looks_does_not_wait_for_a_write(shop: Shop):
    with another_program(shop, "BEGIN EXCLUSIVE", "UPDATE products SET stock = 0"):
        started = time.monotonic()
        assert Buyer(shop).opens("/").status == 200

    assert time.monotonic() - started < sqlite.BUSY_SECONDS / 2


def test_every_commit_is_on_the_disk(shop: Shop):
    with shop.app.app_context(), db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_a_database_of_an_older_version_is_turned_to_the_new_journal_by_the_start(shop: Shop):
    shop.sql("PRAGMA journal_mode = DELETE")

    check_database(shop.app)

    assert journal(shop) == "wal"
    assert warning(shop.app) is None


@pytest.mark.usefixtures("old_library")
def test_an_old_library_turns_the_journal_back_and_says_that_writers_wait(shop: Shop):
    check_database(shop.app)

    assert journal(shop) == "delete"
    assert "writers wait for readers: install pysqlite3" in warning(shop.app)


@pytest.mark.usefixtures("old_library")
def test_an_old_library_does_not_start_while_another_program_keeps_the_journal(shop: Shop):
    with another_program(shop, "BEGIN", "SELECT * FROM products"), pytest.raises(SettingsError) as refused:
        check_database(shop.app)

    assert "its journal cannot be turned to DELETE, database is locked" in refused.value.problems[0]


@pytest.mark.usefixtures("old_library")
def test_an_old_library_writes_nothing_to_a_file_that_another_program_has_turned_meanwhile(shop: Shop):
    with shop.app.app_context():
        keep_journal()
    write(shop)
    shop.sql("PRAGMA journal_mode = WAL")

    with pytest.raises(OperationalError, match="another program has turned it to WAL"):
        write(shop)

    shop.sql("PRAGMA journal_mode = DELETE")
    write(shop)


def test_nothing_is_written_to_a_file_that_has_been_put_away(shop: Shop, tmp_path: Path):
    write(shop)
    (tmp_path / "shop.db").rename(tmp_path / "away.db")

    with pytest.raises(OperationalError, match="moved, deleted or replaced"):
        write(shop)
    assert Buyer(shop).gets("/").status_code == 503
    assert not (tmp_path / "shop.db").exists()


def test_a_file_that_was_put_back_is_taken_up_again(shop: Shop, tmp_path: Path):
    write(shop)
    with closing(driver.connect(tmp_path / "shop.db")) as live, closing(driver.connect(tmp_path / "copy.db")) as copy:
        live.backup(copy)
    for name in ("shop.db", "shop.db-wal", "shop.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / "copy.db").rename(tmp_path / "shop.db")

    with pytest.raises(OperationalError, match="moved, deleted or replaced"):
        write(shop)

    write(shop)
    assert Buyer(shop).opens("/").status == 200
