"""How the tables grow: a database with data comes through an upgrade whole, and ends as the models have it."""

import re
import threading
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask_migrate import upgrade

from store.database import db, keep_journal
from store.rules.status import AttemptStatus, OrderStatus
from store.sqlite import driver

from ..databases import Database, SqliteFile, new_database, only_sqlite
from ..in_process import Sandbox, Shop, shop_app

CATEGORY = "INSERT INTO categories VALUES (1, 'tea', 'Tea', 0)"
PRODUCT = "INSERT INTO products VALUES (1, 'jasmine', 'Jasmine', 'Green.', 1, 85000, 'IDR', 7, 'teacup', 'mint', 0)"
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


@pytest.fixture
def old_shop(tmp_path: Path, database: str) -> Iterator[Shop]:
    """A shop whose database has the first tables, with rows in each, in every state."""
    shop = Shop(tmp_path, Sandbox(), database, is_empty=True)
    with shop.app.app_context():
        upgrade(revision="0001")
    for statement in (CATEGORY, PRODUCT, ORDER, LINE, ATTEMPT, PAYMENT):
        shop.sql(statement)
    for more, statuses in ((MORE_ORDERS, OrderStatus), (MORE_ATTEMPTS, AttemptStatus)):
        for number, status in enumerate(statuses, start=2):
            shop.sql(more.format(id=number, status=status))
    yield shop
    shop.stop()


def rows(shop: Shop) -> dict[str, list[tuple]]:
    return {table: shop.sql(f"SELECT * FROM {table} ORDER BY id") for table in TABLES}


# SQLite writes a column that was added later behind the one before it.
A_COLUMN_OR_RULE = re.compile(r"\n|, (?=[a-z_]+ [A-Z]+)")
IN_POSTGRESQL = (
    "SELECT attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull, attcollation,"
    " pg_get_expr(adbin, adrelid) FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum"
    " JOIN pg_class c ON c.oid = attrelid WHERE relkind = 'r' AND attnum > 0 AND NOT attisdropped"
    " AND relnamespace = 'public'::regnamespace",
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
)


def shape(database: Database) -> dict[str, set]:
    """The columns and constraints of each table and the columns of each index, in whatever order they were made."""
    found: dict[str, set] = defaultdict(set)
    if isinstance(database, SqliteFile):
        for name, sql in database.run("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"):
            found[name] = {line.strip(" ,\t").replace('"', "") for line in A_COLUMN_OR_RULE.split(sql)}
    else:
        for question in IN_POSTGRESQL:
            for table, *facts in database.run(question):
                found[table].add(tuple(facts))
    found.pop("alembic_version")
    return found


def test_a_database_with_data_is_upgraded_with_every_row_as_it_was(old_shop: Shop):
    before = rows(old_shop)

    old_shop.flask("init-db")

    after = rows(old_shop)
    kept = {table: [row[: len(before[table][0])] for row in found] for table, found in after.items()}
    assert kept == before
    assert (len(kept["orders"]), len(kept["attempts"])) == (1 + len(OrderStatus), 1 + len(AttemptStatus))


@only_sqlite
def test_after_an_upgrade_every_row_points_at_one_that_is_there(old_shop: Shop):
    old_shop.flask("init-db")

    assert old_shop.sql("PRAGMA foreign_key_check") == []


@only_sqlite
@pytest.mark.parametrize("column", ["price", "stock"])
def test_a_fraction_in_an_old_database_is_said_and_nothing_is_changed(old_shop: Shop, column: str):
    old_shop.sql(f"UPDATE products SET {column} = 85000.5")

    ended = old_shop.command("init-db")

    assert ended.exit_code == 2
    assert ended.output.splitlines() == [
        f"products, id 1: {column} is 85000.5, but it must be a whole number.",
        "Correct this in the database, then run `flask --app app init-db` again.",
    ]
    assert old_shop.sql("SELECT version_num FROM alembic_version") == [("0001",)]
    assert "hinted_at" not in shape(old_shop.database)["attempts"]


@only_sqlite
@pytest.mark.parametrize("value", ["1.5", "'many'", "x'31'"], ids=["a fraction", "a word", "bytes"])
def test_a_number_that_decides_is_whole_whoever_writes_it(old_shop: Shop, value: str):
    old_shop.flask("init-db")

    for table, column in (number.split(".") for number in NUMBERS):
        with pytest.raises(driver.IntegrityError, match=f"{column}_whole"):
            old_shop.sql(f"UPDATE {table} SET {column} = {value}")


@only_sqlite
def test_an_upgrade_waits_for_another_program_that_writes_just_now(old_shop: Shop):
    with old_shop.app.app_context():
        keep_journal()  # which would wait, too
    other = driver.connect(old_shop.database.path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    end = threading.Timer(0.5, other.rollback)
    end.start()

    old_shop.flask("init-db")

    end.join()
    other.close()
    assert old_shop.sql("SELECT version_num FROM alembic_version") != [("0001",)]


@only_sqlite
def test_foreign_keys_are_watched_again_after_an_upgrade(old_shop: Shop):
    old_shop.flask("init-db")

    with old_shop.app.app_context():
        assert db.session.scalar(db.text("PRAGMA foreign_keys")) == 1


def test_the_migrations_end_where_the_models_are(tmp_path: Path, new_shop: Shop, database: str):
    (tmp_path / "made").mkdir()
    made = new_database(tmp_path / "made", database, is_empty=True)
    app = shop_app(tmp_path, new_shop.sandbox, DATABASE_URL=made.url)

    with app.app_context():
        db.create_all()
        db.session.execute(db.text("CREATE TABLE alembic_version (version_num text)"))
        db.session.commit()

    assert shape(new_shop.database) == shape(made)
