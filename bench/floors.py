"""What the shop is measured against: two small programs that do its checkout with the least that it can be done with.

`bare` asks the provider for a session and has no database. `floor` also makes the commits of a checkout, on a database
with the shop's own tables: one with the order, one with its session, about the same rows, and nothing else.
"""

import fcntl
import os
import threading
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import urllib3
from flask import Flask, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, Engine, MetaData, create_engine, event, insert, make_url, select, update

try:
    from pysqlite3 import dbapi2 as sqlite
except ImportError:
    import sqlite3 as sqlite

TABLES = ("products", "orders", "order_lines", "stock_movements", "attempts", "order_events")
DETAILS = ("given_names", "surname", "email", "mobile_number", "address_line1", "city", "postal_code")
CONNECTIONS = 64


def bare() -> Flask:
    """Flask alone: reads the form, asks the provider, and sends the buyer there."""
    app, ask = Flask(__name__), _asker()

    @app.post("/checkout")
    def checkout() -> ResponseReturnValue:
        return redirect(ask(_name(), request.form["email"])["payment_link_url"], code=303)

    return app


def floor() -> Flask:
    """Flask and SQLAlchemy: the same, with a commit before the call and one after it."""
    app, ask, store = Flask(__name__), _asker(), _Store(_engine(os.environ["DATABASE_URL"]))

    @app.post("/checkout")
    def checkout() -> ResponseReturnValue:
        name = _name()
        ids = store.place(name, {field: request.form[field] for field in DETAILS})
        session = ask(name, request.form["email"])
        store.keep(ids, session["payment_session_id"])
        return redirect(session["payment_link_url"], code=303)

    return app


def _name() -> str:
    return uuid4().hex[:12]


def _asker() -> Callable[[str, str], dict]:
    """What asks the provider for a session, over connections that are kept."""
    pool, url = urllib3.PoolManager(maxsize=CONNECTIONS, retries=False), os.environ["XENDIT_API_URL"] + "/sessions"

    def ask(name: str, email: str) -> dict:
        body = {"reference_id": name, "session_type": "PAY", "mode": "PAYMENT_LINK", "amount": 150000}
        body |= {"currency": "IDR", "country": "ID", "customer": {"reference_id": name, "email": email}}
        return pool.request("POST", url, json=body).json()

    return ask


def _engine(url: str) -> Engine:
    """The database, set as the shop sets it."""
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(url, pool_size=CONNECTIONS)
    engine = create_engine(url, pool_size=CONNECTIONS, module=sqlite)

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite.Connection, _: object) -> None:
        connection.isolation_level = None
        for pragma in ("foreign_keys = ON", "synchronous = FULL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('begin', 'DEFERRED')}")

    return engine


class _Turn:
    """Who writes to SQLite waits in a line, of threads and of processes: its own waiting lets some lose for seconds."""

    def __init__(self, file: str) -> None:
        self._threads, self._file = threading.Lock(), Path(f"{file}.turn").open("w")  # noqa: SIM115

    def __enter__(self) -> None:
        self._threads.acquire()
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()


class _Store:
    """The rows of a checkout. The first product is sold, one piece each time."""

    def __init__(self, engine: Engine) -> None:
        self._turn = _Turn(engine.url.database) if engine.dialect.name == "sqlite" else nullcontext()
        self._reading, self._writing = engine, engine.execution_options(begin="IMMEDIATE")
        found = MetaData()
        found.reflect(engine, only=TABLES)
        self._tables = found.tables

    def place(self, name: str, details: dict[str, str]) -> tuple[int, int]:
        """Take the piece from the shelf and write the order; return its id and its attempt's."""
        products, now = self._tables["products"], datetime.now(UTC)
        with self._reading.connect() as connection:
            product = connection.execute(select(products).order_by(products.c.position).limit(1)).mappings().one()
        order = {
            "number": f"W-{name[:10]}", "token": name, "buyer_key": name, "status": "pending", "set_aside": False,
            "amount": product["price"], "shipping_fee": 0, "currency": "IDR",
            "created_at": now, "hold_expires_at": now + timedelta(hours=1), **details,
        }  # fmt: skip
        with self._turn, self._writing.begin() as connection:
            taken = update(products).where(products.c.id == product["id"], products.c.stock >= 1)
            assert connection.execute(taken.values(stock=products.c.stock - 1)).rowcount == 1
            order_id = self._add(connection, "orders", **order)
            self._add_line(connection, order_id, dict(product), now)
            return order_id, self._add_attempt(connection, order_id, order, now)

    def keep(self, ids: tuple[int, int], session_id: str) -> None:
        """Keep the session that the provider has made."""
        attempts = self._tables["attempts"]
        with self._turn, self._writing.begin() as connection:
            opened = update(attempts).where(attempts.c.id == ids[1])
            connection.execute(opened.values(session_id=session_id, status="ACTIVE", business_id="6" * 24))
            self._add_event(connection, ids, "SENT", "ACTIVE", datetime.now(UTC))

    def _add_line(self, connection: Connection, order_id: int, product: dict, now: datetime) -> None:
        about = {"order_id": order_id, "product_id": product["id"]}
        frozen = {field: product[field] for field in ("slug", "name", "picture", "tint")}
        self._add(
            connection, "order_lines", **about, **frozen, category="", unit_price=product["price"], quantity=1
        )  # fmt: skip
        self._add(connection, "stock_movements", **about, pieces=-1, reason="ORDERED", created_at=now)

    def _add_attempt(self, connection: Connection, order_id: int, order: dict, now: datetime) -> int:
        told = {"reference": order["token"], "told": "0" * 64, "amount": order["amount"], "currency": "IDR"}
        times = {"expires_at": order["hold_expires_at"], "sent_at": now, "next_check_at": now}
        attempt_id = self._add(
            connection, "attempts", order_id=order_id, number=1, status="SENT", failed_looks=0, **told, **times
        )  # fmt: skip
        self._add_event(connection, (order_id, attempt_id), "NEW", "SENT", now)
        return attempt_id

    def _add_event(self, connection: Connection, ids: tuple[int, int], old: str, new: str, now: datetime) -> None:
        about = {"order_id": ids[0], "attempt_id": ids[1], "from_status": old, "to_status": new}
        self._add(connection, "order_events", **about, cause="the buyer goes to pay", created_at=now)

    def _add(self, connection: Connection, table: str, **values: object) -> int:
        return connection.execute(insert(self._tables[table]).values(values)).inserted_primary_key[0]
