"""The commands, run to their end in this process: what they print, and how they refuse."""

from pathlib import Path

import pytest

from ..buyer import Buyer
from ..in_process import Sandbox, Shop

NEED_TABLES = ("worker", "orders")


def refusal(shop: Shop, command: str) -> str:
    """What a command says that must end with 2, in one line."""
    ended = shop.command(command)
    assert ended.exit_code == 2
    (line,) = ended.output.splitlines()
    return line


@pytest.mark.parametrize("command", NEED_TABLES)
def test_without_tables_a_command_says_how_to_make_them(tmp_path: Path, sandbox: Sandbox, database: str, command: str):
    shop = Shop(tmp_path, sandbox, database, is_empty=True)

    assert refusal(shop, command).endswith("run `flask --app app init-db`.")


@pytest.mark.parametrize("command", [*NEED_TABLES, "init-db"])
@pytest.mark.parametrize("file", ["none/shop.db", "text.db"], ids=["no folder", "no database"])
def test_a_database_that_cannot_be_opened_is_said_in_one_line(
    tmp_path: Path, sandbox: Sandbox, command: str, file: str
):
    (tmp_path / "text.db").write_text("This is no database. " * 99)
    shop = Shop(tmp_path, sandbox, DATABASE_URL=f"sqlite:///{tmp_path / file}")

    assert refusal(shop, command).startswith("The database of DATABASE_URL cannot be used: ")


def test_init_db_names_a_picture_that_is_missing(shop: Shop):
    (slug, picture), *_ = shop.sql("SELECT slug, picture FROM products")
    shop.sql("UPDATE products SET picture = 'moved-away' WHERE slug = ?", slug)

    lines = shop.flask("init-db").stderr.splitlines()

    shop.sql("UPDATE products SET picture = ? WHERE slug = ?", picture, slug)
    assert [line.split(" is ")[0] for line in lines] == [
        f"The picture static/pictures/moved-away-{size}.webp" for size in (160, 256)
    ]


def test_init_db_can_be_repeated(shop: Shop):
    catalog = shop.sql("SELECT * FROM products"), shop.sql("SELECT * FROM categories")

    repeated = shop.flask("init-db")

    assert repeated.stdout == "The database is up to date; 0 products were added.\n"
    assert (shop.sql("SELECT * FROM products"), shop.sql("SELECT * FROM categories")) == catalog


def test_one_pass_of_the_worker_settles_what_was_paid(shop: Shop, sandbox: Sandbox, buyer: Buyer):
    buyer.pays_by_qris(buyer.goes_to_pay())
    sandbox.delivers()

    shop.flask("worker", "--once")

    assert buyer.status()["status"] == "paid"
