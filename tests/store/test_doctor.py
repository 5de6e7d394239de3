"""Whether the database fits the shop: what is wrong with it is said in one sentence."""

import threading
from pathlib import Path

import pytest

from store.config import SettingsError
from store.doctor import check_database
from store.sqlite import driver

from ..databases import SQLITE
from ..in_process import Sandbox, Shop

NO_TABLES = "The database has no tables yet (or old ones): run `flask --app app init-db`."


def problem(shop: Shop) -> str:
    with pytest.raises(SettingsError) as raised:
        check_database(shop.app)
    (sentence,) = raised.value.problems
    return sentence


def changed(shop: Shop, statement: str) -> Shop:
    shop.sql(statement)
    return shop


def test_a_database_as_init_db_makes_it_is_well(new_shop: Shop):
    check_database(new_shop.app)


def test_a_database_without_tables_is_said(tmp_path: Path, sandbox: Sandbox, database: str):
    assert problem(Shop(tmp_path, sandbox, database, is_empty=True)) == NO_TABLES


def test_old_tables_are_said(new_shop: Shop):
    shop = changed(new_shop, "UPDATE alembic_version SET version_num = '0000'")

    assert problem(shop) == NO_TABLES


def test_products_in_another_currency_are_said(new_shop: Shop):
    sentence = problem(changed(new_shop, "UPDATE products SET currency = 'MYR'"))

    assert "MYR" in sentence
    assert "shop.toml says IDR" in sentence


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("none/shop.db", "there is no folder {folder}/none; make it, or name another one"),
        ("text.db/shop.db", "there is no folder {folder}/text.db; make it, or name another one"),
        ("text.db", "file is not a database"),
        ("", "{folder} is a folder; name a file in it, such as {folder}/warung.db"),
        ("file:{folder}/shop.db?mode=ro&uri=true", "attempt to write a readonly database"),
    ],
)
def test_a_database_that_cannot_be_used_is_said(tmp_path: Path, sandbox: Sandbox, name: str, says: str):
    (tmp_path / "text.db").write_text("This is no database. " * 99)
    name = name if name.startswith("file:") else f"{{folder}}/{name}"
    database = name.format(folder=tmp_path)

    sentence = problem(Shop(tmp_path, sandbox, SQLITE, DATABASE_URL=f"sqlite:///{database}"))

    assert sentence.startswith("The database of DATABASE_URL cannot be used: ")
    assert says.format(folder=tmp_path) in sentence


def test_a_database_in_which_another_program_writes_just_now_is_waited_for(tmp_path: Path, sandbox: Sandbox):
    shop = Shop(tmp_path, sandbox, SQLITE)
    other = driver.connect(tmp_path / "shop.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    end = threading.Timer(0.5, other.rollback)
    end.start()

    check_database(shop.app)

    end.join()
    other.close()


def test_who_only_reads_needs_no_right_to_write(tmp_path: Path, sandbox: Sandbox):
    database = f"sqlite:///file:{tmp_path / 'shop.db'}?mode=ro&uri=true"

    check_database(Shop(tmp_path, sandbox, SQLITE, DATABASE_URL=database).app, is_read_only=True)
