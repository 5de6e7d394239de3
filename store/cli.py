"""Commands: `flask --app app init-db | orders | worker`."""

import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from flask_migrate import upgrade
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from .catalog import file as catalog
from .config import Settings, SettingsError
from .database import db
from .models import Product
from .orders import checkout
from .rules.money import written
from .worker import Worker

ORDERS_SHOWN = 50


def init_app(app: Flask) -> None:
    for command in (init_db, orders, worker):
        app.cli.add_command(command)


def check_database(app: Flask) -> None:
    """Check that the tables are there and fit the settings. Raises SettingsError.

    No connection stays open, so that a program may fork afterwards.
    """
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with app.app_context():
        try:
            with db.engine.connect() as connection:
                problems = _database_problems(connection)
        except SQLAlchemyError as error:
            problems = [_unusable(error)]
        finally:
            db.engine.dispose()
    if problems:
        raise SettingsError(problems)


def _database_problems(connection: Connection) -> list[str]:
    newest = ScriptDirectory(current_app.extensions["migrate"].directory).get_heads()
    if set(MigrationContext.configure(connection).get_current_heads()) != set(newest):
        return ["The database has no tables yet (or old ones): run `flask --app app init-db`."]
    currency = _settings().shop.currency
    other = connection.scalar(db.select(Product.currency).where(Product.currency != currency).limit(1))
    if other:
        return [
            f"The products in the database have prices in {other}, but shop.toml says {currency}:"
            " set its currency back, or use a new database."
        ]
    return []


def _unusable(error: SQLAlchemyError) -> str:
    reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
    return f"The database of DATABASE_URL cannot be used: {reason.rstrip('.')}."


@contextmanager
def _refusals() -> Iterator[None]:
    """End the command with 2, and the sentences of a SettingsError on stderr."""
    try:
        yield
    except SettingsError as error:
        click.echo("\n".join(error.problems), err=True)
        sys.exit(2)


def _check_database() -> None:
    with _refusals():
        check_database(current_app._get_current_object())


@click.command("init-db")
def init_db() -> None:
    """Create or upgrade the tables, and fill an empty catalog."""
    with _refusals():
        try:
            upgrade()
            added = catalog.load_if_empty(_settings().shop.currency)
        except DatabaseError as error:
            raise SettingsError([_unusable(error)]) from error
    click.echo(f"The database is up to date; {added} products were added.")


@click.command("orders")
def orders() -> None:
    """Show the newest orders."""
    _check_database()
    settings = _settings()
    for order in checkout.newest_orders(ORDERS_SHOWN):
        flag = "  needs attention: " + order.attention if order.attention else ""
        total = written(order.amount, order.currency)
        address = f"{order.address_line1}, {order.postal_code} {order.city}"
        page = f"{settings.public_url}/order/{order.token}"
        click.echo(
            f"{order.created_at:%Y-%m-%d %H:%M} {order.number} {order.status:9} {total:>12}"
            f"  {order.buyer_name}, {order.mobile_number}, {address}  {page}{flag}"
        )


@click.command("worker")
@click.option("--once", is_flag=True, help="Do all that is due, then exit.")
def worker(once: bool) -> None:
    """Settle orders in the background until TERM."""
    _check_database()
    settings = _settings()
    work = Worker(
        current_app._get_current_object(),
        current_app.extensions["xendit"],
        is_test_key=settings.xendit_secret_key.startswith("xnd_development_"),
    )
    if once:
        work.run_once()
        return
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: work.stop())
    click.echo("The worker is looking after orders.")
    work.run()


def _settings() -> Settings:
    return current_app.extensions["settings"]
