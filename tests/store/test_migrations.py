"""How the tables grow: a database with data comes through an upgrade whole, and ends as the models have it."""

import re
import threading
from contextlib import closing
from pathlib import Path

import pytest
from flask_migrate import upgrade

from store import create_app
from store.config import read_settings
from store.database import db
from store.rules.status import AttemptStatus, OrderStatus
from store.sqlite import driver

from ..in_process import Sandbox, Shop
from ..records import filled_database, settings_of_shop

CATEGORY = "INSERT INTO categories VALUES (1, 'tea', 'Tea', 0)"
PRODUCT = (
    "INSERT INTO products VALUES (1, 'jasmine', 'Jasmine', 'Green.', 1, {price}, 'IDR', {stock}, 'teacup', 'mint', 0)"
)
ORDER = (
    "INSERT INTO orders VALUES (1, 'W-AAAAAA', 'token', 'key', 'paid', NULL, 90000, 5000, 'IDR', 'Siti', '',"
    " 's@example.com', '+628', 'Jalan 1', 'Bandung', '40115', '2026-01-01', '2026-01-01', '2026-01-01')"
)
LINE = "INSERT INTO order_lines VALUES (1, 1, 1, 'jasmine', 'Jasmine', 'Tea', 'teacup', 'mint', 85000, 1)"
ATTEMPT = (
    "INSERT INTO attempts VALUES (1, 1, 1, 'W-AAAAAA-A1', 'COMPLETED', 90000, 'IDR', '2026-01-01', NULL, 'ps-1', NULL,"
    " NULL, NULL)"
)
PAYMENT = "INSERT INTO payments VALUES (1, 1, 'py-1', 90000, 'IDR', '2026-01-01')"
NUMBERS = (
    "products.price", "products.stock", "orders.amount", "orders.shipping_fee", "order_lines.unit_price",
    "order_lines.quantity", "attempts.amount", "payments.amount",
)  # fmt: skip
# Beside these one order and one attempt in each state.
MORE_ORDERS = (
    "INSERT INTO orders SELECT {id}, 'W-' || {id}, 'token' || {id}, 'key' || {id}, '{status}', 'why', amount,"
    " shipping_fee, currency, given_names, surname, email, mobile_number, address_line1, city, postal_code, created_at,"
    " hold_expires_at, NULL FROM orders WHERE id = 1"
)
MORE_ATTEMPTS = (
    "INSERT INTO attempts SELECT {id}, order_id, {id}, reference || {id}, '{status}', amount, currency, expires_at,"
    " NULL, NULL, 'WHY', 'why', '2026-01-01' FROM attempts WHERE id = 1"
)
TABLES = ("categories", "products", "orders", "order_lines", "attempts", "payments")


def old_shop(folder: Path, price: str = "85000", stock: str = "7") -> Shop:
    """A shop whose database has the first tables, with rows in each, in every state."""
    shop = Shop(folder, Sandbox(), DATABASE_URL=f"sqlite:///{folder / 'old.db'}")
    with shop.app.app_context():
        upgrade(revision="0001")
    with closing(driver.connect(folder / "old.db")) as connection, connection:
        for statement in (CATEGORY, PRODUCT, ORDER, LINE, ATTEMPT, PAYMENT):
            connection.execute(statement.format(price=price, stock=stock))
        for more, statuses in ((MORE_ORDERS, OrderStatus), (MORE_ATTEMPTS, AttemptStatus)):
            for number, status in enumerate(statuses, start=2):
                connection.execute(more.format(id=number, status=status))
    return shop


def ask(folder: Path, statement: str) -> list[tuple]:
    with closing(driver.connect(folder / "old.db")) as connection:
        return connection.execute(statement).fetchall()


def rows(folder: Path) -> dict[str, list[tuple]]:
    return {table: ask(folder, f"SELECT * FROM {table} ORDER BY id") for table in TABLES}


# SQLite writes a column that was added later behind the one before it.
A_COLUMN_OR_RULE = re.compile(r"\n|, (?=[a-z_]+ [A-Z]+)")


def shape(database: Path) -> dict[str, set[str]]:
    """The columns and constraints of each table and the columns of each index, in whatever order they were made."""
    with closing(driver.connect(database)) as connection:
        made = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {
        name: {line.strip(" ,\t").replace('"', "") for line in A_COLUMN_OR_RULE.split(sql)}
        for name, sql in made
        if name != "alembic_version"
    }


def test_a_database_with_data_is_upgraded_with_every_row_as_it_was(tmp_path: Path):
    shop = old_shop(tmp_path)
    before = rows(tmp_path)

    shop.flask("init-db")

    after = rows(tmp_path)
    kept = {table: [row[: len(before[table][0])] for row in found] for table, found in after.items()}
    assert kept == before
    assert (len(kept["orders"]), len(kept["attempts"])) == (1 + len(OrderStatus), 1 + len(AttemptStatus))
    assert ask(tmp_path, "PRAGMA foreign_key_check") == []


@pytest.mark.parametrize("column", ["price", "stock"])
def test_a_fraction_in_an_old_database_is_said_and_nothing_is_changed(tmp_path: Path, column: str):
    shop = old_shop(tmp_path, **{column: "85000.5"})

    with shop.app.app_context():
        ended = shop.app.test_cli_runner(catch_exceptions=False).invoke(args=["init-db"])

    assert ended.exit_code == 2
    assert ended.output.splitlines() == [
        f"products, id 1: {column} is 85000.5, but it must be a whole number.",
        "Correct this in the database, then run `flask --app app init-db` again.",
    ]
    assert ask(tmp_path, "SELECT version_num FROM alembic_version") == [("0001",)]
    assert "hinted_at" not in shape(tmp_path / "old.db")["attempts"]


@pytest.mark.parametrize("value", ["1.5", "'many'", "x'31'"], ids=["a fraction", "a word", "bytes"])
def test_a_number_that_decides_is_whole_whoever_writes_it(tmp_path: Path, value: str):
    old_shop(tmp_path).flask("init-db")

    for table, column in (number.split(".") for number in NUMBERS):
        with pytest.raises(driver.IntegrityError, match=f"{column}_whole"):
            ask(tmp_path, f"UPDATE {table} SET {column} = {value}")


def test_an_upgrade_waits_for_another_program_that_writes_just_now(tmp_path: Path):
    shop = old_shop(tmp_path)
    other = driver.connect(tmp_path / "old.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    end = threading.Timer(0.5, other.rollback)
    end.start()

    shop.flask("init-db")

    end.join()
    other.close()
    assert ask(tmp_path, "SELECT version_num FROM alembic_version") != [("0001",)]


def test_foreign_keys_are_watched_again_after_an_upgrade(tmp_path: Path):
    shop = old_shop(tmp_path)
    shop.flask("init-db")

    with shop.app.app_context():
        assert db.session.scalar(db.text("PRAGMA foreign_keys")) == 1


def test_the_migrations_end_where_the_models_are(tmp_path: Path):
    (tmp_path / "migrated.db").write_bytes(filled_database())
    app = create_app(read_settings(settings_of_shop(1, tmp_path, "http://127.0.0.1:1")))

    with app.app_context():
        db.create_all()

    assert shape(tmp_path / "migrated.db") == shape(tmp_path / "shop.db")
